package io.github.embeddinglab.training.data;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingData.Source;
import io.github.embeddinglab.api.training.TrainingRow;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one form, checked: every text that counts is there, every row has as many texts as the first, scores and labels
 * are where the form has them.
 *
 * @param name for messages
 * @param form of all rows
 * @param rows at least one
 * @param notes what was seen while reading, as columns that are not used
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record TrainingSet(String name, Form form, List<TrainingRow> rows, List<String> notes) {
    /**
     * Copies and checks.
     *
     * @throws InvalidInputException when there is no row or a row does not fit the form
     */
    public TrainingSet {
        rows = List.copyOf(rows);
        notes = List.copyOf(notes);
        if (rows.isEmpty()) {
            throw new InvalidInputException("training data " + name + " has no row; give at least one");
        }
        int width = rows.get(0).texts().size();
        for (int i = 0; i < rows.size(); i++) {
            RowCheck.check(form, rows.get(i), width, "training data " + name + ", row " + (i + 1));
        }
    }

    /**
     * Reads training data.
     *
     * @param data files or rows
     * @return all rows in memory
     * @throws InvalidInputException when a file is missing, empty or one-sided, or a row lacks a field (with file and line)
     */
    public static TrainingSet read(TrainingData data) {
        if (data.source() instanceof Source.Files files) {
            return new TrainingFiles(data.columns()).read(files);
        }
        Source.Rows rows = (Source.Rows) data.source();
        return new TrainingSet("in memory", rows.form(), rows.rows(), List.of());
    }

    /**
     * The same form with other rows.
     *
     * @param others at least one
     * @return a set with the same name
     */
    public TrainingSet withRows(List<TrainingRow> others) {
        return new TrainingSet(name, form, others, List.of());
    }

    /**
     * Refuses data from which nothing can be learned.
     *
     * @return this
     * @throws InvalidInputException when there is one label only, all scores are equal, or all rows share one query or one
     *     document
     */
    public TrainingSet requireLearnable() {
        switch (form) {
            case LABELLED, LABELLED_PAIRS -> requireSeveral(
                    "label", rows.stream().map(TrainingRow::label).toList(), "give rows of at least two labels");
            case SCORED_PAIRS, SCORED_TRIPLETS -> requireSeveral(
                    "score", rows.stream().map(TrainingRow::score).toList(), "give rows of different scores, or leave the score out");
            default -> { }
        }
        if (form == Form.PAIRS || form == Form.TRIPLETS) {
            requireSeveral("query", column(0), "give different queries");
            requireSeveral("document", column(1), "give different documents");
        }
        return this;
    }

    private <T extends @Nullable Object> void requireSeveral(String what, List<T> values, String way) {
        Set<T> seen = new HashSet<>();
        for (T value : values) {
            if (seen.add(value) && seen.size() > 1) {
                return;
            }
        }
        throw new InvalidInputException("training data " + name + " has " + rows.size() + " rows and one " + what + " only (\""
                + shortened(String.valueOf(values.get(0))) + "\"); " + way);
    }

    private static String shortened(String text) {
        int longest = 60;
        return text.length() <= longest ? text : text.substring(0, longest) + "…";
    }

    /**
     * One text of each row.
     *
     * @param place from 0 on, as the form orders them
     * @return one text a row
     */
    public List<String> column(int place) {
        return rows.stream().map(row -> row.texts().get(place)).toList();
    }

    /**
     * Texts of a row.
     *
     * @return the same for all rows
     */
    public int width() {
        return rows.get(0).texts().size();
    }

    /**
     * A hash of form and rows, in order; where there are several sets, also of which row is of which, but not of their names.
     *
     * @return SHA-256 in hexadecimal
     */
    public String sha256() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            add(digest, form.name());
            Map<String, Integer> sets = new HashMap<>();
            rows.forEach(row -> sets.putIfAbsent(row.set(), sets.size()));
            for (TrainingRow row : rows) {
                add(digest, Integer.toString(row.texts().size()));
                row.texts().forEach(text -> add(digest, text));
                add(digest, Objects.toString(row.score()));
                add(digest, Objects.toString(row.label()));
                add(digest, row.group());
                if (sets.size() > 1) {
                    add(digest, String.valueOf(sets.get(row.set())));
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** With its length in front, so that texts cannot run into each other. */
    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
    }
}
