package io.github.embeddinglab.evaluation.audit;

import io.github.embeddinglab.api.AuditCause;
import io.github.embeddinglab.evaluation.audit.StoreFacts.Found;
import io.github.embeddinglab.vectors.FloatMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** From a sample of rows to causes: the tests in order, from those that need no guess to those that need the most. */
final class Diagnosis {
    private static final int LEAST_FOR_FIT = 32;
    private static final double FITTED = 0.9995;
    private static final double FITTED_LOWEST = 0.998;
    private static final double LEFT = 0.1;
    private static final double HALF = 0.5;
    private static final Set<AuditCause> FOUND_BEFORE =
            Set.of(AuditCause.ROWS_DISPLACED, AuditCause.CENTRED, AuditCause.REPEATED_VECTORS, AuditCause.LOSSY_CODES);

    private final Remake remake;
    private final List<float[]> store;
    private final Frame frame;
    private final Code code;
    private final Sample sample;
    private final List<Found> found = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<Hypothesis> winners = new ArrayList<>();

    Diagnosis(Remake remake, List<float[]> store, Frame frame, Code code, Sample sample) {
        this.remake = remake;
        this.store = store;
        this.frame = frame;
        this.code = code;
        this.sample = sample;
    }

    List<Found> found() {
        return found;
    }

    List<String> notes() {
        return notes;
    }

    List<Hypothesis> winners() {
        return winners;
    }

