package io.github.embeddinglab.evaluation.audit;

import io.github.embeddinglab.api.AuditCause;
import io.github.embeddinglab.evaluation.audit.StoreFacts.Found;
import io.github.embeddinglab.evaluation.metrics.Correlation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/** What can be said of rows that no hypothesis predicts: by how they lie to their texts' vectors, to others', and to each other. */
final class Unpredicted {
    private static final int LEAST = 12;
    private static final double HALF = 0.5;
    private static final double BY_LENGTH = 0.5;
    private static final double ONE_DIRECTION = 0.6;
    /** Models of one ancestor may tell texts apart in each other's space; one model's vectors of a text stay nearer than this. */
    private static final double SAME_WEIGHTS = 0.5;

    private static final double LOWER_PRECISION = 0.98;
    private static final double ALIKE = 1.5;
    private static final double SHIFTED = 0.4;
    private static final double ROTATED = 1e-3;
    private static final double RELATED = 0.3;

    private final Sample sample;
    private final Frame frame;
    private final Code code;
    private final int[] open;
    private final double share;
    private final List<Found> found = new ArrayList<>();

    Unpredicted(Sample sample, Frame frame, Code code) {
        this.sample = sample;
        this.frame = frame;
        this.code = code;
        this.open = sample.open();
        this.share = sample.share(open.length);
    }

    List<Found> found() {
        return found;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    void run() {
        double first = Relations.ownTextFirst(sample.stored(), sample.model(), open);
        if (open.length >= LEAST && paddingCounted()) {
            conclude(AuditCause.OTHER_POOLING, String.format(Locale.ROOT,
                    "%s of the sample is the farther from the model the shorter its text is, all in one direction: the mean counts"
                            + " padding; give the attention mask to the pooling", percent(share)));
        } else if (first >= HALF && cosines()[open.length / 2] >= SAME_WEIGHTS) {
            ofTheirTexts();
        } else if (ofThisModel()) {
            conclude(share < HALF ? AuditCause.STALE_TEXT : AuditCause.UNKNOWN, String.format(Locale.ROOT,
                    "%s%s of the sample is in this model's space but of other texts: the texts were replaced after they were"
                            + " embedded, or rows and texts are of two exports", share < HALF ? "" : "unknown cause: ", percent(share)));
        } else if (open.length >= LEAST) {
            ofAnotherSpace(first);
        } else {
            boolean part = sample.wrong().length < HALF * sample.size();
            conclude(part ? AuditCause.MIXED_MODELS : AuditCause.UNKNOWN, String.format(Locale.ROOT,
                    "%d rows are unlike their texts in this model (median cosine %.2f): another model's, or another text's;"
                            + " embed them again", open.length, cosines()[open.length / 2]));
        }
    }

    private double[] cosines() {
        return Arrays.stream(open).mapToDouble(sample::cosine).sorted().toArray();
    }

    /**
     * A mean over a padded batch is (t mean + (L - t) p) / L, with t tokens, the batch's length L and p, the mean of what the
     * encoder gives for padding, which differs little from text to text. Words in front move short texts most, too, but each
     * in a direction of its own.
     */
    private boolean paddingCounted() {
        double[] tokens = Arrays.stream(open).mapToDouble(sample::tokens).toArray();
        double[] cosines = Arrays.stream(open).mapToDouble(sample::cosine).toArray();
        return Correlation.spearman(tokens, cosines).value() >= BY_LENGTH
                && Relations.commonDirection(sample.stored(), sample.model(), open) >= ONE_DIRECTION;
    }

    /** Half-way at least from rows with their columns shuffled to the model's own. */
    private boolean ofThisModel() {
        if (frame.signs()) {
            return false;
        }
        List<Integer> columns = new ArrayList<>(IntStream.range(0, frame.columns()).boxed().toList());
        Collections.shuffle(columns, new Random(1));
        float[][] shuffled = sample.stored().clone();
        for (int i : open) {
            float[] row = sample.stored()[i];
            shuffled[i] = new float[row.length];
            for (int j = 0; j < row.length; j++) {
                shuffled[i][j] = row[columns.get(j)];
            }
        }
        double chance = Relations.nearestOther(shuffled, sample.model(), open);
        double own = Relations.nearestOther(sample.model(), sample.model(), open);
        return Relations.nearestOther(sample.stored(), sample.model(), open) >= (chance + own) / 2;
    }

    private void ofTheirTexts() {
        double[] cosines = cosines();
        double median = cosines[cosines.length / 2];
        double near = Math.acos(Math.min(1, cosines[cosines.length * 9 / 10]));
        double far = Math.acos(Math.min(1, cosines[cosines.length / 10]));
        // a model that differs moves all texts about as far, an edit as far as it is long
        boolean alike = open.length >= LEAST && far < ALIKE * near;
        if (code.coarse()) {
            conclude(AuditCause.LOSSY_CODES, "");
        } else if (median >= LOWER_PRECISION && alike) {
            conclude(AuditCause.REDUCED_PRECISION, String.format(Locale.ROOT,
                    "%s of the sample is close to the model's vectors but not equal (median cosine %.4f): the model ran"
                            + " quantised or in lower precision", percent(share), median));
        } else if (share < HALF && alike && Relations.commonShift(sample.stored(), sample.model(), open) >= SHIFTED) {
            conclude(AuditCause.MIXED_MODELS, String.format(Locale.ROOT,
                    "%s of the sample is equally far from this model's vectors (median cosine %.3f): a related model, as one"
                            + " before or after fine-tuning, made them", percent(share), median));
        } else if (share < HALF) {
            conclude(AuditCause.STALE_TEXT, String.format(Locale.ROOT,
                    "%s of the sample is near its text but not of it (cosine %.2f to %.2f): the text was changed after it was"
                            + " embedded", percent(share), cosines[0], cosines[cosines.length - 1]));
        } else {
            conclude(AuditCause.UNKNOWN, String.format(Locale.ROOT,
                    "unknown cause: %s of the sample is of its text and near this model (median cosine %.3f), but nothing that"
                            + " was tried makes these vectors", percent(share), median));
        }
    }

    private void ofAnotherSpace(double first) {
        double geometry = Relations.sameGeometry(sample.stored(), sample.model(), open);
        if (!frame.signs() && Relations.geometryError(sample.stored(), sample.model(), open) < ROTATED) {
            conclude(AuditCause.ROTATED, percent(share)
                    + " of the sample has exactly this model's cosines among each other, but other numbers: the vectors were"
                    + " rotated or their columns permuted; do the same to queries");
        } else if (geometry >= Math.max(RELATED, 5.0 / open.length)) {
            AuditCause cause = sample.wrong().length > 0.95 * sample.size() ? AuditCause.OTHER_MODEL : AuditCause.MIXED_MODELS;
            conclude(cause, String.format(Locale.ROOT,
                    "%s of the sample is of its texts (rank correlation of cosines %.2f) but not in this model's space (own text"
                            + " nearest in %s): another model made it; embed these documents again",
                    percent(share), geometry, percent(first)));
        } else {
            conclude(AuditCause.UNKNOWN, String.format(Locale.ROOT,
                    "unknown cause: %s of the sample has nothing in common with its texts (rank correlation of cosines %.2f):"
                            + " other texts, another order of another model, or damage", percent(share), geometry));
        }
    }

    private void conclude(AuditCause cause, String detail) {
        for (int i : open) {
            sample.explain(i, new Sample.Explained(cause, cause.id(), Double.NaN));
        }
        if (!detail.isEmpty()) {
            found.add(new Found(cause, detail, share));
        }
    }
}
