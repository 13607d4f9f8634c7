package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.spi.DropoutMask;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** The batches of a training: rows by step, tokenised, with their labels; a function of (seed, step). */
final class RowBatches {
    private static final int COLUMN_OF_PARTNER = 1;

    private final TrainingSet set;
    private final TextTokens tokens;
    private final Pairing pairing;
    private final long seed;
    private final BatchOrder order;
    private final Map<String, Integer> classes = new LinkedHashMap<>();
    private final Map<String, List<Integer>> rowsOfLabel = new LinkedHashMap<>();

    /** How labelled texts become batches. */
    enum Pairing {
        /** Rows as they are. */
        NONE,
        /** Each text with another of its label, one row of a label in a batch. */
        BY_LABEL,
        /** Single texts with their classes; batches of mixed labels. */
        CLASSES
    }

    /**
     * One batch.
     *
     * @param rows of the set
     * @param columns of token sequences
     * @param labels row-major, empty for none
     * @param labelShape empty for none
     */
    record Batch(List<Integer> rows, List<TokenBatch> columns, double[] labels, int... labelShape) {}

    RowBatches(TrainingSet set, TextTokens tokens, Pairing pairing, int batchSize, long seed) {
        this.set = set;
        this.tokens = tokens;
        this.pairing = pairing;
        this.seed = seed;
        new TreeSet<>(set.rows().stream().map(row -> Objects.requireNonNullElse(row.label(), "")).toList())
                .forEach(label -> classes.put(label, classes.size()));
        for (int i = 0; i < set.rows().size(); i++) {
            rowsOfLabel.computeIfAbsent(label(i), key -> new ArrayList<>()).add(i);
        }
        this.order = new BatchOrder(set.rows().stream().map(this::keys).toList(), batchSize, seed);
    }

    int stepsPerEpoch() {
        return order.stepsPerEpoch();
    }

    int classes() {
        return classes.size();
    }

    private String label(int row) {
        return Objects.requireNonNullElse(set.rows().get(row).label(), "");
    }

    /** Where other rows serve as negatives, what two rows of a batch must not share. */
    private Set<Object> keys(TrainingRow row) {
        if (pairing == Pairing.BY_LABEL) {
            return Set.of(Objects.requireNonNullElse(row.label(), ""));
        }
        if (set.form() != Form.PAIRS && set.form() != Form.TRIPLETS) {
            return Set.of();
        }
        Set<Object> keys = new HashSet<>();
        row.texts().forEach(text -> keys.add(text.strip().toLowerCase(Locale.ROOT)));
        return keys;
    }

    Batch batch(int step) {
        List<Integer> rows = order.rows(step);
        List<TokenBatch> columns = new ArrayList<>();
        for (int column = 0; column < width(); column++) {
            int place = column;
            List<String> texts = rows.stream().map(row -> text(row, place, step)).toList();
            columns.add(tokens.batch(texts, role(column)));
        }
        double[] labels = labels(rows);
        return labels.length == 0 ? new Batch(rows, columns, labels) : new Batch(rows, columns, labels, rows.size());
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
            List<Integer> same = rowsOfLabel.getOrDefault(label(row), List.of(row));
            int other = same.size() == 1 ? 0 : new SplittableRandom(DropoutMask.mix(seed, step, row)).nextInt(same.size() - 1);
            int partner = same.get(other);
            // the last stands in for the row itself, so that each other is as likely
            return set.rows().get(partner == row ? same.get(same.size() - 1) : partner).texts().get(0);
        }
        return set.rows().get(row).texts().get(column);
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
