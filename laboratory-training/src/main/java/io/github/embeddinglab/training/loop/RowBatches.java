package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.engine.TrainingBatch;
import io.github.embeddinglab.training.spi.DropoutMask;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The batches of a training: rows by step, tokenised, with their labels; a function of (seed, step). */
final class RowBatches {
    private static final int COLUMN_OF_PARTNER = 1;

    /** Rows that are tokenised before the start: a second's work at most, where there are millions. */
    private static final int MOST_LOOKED_AT = 1000;

    private final TrainingSet set;
    private final TextTokens tokens;
    private final Pairing pairing;
    private final @Nullable OutsideLabels outside;
    private final long seed;
    private final RowSampling sampling;
    private final boolean mixes;
    private final List<int[]> batches = new ArrayList<>();
    private final int stepsOfFirst;
    private int epochs;
    private final Map<String, Integer> classes = new LinkedHashMap<>();
    private final Map<Partners, List<Integer>> rowsOfLabel = new LinkedHashMap<>();

    /** How labelled texts become batches. */
    enum Pairing {
        /** Rows as they are. */
        NONE,
        /** Each text with another of its label, one row of a label in a batch. */
        BY_LABEL,
        /** Single texts with their classes; batches of mixed labels. */
        CLASSES,
        /** Single texts, their labels unread. */
        TEXTS
    }

    /**
     * One batch.
     *
     * @param rows of the set
     * @param texts tokenised, with their labels
     */
    record Batch(List<Integer> rows, TrainingBatch texts) {}

    /**
     * How rows are read.
     *
     * @param pairing of labelled texts
     * @param negatives whether rows of a batch are each other's negatives, so that none may share a text
     */
    record Reading(Pairing pairing, boolean negatives) {}

    private record Partners(String label, String set) {}

    RowBatches(TrainingSet set, TextTokens tokens, Reading reading, @Nullable OutsideLabels outside, FineTuning.Recipe recipe) {
        this.set = set;
        this.outside = outside;
        this.tokens = tokens;
        this.pairing = reading.pairing();
        this.seed = recipe.seed();
        this.mixes = RowSampling.mixes(recipe);
        new TreeSet<>(set.rows().stream().map(row -> Objects.requireNonNullElse(row.label(), "")).toList())
                .forEach(label -> classes.put(label, classes.size()));
        for (int i = 0; i < set.rows().size(); i++) {
            rowsOfLabel.computeIfAbsent(partners(i), key -> new ArrayList<>()).add(i);
        }
        this.sampling = new RowSampling(set, reading, recipe, row -> width() * length(row));
        addEpoch();
        this.stepsOfFirst = batches.size();
    }

    private void addEpoch() {
        batches.addAll(sampling.epoch(epochs++));
    }

    /** What people are to know of the sampling. */
    List<String> notes() {
        return sampling.notes();
    }

    /** Rows of the largest batch. */
    int rows() {
        return batches.stream().mapToInt(rows -> rows.length).max().orElse(1);
    }

    /** Tokens of the longest text, sought among the rows with most bytes: a step refuses a longer one, should there be any. */
    int longest() {
        int[] bytes = IntStream.range(0, set.rows().size()).map(this::bytes).toArray();
        List<Integer> longestFirst = IntStream.range(0, bytes.length)
                .boxed()
                .sorted(Comparator.comparingInt((Integer row) -> -bytes[row]))
                .limit(MOST_LOOKED_AT)
                .toList();
        int longest = 1;
        for (int row : longestFirst) {
            longest = Math.max(longest, length(row));
            if (longest >= tokens.limit()) {
                return longest;
            }
        }
        return longest;
    }

    /** In UTF-8, which tells the tokens of different scripts better than characters do. */
    private int bytes(int row) {
        return set.rows().get(row).texts().stream().mapToInt(text -> text.getBytes(StandardCharsets.UTF_8).length).max().orElse(0);
    }

