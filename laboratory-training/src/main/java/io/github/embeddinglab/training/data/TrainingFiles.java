package io.github.embeddinglab.training.data;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingData.Format;
import io.github.embeddinglab.api.training.TrainingData.Source;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.evaluation.data.DataRow;
import io.github.embeddinglab.training.data.ColumnRoles.Role;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads files of training data; every fault names file and line. */
final class TrainingFiles {
    private final Map<String, String> renamed;
    private final List<TrainingRow> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private @Nullable Form form;
    private int width;

    TrainingFiles(Map<String, String> renamed) {
        this.renamed = renamed;
    }

    TrainingSet read(Source.Files files) {
        List<String> sets = sets(files.paths());
        for (int i = 0; i < sets.size(); i++) {
            Path file = files.paths().get(i);
            read(file, format(file, files.format()), sets.get(i));
        }
        String name = files.paths().stream()
                .map(path -> path.getFileName().toString())
                .collect(Collectors.joining(" + "));
        if (form == null) {
            throw new InvalidInputException("training data " + name + " has no row; give at least one");
        }
        return new TrainingSet(name, form, rows, notes);
    }

    /** A name for each file without its folder, since records travel; none where there is one file. */
    private static List<String> sets(List<Path> files) {
        Map<String, Integer> seen = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (Path file : files) {
            String name = file.getFileName().toString();
            int times = seen.merge(name, 1, Integer::sum);
            names.add(files.size() == 1 ? "" : times == 1 ? name : name + " (" + times + ")");
        }
        return names;
    }

    private static DataRow.Format format(Path file, Format format) {
        return switch (format) {
            case BY_NAME -> DataRow.Format.of(file);
            case JSONL -> DataRow.Format.JSONL;
            case TSV -> DataRow.Format.TSV;
            case CSV -> DataRow.Format.CSV;
        };
    }

    private void read(Path file, DataRow.Format format, String set) {
        List<DataRow> all = new ArrayList<>();
        DataRow.each(file, format, all::add);
        ColumnRoles roles = ColumnRoles.of(file, columns(all), renamed);
        Form own = roles.form();
        if (form == null) {
            form = own;
        } else if (form != own) {
            throw new InvalidInputException("data file " + file + " holds " + own.words() + ", the files before it " + form.words()
                    + "; train on one form at a time");
        }
        Set<String> unused = roles.unused();
        if (!unused.isEmpty()) {
            notes.add(file.getFileName() + ": columns that are not used: " + String.join(", ", unused));
        }
        for (DataRow row : all) {
            TrainingRow made = row(row, roles, own);
            width = rows.isEmpty() ? made.texts().size() : width;
            RowCheck.check(own, made, width, row.place());
            rows.add(set.isEmpty() ? made : made.inSet(set));
        }
    }

    /** All fields that any row has: a field that only some have is then missing in the others, which is a fault. */
    private static Set<String> columns(List<DataRow> rows) {
        Map<String, Boolean> names = new LinkedHashMap<>();
        rows.forEach(row -> row.fields().keySet().forEach(name -> names.put(name, true)));
        return names.keySet();
    }

    private static TrainingRow row(DataRow row, ColumnRoles roles, Form form) {
        String group = optional(row, roles, Role.GROUP);
        List<String> texts = new ArrayList<>();
        switch (form) {
            case DOCUMENTS -> {
                texts.add(optional(row, roles, Role.TITLE));
                texts.add(text(row, roles, Role.TEXT));
            }
            case LABELLED -> texts.add(text(row, roles, Role.TEXT));
            default -> {
                texts.add(text(row, roles, Role.QUERY));
                texts.add(text(row, roles, Role.DOCUMENT));
            }
        }
        if (form == Form.TRIPLETS || form == Form.SCORED_TRIPLETS) {
            texts.addAll(required(row, roles, Role.NEGATIVE));
        }
        boolean scored = form == Form.SCORED_PAIRS || form == Form.SCORED_TRIPLETS;
        boolean labelled = form == Form.LABELLED || form == Form.LABELLED_PAIRS;
        return new TrainingRow(
                texts, scored ? score(row, roles) : null, labelled ? text(row, roles, Role.LABEL) : null, group);
    }

    private static double score(DataRow row, ColumnRoles roles) {
        String text = text(row, roles, Role.SCORE);
        try {
            double score = Double.parseDouble(text.strip());
            if (Double.isFinite(score)) {
                return score;
            }
        } catch (NumberFormatException e) {
            throw new InvalidInputException(row.place() + ": the score is \"" + text + "\", which is no number", e);
        }
        throw new InvalidInputException(row.place() + ": the score is " + text + "; it must be a finite number");
    }

    private static String text(DataRow row, ColumnRoles roles, Role role) {
        List<String> texts = required(row, roles, role);
        if (texts.size() != 1) {
            throw new InvalidInputException(row.place() + ": the field \"" + roles.column(role) + "\" is a list of "
                    + texts.size() + " texts; give one text");
        }
        return texts.get(0);
    }

    private static List<String> required(DataRow row, ColumnRoles roles, Role role) {
        String column = roles.column(role);
        List<String> texts = column == null ? null : row.fields().get(column);
        if (texts == null) {
            throw new InvalidInputException(row.place() + ": the field \"" + column
                    + "\" is missing or not a text; other rows have it: mend the row or leave it out");
        }
        return texts;
    }

    private static String optional(DataRow row, ColumnRoles roles, Role role) {
        String column = roles.column(role);
        List<String> texts = column == null ? null : row.fields().get(column);
        return texts == null || texts.isEmpty() ? "" : texts.get(0);
    }
}
