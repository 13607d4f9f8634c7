package io.github.embeddinglab.evaluation.audit;

import io.github.embeddinglab.api.AuditCause;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.evaluation.audit.StoreFacts.Found;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Brings the store and the model's vectors into one space: codes are read, other widths are understood. */
final class Comparison {
    private static final double DECODED = 0.97;
    private static final double PROJECTED = 0.9;
    private static final double RELATED = 0.3;
    private static final int FEW_ROWS = 3;
    private static final double FEW_SHARE = 0.01;

    private final Remake remake;
    private final StoredRows given;

    Comparison(Remake remake, StoredRows given) {
        this.remake = remake;
        this.given = given;
    }

    /**
     * What is compared.
     *
     * @param store rows as the store means them
     * @param sample those embedded again
     * @param frame the space of the comparison
     * @param code how numbers were coded
     * @param found causes met on the way
     * @param vectors of the model for the sample
     */
    record Compared(
            List<float[]> store, Sample sample, Frame frame, Code code, List<Found> found, Embeddings vectors) {
        /** Whether rows can be compared with the model's vectors at all. */
        boolean sameSpace() {
            return frame.columns() > 0;
        }

        /** What the model gives; vectors that were cut may have been normalised again or not. */
        double[] lengths() {
            double[] whole = vectors.asList().stream().mapToDouble(row -> Rows.norm(row.vector())).toArray();
            if (frame.columns() == vectors.dimensions()) {
                return whole;
            }
            double[] cut = vectors.asList().stream()
                    .mapToDouble(row -> Rows.norm(Arrays.copyOfRange(row.vector(), frame.from(), frame.from() + frame.columns())))
                    .toArray();
            double again = 0;
            double asCut = 0;
            for (int i = 0; i < cut.length; i++) {
                double stored = Rows.norm(store.get(sample.row(i)));
                again += Math.abs(stored - 1);
                asCut += Math.abs(stored - cut[i]);
            }
            Arrays.fill(whole, 1);
            return again <= asCut ? whole : cut;
        }

        int truncated() {
            return vectors.truncated().size();
        }

        long lostTokens() {
            return vectors.truncated().stream().mapToLong(t -> t.tokens() - t.kept()).sum();
        }
    }