    /** Tokens of the longest text of a row. */
    private int length(int row) {
        int longest = 0;
        for (int column = 0; column < (pairing == Pairing.BY_LABEL ? 1 : width()); column++) {
            longest = Math.max(longest, tokens.length(text(row, column, 0), role(column)));
        }
        return longest;
    }

    /** The texts of the first batch, without labels. */
    TrainingBatch first() {
        List<TokenBatch> columns = new ArrayList<>();
        for (int column = 0; column < width(); column++) {
            int place = column;
            columns.add(tokens.batch(Arrays.stream(batches.get(0)).mapToObj(row -> text(row, place, 0)).toList(), role(column)));
        }
        return TrainingBatch.of(columns);
    }

    /** Steps of the first epoch; those of others differ by a few where rows share texts. */
    int stepsPerEpoch() {
        return stepsOfFirst;
    }

    int classes() {
        return classes.size();
    }

    private String label(int row) {
        return Objects.requireNonNullElse(set.rows().get(row).label(), "");
    }

    /** Where batches are of one set each, a partner is of the same. */
    private Partners partners(int row) {
        return new Partners(label(row), mixes ? set.rows().get(row).set() : "");
    }

    Batch batch(int step) {
        while (batches.size() <= step) {
            addEpoch();
        }
        List<Integer> rows = Arrays.stream(batches.get(step)).boxed().toList();
        List<List<String>> texts = new ArrayList<>();
        List<Role> roles = new ArrayList<>();
        List<TokenBatch> columns = new ArrayList<>();
        for (int column = 0; column < width(); column++) {
            int place = column;
            texts.add(rows.stream().map(row -> text(row, place, step)).toList());
            roles.add(role(column));
            columns.add(tokens.batch(texts.get(column), role(column)));
        }
        if (outside != null) {
            OutsideLabels.Labels given = outside.of(texts, roles);
            return new Batch(rows, TrainingBatch.of(columns, given.values(), rows.size(), given.width()));
        }
        double[] labels = labels(rows);
        return new Batch(rows, labels.length == 0 ? TrainingBatch.of(columns) : TrainingBatch.of(columns, labels, rows.size()));
    }

    private int width() {
        return switch (set.form()) {
            case LABELLED -> pairing == Pairing.BY_LABEL ? 2 : 1;
            case DOCUMENTS -> 1;
            default -> set.width();
        };
    }

    private String text(int row, int column, int step) {
        if (pairing == Pairing.BY_LABEL && column == COLUMN_OF_PARTNER) {
            List<Integer> same = rowsOfLabel.getOrDefault(partners(row), List.of(row));
            int other = same.size() == 1 ? 0 : new SplittableRandom(DropoutMask.mix(seed, step, row)).nextInt(same.size() - 1);
            int partner = same.get(other);
            // the last stands in for the row itself, so that each other is as likely
            return set.rows().get(partner == row ? same.get(same.size() - 1) : partner).texts().get(0);
        }
        List<String> texts = set.rows().get(row).texts();
        if (set.form() == Form.DOCUMENTS) {
            return (texts.get(0) + " " + texts.get(1)).strip();
        }
        return texts.get(column);
    }

    private Role role(int column) {
        return switch (set.form()) {
            case PAIRS, TRIPLETS, SCORED_TRIPLETS -> column == 0 ? Role.QUERY : Role.DOCUMENT;
            default -> Role.NONE;
        };
    }

    private double[] labels(List<Integer> rows) {
        return switch (set.form()) {
            case SCORED_PAIRS, SCORED_TRIPLETS -> rows.stream()
                    .mapToDouble(row -> Objects.requireNonNullElse(set.rows().get(row).score(), 0.0))
                    .toArray();
            case LABELLED_PAIRS -> classesOf(rows);
            case LABELLED -> pairing == Pairing.CLASSES ? classesOf(rows) : new double[0];
            default -> new double[0];
        };
    }

    private double[] classesOf(List<Integer> rows) {
        return rows.stream().mapToDouble(row -> classes.getOrDefault(label(row), 0)).toArray();
    }
}