    /**
     * Explains what it can.
     *
     * @param repeated rows whose vector is known to be that of another text, too
     */
    void run(Set<Integer> repeated) {
        for (int i : sample.wrong()) {
            if (repeated.contains(sample.row(i))) {
                sample.explain(i, new Sample.Explained(AuditCause.REPEATED_VECTORS, "another text has its vector", Double.NaN));
            } else if (!code.coarse() && Code.coded(store.get(sample.row(i))) && sample.cosine(i) >= CodeNoise.match(store.get(sample.row(i)))) {
                sample.explain(i, new Sample.Explained(AuditCause.LOSSY_CODES, "stored in 8 bits or fewer", sample.cosine(i)));
            }
        }
        if (sample.open().length > 0) {
            displaced();
        }
        if (sample.open().length >= LEAST_FOR_FIT) {
            columns();
        }
        if (sample.open().length > 0) {
            hypotheses();
        }
        byCause();
        if (sample.open().length > 0) {
            Unpredicted unpredicted = new Unpredicted(sample, frame, code);
            unpredicted.run();
            found.addAll(unpredicted.found());
        }
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    private double share(int count) {
        return sample.share(count);
    }

    private FloatMatrix framedStore() {
        float[][] rows = new float[store.size()][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Rows.finite(store.get(row)) ? frame.stored(store.get(row)) : new float[frame.columns()];
        }
        return FloatMatrix.ofRows(rows);
    }

    /** Texts whose vector stands in another row. */
    private void displaced() {
        int[] wrong = sample.open();
        float[][] wanted = Arrays.stream(wrong).mapToObj(i -> sample.model()[i]).toArray(float[][]::new);
        int[] where = whereNotOwn(Relations.whereFound(wanted, framedStore(), sample.match()));
        Map<Integer, Integer> offsets = new HashMap<>();
        int count = 0;
        for (int k = 0; k < wrong.length; k++) {
            if (where[k] >= 0) {
                count++;
                int offset = where[k] - sample.row(wrong[k]);
                offsets.merge(offset, 1, Integer::sum);
            }
        }
        // an accident, as a text that is another one's beginning, is not an order
        if (count == 0 || (count < 2 && wrong.length > 2)) {
            return;
        }
        for (int k = 0; k < wrong.length; k++) {
            if (where[k] >= 0) {
                sample.explain(
                        wrong[k],
                        new Sample.Explained(AuditCause.ROWS_DISPLACED, "its vector stands in row " + where[k], 1));
            }
        }
        Map.Entry<Integer, Integer> commonest = offsets.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
        boolean shifted = commonest.getValue() >= Math.max(2, 0.8 * count);
        if (count >= HALF * sample.open().length) {
            // a row that holds another document's vector has its own elsewhere, or its document was not exported
            for (int i : sample.open()) {
                if (!ofItsText(i)) {
                    sample.explain(i, new Sample.Explained(
                            AuditCause.ROWS_DISPLACED, "it holds another document's vector", Double.NaN));
                    count++;
                }
            }
        }
        found.add(new Found(
                AuditCause.ROWS_DISPLACED,
                shifted
                        ? String.format(Locale.ROOT, "vectors stand %d rows %s their texts in %s of the sample; export ids with the vectors",
                                Math.abs(commonest.getKey()), commonest.getKey() > 0 ? "after" : "before", percent(share(count)))
                        : "vectors and texts are in different orders in " + percent(share(count))
                                + " of the sample; join them by id",
                share(count)));
    }

    /** A row that is right for its own text holds the same as another text's, and nothing was displaced. */
    private int[] whereNotOwn(int[] where) {
        int[] rows = Arrays.stream(where).filter(row -> row >= 0 && row < remake.documents().size()).distinct().toArray();
        if (rows.length == 0) {
            return where;
        }
        float[][] own = remake.proper(rows, remake.documents()::whole);
        Set<Integer> right = new HashSet<>();
        for (int k = 0; k < rows.length; k++) {
            if (Rows.cosine(frame.stored(store.get(rows[k])), frame.predicted(own[k])) >= sample.match()) {
                right.add(rows[k]);
            }
        }
        return Arrays.stream(where).map(row -> right.contains(row) ? -1 : row).toArray();
    }

    private boolean ofItsText(int i) {
        return Relations.ownTextFirst(sample.stored(), sample.model(), new int[] {i}) > 0;
    }

    /** One change of all columns. */
    private void columns() {
        int[] open = sample.open();
        float[][] stored = Arrays.stream(open).mapToObj(i -> stored(sample.row(i))).toArray(float[][]::new);
        float[][] model = Arrays.stream(open).mapToObj(i -> sample.model()[i]).toArray(float[][]::new);
        if (code.kind() == Code.Kind.BINARY) {
            return;
        }
        double own = Arrays.stream(open).mapToDouble(sample::cosine).sorted().toArray()[open.length / 2];
        for (boolean scaled : new boolean[] {false, true}) {
            ColumnFit fit = ColumnFit.of(stored, model, scaled);
            // what was near before, as another pooling of long texts, is brought nearer by any fit
            boolean explains = 1 - fit.heldOut() <= LEFT * (1 - own);
            if (explains && fit.heldOut() >= Math.min(FITTED, sample.match()) && fit.lowest() >= Math.min(FITTED_LOWEST, sample.match() - 0.002)) {
                String label = scaled ? "columns scaled and shifted" : "a constant vector subtracted";
                for (int k = 0; k < open.length; k++) {
                    double cosine = Rows.cosine(stored[k], fit.apply(model[k]));
                    sample.explain(open[k], new Sample.Explained(AuditCause.CENTRED, label, cosine));
                }
                found.add(new Found(
                        AuditCause.CENTRED,
                        String.format(Locale.ROOT, "%s after embedding in %s of the sample (cosine %.4f on rows that were not fitted);"
                                + " do the same to queries, or store the model's vectors",
                                label, percent(share(open.length)), fit.heldOut()),
                        share(open.length)));
                return;
            }
        }
    }

    private float[] stored(int row) {
        float[] whole = store.get(row);
        return whole.length == frame.columns() ? whole : Arrays.copyOf(whole, frame.columns());
    }

    private void hypotheses() {
        int longest = 0;
        for (int i = 0; i < sample.size(); i++) {
            longest = Math.max(longest, sample.tokens(i));
        }
        Trial trial = new Trial(sample, frame);
        winners.addAll(trial.run(new Hypotheses(remake), longest));
        notes.addAll(trial.notes());
    }

    /** One finding for each cause that a hypothesis explained rows by. */
    private void byCause() {
        Map<AuditCause, Map<String, Integer>> labels = new LinkedHashMap<>();
        sample.explained().values().forEach(why -> {
            if (!FOUND_BEFORE.contains(why.cause())) {
                labels.computeIfAbsent(why.cause(), cause -> new LinkedHashMap<>()).merge(why.label(), 1, Integer::sum);
            }
        });
        labels.forEach((cause, counts) -> {
            List<String> parts = new ArrayList<>();
            counts.entrySet().stream()
                    .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                    .limit(3)
                    .forEach(entry -> parts.add(entry.getKey() + " (" + entry.getValue() + " rows)"));
            int rows = counts.values().stream().mapToInt(Integer::intValue).sum();
            found.add(new Found(cause, String.join(", ", parts) + ": " + percent(share(rows)) + " of the sample; " + wayOut(cause),
                    share(rows)));
        });
    }

    private static String wayOut(AuditCause cause) {
        return switch (cause) {
            case OTHER_POOLING -> "pool as the model's folder says";
            case PROMPT -> "embed documents with the model's prompt for documents";
            case CUT -> "cut at the model's own limit, or split what is longer before indexing";
            case SPLIT -> "index the windows as documents of their own, or cut as the model does";
            case TITLE -> "embed title, space and text";
            default -> "embed the text as it is";
        };
    }

    /** Causes under which lengths say nothing. */
    private static final Set<AuditCause> OTHER_LENGTHS = Set.of(
            AuditCause.CENTRED, AuditCause.SPLIT, AuditCause.OTHER_MODEL, AuditCause.MIXED_MODELS, AuditCause.UNKNOWN);

    /**
     * Compares lengths where directions are explained.
     *
     * @param lengths of the model's vectors, one for each row of the sample
     */
    void lengths(double[] lengths) {
        if (code.kind() == Code.Kind.BINARY || code.kind() == Code.Kind.INTEGERS || frame.columns() < store.get(0).length) {
            return;
        }
        boolean unit = Arrays.stream(lengths).allMatch(length -> Math.abs(length - 1) < 1e-3);
        // a centroid is a mean, and shorter than what it stands for
        double tolerance = code.kind() == Code.Kind.PRODUCT ? 0.25 : code.coarse() ? 0.1 : unit ? 0.01 : 0.05;
        Set<Integer> other = new HashSet<>();
        double low = Double.POSITIVE_INFINITY;
        double high = 0;
        int compared = 0;
        for (int i = 0; i < lengths.length; i++) {
            Sample.Explained why = sample.explained().get(i);
            if (why != null && (OTHER_LENGTHS.contains(why.cause()) || (!unit && why.cause() != AuditCause.ROWS_DISPLACED))) {
                continue;
            }
            compared++;
            double stored = Rows.norm(store.get(sample.row(i)));
            double wanted = unit || why == null ? lengths[i] : stored;
            if (Math.abs(stored / wanted - 1) > tolerance) {
                other.add(i);
                low = Math.min(low, stored);
                high = Math.max(high, stored);
            }
        }
        if (other.size() > 0.01 * compared) {
            found.add(new Found(
                    AuditCause.NOT_NORMALISED,
                    String.format(Locale.ROOT, "%s of the sample has lengths of %.4g to %.4g where the model gives %s; dot products"
                            + " rank by length then, normalise or search by cosine",
                            percent(share(other.size())), low, high, unit ? "1" : "others"),
                    share(other.size())));
        }
    }
}