    Compared of(int[] rows) {
        Embeddings vectors = remake.proper(rows);
        float[][] model = vectors.toArrays();
        List<Found> found = new ArrayList<>();
        StoredRows store = given;
        List<float[]> usable = Arrays.stream(rows).mapToObj(given.rows()::get).toList();
        Code code = Code.of(given.rows().stream().filter(Rows::finite).toList());
        if (code.kind() == Code.Kind.INTEGERS && given.columns() * 8 == vectors.dimensions()) {
            store = unpacked(rows, model);
            code = new Code(Code.Kind.BINARY, "one bit a column, eight columns to a byte", Code.SIGNS);
        }
        if (code.kind() == Code.Kind.INTEGERS && given.columns() == vectors.dimensions()) {
            store = scaledBack(usable, model);
        }
        if (code.lossy()) {
            found.add(new Found(code.coarse() ? AuditCause.LOSSY_CODES : AuditCause.REDUCED_PRECISION, "stored as " + code.label()
                    + (code.coarse() ? "; keep full precision beside the codes for the last ranking" : "; harmless for most searches"), 1));
        }
        if (!code.lossy()) {
            codedInPart(found);
        }
        Frame frame = Frame.of(store.columns(), code);
        if (store.columns() != vectors.dimensions()) {
            frame = otherWidth(usable, model, code, found);
        }
        int[] tokens = new int[rows.length];
        float[][] stored = new float[rows.length][];
        float[][] predicted = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            tokens[i] = vectors.tokenUse(i).used() + vectors.tokenUse(i).dropped();
            stored[i] = frame.columns() == 0 ? new float[1] : frame.stored(store.rows().get(rows[i]));
            predicted[i] = frame.columns() == 0 ? new float[1] : frame.predicted(model[i]);
        }
        return new Compared(
                store.rows(), new Sample(rows, tokens, stored, predicted, frame.match()), frame, code, found, vectors);
    }

    private void codedInPart(List<Found> found) {
        long coded = given.rows().stream()
                .filter(row -> Rows.finite(row) && Rows.norm(row) > 0 && Code.coded(row))
                .count();
        double share = (double) coded / given.rows().size();
        if (coded >= FEW_ROWS && share >= FEW_SHARE) {
            found.add(new Found(AuditCause.LOSSY_CODES, String.format(Locale.ROOT,
                    "%.0f %% of the rows are stored in 8 bits or fewer, the others in full; store all in one way", 100 * share), share));
        }
    }

    /** Of the ways to pack bits, that which agrees best with the model. */
    private StoredRows unpacked(int[] rows, float[][] model) {
        StoredRows best = given;
        double most = Double.NEGATIVE_INFINITY;
        for (boolean highestFirst : new boolean[] {true, false}) {
            for (boolean lowered : new boolean[] {false, true}) {
                StoredRows bits = given.unpacked(highestFirst, lowered);
                double agreement = 0;
                for (int i = 0; i < rows.length; i++) {
                    agreement += Rows.cosine(bits.rows().get(rows[i]), model[i]);
                }
                if (agreement > most) {
                    most = agreement;
                    best = bits;
                }
            }
        }
        return best;
    }

    /** Codes of one scale for each column, as a calibrated int8 store has them. */
    private StoredRows scaledBack(List<float[]> usable, float[][] model) {
        float[][] stored = usable.toArray(float[][]::new);
        if (stored.length < 32 || cosine(stored, model, 0) >= DECODED) {
            return given;
        }
        ColumnFit fit = ColumnFit.of(stored, model, true);
        return fit.heldOut() >= DECODED
                ? new StoredRows(given.rows().stream().map(fit::undo).toList(), given.columns())
                : given;
    }

    private static double cosine(float[][] stored, float[][] model, int from) {
        double[] cosines = new double[stored.length];
        for (int i = 0; i < cosines.length; i++) {
            int width = Math.min(stored[i].length, model[i].length - from);
            cosines[i] = Rows.cosine(
                    Arrays.copyOf(stored[i], width), Arrays.copyOfRange(model[i], from, from + width));
        }
        Arrays.sort(cosines);
        return cosines[cosines.length / 2];
    }

    private Frame otherWidth(List<float[]> usable, float[][] model, Code code, List<Found> found) {
        float[][] stored = usable.toArray(float[][]::new);
        int have = given.columns();
        int width = model[0].length;
        int common = Math.min(have, width);
        boolean signs = code.kind() == Code.Kind.BINARY;
        double match = Math.min(code.match(), 0.9);
        String widths = have + " columns where the model has " + width;
        if (cosine(stored, model, 0) >= match) {
            found.add(new Found(AuditCause.OTHER_DIMENSIONS, widths + ": "
                    + (have < width ? "its first columns; cut queries in the same way" : "the model's and others behind them"), 1));
            return new Frame(0, common, signs, code.match());
        }
        if (have < width && cosine(stored, model, width - have) >= match) {
            found.add(new Found(AuditCause.OTHER_DIMENSIONS, widths + ": its last columns", 1));
            return new Frame(width - have, common, signs, code.match());
        }
        int[] all = java.util.stream.IntStream.range(0, stored.length).toArray();
        // a principal component analysis subtracts the mean first
        float[] mean = Rows.mean(Arrays.asList(model), width);
        float[][] centred = Arrays.stream(model).map(row -> Rows.minus(row, mean)).toArray(float[][]::new);
        double geometry = stored.length < 12
                ? 0
                : Math.max(Relations.sameGeometry(stored, model, all), Relations.sameGeometry(stored, centred, all));
        if (geometry >= PROJECTED) {
            found.add(new Found(AuditCause.OTHER_DIMENSIONS, String.format(Locale.ROOT,
                    "%s, with the same geometry (rank correlation of cosines %.3f): projected, as by PCA; project queries in"
                            + " the same way", widths, geometry), 1));
        } else if (geometry >= RELATED) {
            found.add(new Found(AuditCause.OTHER_MODEL, String.format(Locale.ROOT,
                    "%s, and another geometry (rank correlation of cosines %.3f): another model made it", widths, geometry), 1));
        } else {
            found.add(new Found(AuditCause.UNKNOWN, String.format(Locale.ROOT,
                    "unknown cause: %s, and nothing in common with the texts (rank correlation of cosines %.3f)",
                    widths, geometry), 1));
        }
        return new Frame(0, 0, signs, code.match());
    }
}
