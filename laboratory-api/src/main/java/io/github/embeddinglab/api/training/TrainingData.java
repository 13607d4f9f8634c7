package io.github.embeddinglab.api.training;

import io.github.embeddinglab.api.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What to train on: files, or rows made in memory. Nothing is read before training starts.
 *
 * <p>The names of columns (fields, in JSONL) decide the form: {@code query, document[, negative][, score]}, or
 * {@code anchor, positive[, negative]}, or {@code sentence1, sentence2[, score]}, each also with {@code label} in the place
 * of a score; {@code label, text}; {@code text[, title]}. A {@code negative} may be a list in JSONL, as long in each row. An
 * optional column {@code group} names what a row came from. Each file may be gzipped.
 *
 * @param source files or rows
 * @param columns name of this page to the file's name, as in {@code query=question}
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record TrainingData(Source source, Map<String, String> columns) {
    /** Copies the columns. */
    public TrainingData {
        columns = Map.copyOf(new LinkedHashMap<>(columns));
    }

    /** What the texts of a row are. */
    public enum Form {
        /** Query and document. */
        PAIRS,
        /** Query, document and one or more negatives, as many in each row. */
        TRIPLETS,
        /** Two texts and how alike they are. */
        SCORED_PAIRS,
        /** Query, document, one negative, and how much better the document is than the negative. */
        SCORED_TRIPLETS,
        /** Two texts and the class of their relation. */
        LABELLED_PAIRS,
        /** One text and its class. */
        LABELLED,
        /** Title (may be empty) and text. */
        DOCUMENTS;

        /**
         * The name in sentences.
         *
         * @return as in {@code scored pairs}
         */
        public String words() {
            return this == LABELLED ? "labelled texts" : name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** How a file is written. */
    public enum Format {
        /** {@code .jsonl}, {@code .csv}, {@code .txt} (one document a line) by their names, anything else TSV. */
        BY_NAME,
        /** One JSON object a line. */
        JSONL,
        /** A header line and fields between tabs. */
        TSV,
        /** A header line and fields between commas, quoted where needed. */
        CSV
    }

    /** Where the rows come from. */
    public sealed interface Source {
        /**
         * Files with the same form of data, joined in order; each is a set for {@link TrainingSetting#MIXING}.
         *
         * @param paths at least one
         * @param format of all of them
         */
        record Files(List<Path> paths, Format format) implements Source {
            /**
             * Copies and checks.
             *
             * @throws InvalidInputException when there is no file
             */
            public Files {
                paths = List.copyOf(paths);
                if (paths.isEmpty()) {
                    throw new InvalidInputException("training data has no file; name at least one");
                }
            }
        }

        /**
         * Rows in memory.
         *
         * @param form of all rows
         * @param rows checked when they are used
         */
        record Rows(Form form, List<TrainingRow> rows) implements Source {
            /** Copies the rows. */
            public Rows {
                rows = List.copyOf(rows);
            }
        }
    }

    /**
     * Files whose names say how they are written.
     *
     * @param paths joined in order, at least one
     * @return the data
     */
    public static TrainingData files(Path... paths) {
        return new TrainingData(new Source.Files(List.of(paths), Format.BY_NAME), Map.of());
    }

    /**
     * One JSON object a line.
     *
     * @param paths joined in order, at least one
     * @return the data
     */
    public static TrainingData jsonl(Path... paths) {
        return new TrainingData(new Source.Files(List.of(paths), Format.JSONL), Map.of());
    }

    /**
     * A header line and fields between tabs.
     *
     * @param paths joined in order, at least one
     * @return the data
     */
    public static TrainingData tsv(Path... paths) {
        return new TrainingData(new Source.Files(List.of(paths), Format.TSV), Map.of());
    }

    /**
     * A header line and fields between commas.
     *
     * @param paths joined in order, at least one
     * @return the data
     */
    public static TrainingData csv(Path... paths) {
        return new TrainingData(new Source.Files(List.of(paths), Format.CSV), Map.of());
    }

    /**
     * Rows of any form.
     *
     * @param form what their texts are
     * @param rows read once, here
     * @return the data
     */
    public static TrainingData of(Form form, Iterable<TrainingRow> rows) {
        List<TrainingRow> copy = new ArrayList<>();
        rows.forEach(copy::add);
        return new TrainingData(new Source.Rows(form, copy), Map.of());
    }

    /**
     * Queries and documents.
     *
     * @param rows made by {@link TrainingRow#pair}
     * @return the data
     */
    public static TrainingData pairs(Iterable<TrainingRow> rows) {
        return of(Form.PAIRS, rows);
    }

    /**
     * Queries, documents and negatives.
     *
     * @param rows made by {@link TrainingRow#triplet}
     * @return the data
     */
    public static TrainingData triplets(Iterable<TrainingRow> rows) {
        return of(Form.TRIPLETS, rows);
    }

    /**
     * Pairs and how alike they are.
     *
     * @param rows made by {@link TrainingRow#scored}
     * @return the data
     */
    public static TrainingData scoredPairs(Iterable<TrainingRow> rows) {
        return of(Form.SCORED_PAIRS, rows);
    }

    /**
     * Texts with a class.
     *
     * @param rows made by {@link TrainingRow#labelled}
     * @return the data
     */
    public static TrainingData labelled(Iterable<TrainingRow> rows) {
        return of(Form.LABELLED, rows);
    }

    /**
     * Plain documents.
     *
     * @param rows made by {@link TrainingRow#document}
     * @return the data
     */
    public static TrainingData documents(Iterable<TrainingRow> rows) {
        return of(Form.DOCUMENTS, rows);
    }

    /**
     * With other column names.
     *
     * @param names name of this page to the file's name, as in {@code query=question}
     * @return a copy
     */
    public TrainingData columns(Map<String, String> names) {
        return new TrainingData(source, names);
    }
}
