package io.github.embeddinglab.api.training;

import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * The losses by the field's names. Each has a page in {@code docs/losses}: inputs, when to use it, neighbours, source, example; its class in
 * {@code laboratory-training} has the formula. Where none is chosen, the form of the data decides.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Losses {
    private Losses() {}

    /**
     * A loss by name.
     *
     * @param name as in {@code multiple-negatives}
     * @return with its defaults
     */
    public static LossChoice named(String name) {
        return new LossChoice(name, Map.of());
    }

    /**
     * Each query finds its own document among those of the batch; pairs or triplets. The first choice for search.
     *
     * @return scale 20
     */
    public static LossChoice multipleNegatives() {
        return named("multiple-negatives");
    }

    /**
     * The same in both directions; pairs or triplets.
     *
     * @return scale 20
     */
    public static LossChoice symmetricMultipleNegatives() {
        return named("symmetric-multiple-negatives");
    }

    /**
     * The hardest negative of the batch, with margins; pairs.
     *
     * @return positive_margin 0.8, negative_margin 0.3
     */
    public static LossChoice megaBatchMargin() {
        return named("mega-batch-margin");
    }

    /**
     * Order of cosines as the order of scores; scored pairs.
     *
     * @return scale 20
     */
    public static LossChoice coSent() {
        return named("cosent");
    }

    /**
     * The same order by angles in complex space; scored pairs.
     *
     * @return scale 20
     */
    public static LossChoice angle() {
        return named("angle");
    }

    /**
     * Cosines as the scores are; scored pairs with scores from 0 to 1.
     *
     * @return without settings
     */
    public static LossChoice cosine() {
        return named("cosine");
    }

    /**
     * Near where the score is 1, beyond a margin where it is 0; scored pairs.
     *
     * @return margin 0.5, cosine distance
     */
    public static LossChoice contrastive() {
        return named("contrastive");
    }

    /**
     * The same on the hard pairs of the batch alone; scored pairs with scores 0 and 1.
     *
     * @return margin 0.5, cosine distance
     */
    public static LossChoice onlineContrastive() {
        return named("online-contrastive");
    }

    /**
     * The positive nearer than the negative by a margin; triplets.
     *
     * @return margin 5, Euclidean distance
     */
    public static LossChoice triplet() {
        return named("triplet");
    }

    /**
     * Triplets found in the batch, the hardest of each text; labelled texts.
     *
     * @return margin 5, Euclidean distance
     */
    public static LossChoice batchHardTriplet() {
        return named("batch-hard-triplet");
    }

    /**
     * The same triplets with a soft margin, which has no size to choose; labelled texts.
     *
     * @return Euclidean distance
     */
    public static LossChoice batchHardSoftTriplet() {
        return named("batch-hard-soft-triplet");
    }

    /**
     * Each pair of a label with the nearest negative beyond it; labelled texts.
     *
     * @return margin 5, Euclidean distance
     */
    public static LossChoice batchSemiHardTriplet() {
        return named("batch-semi-hard-triplet");
    }

    /**
     * All triplets of the batch that break the margin; labelled texts.
     *
     * @return margin 5, Euclidean distance
     */
    public static LossChoice batchAllTriplet() {
        return named("batch-all-triplet");
    }

    /**
     * The difference of similarities as given; scored triplets.
     *
     * @return without settings
     */
    public static LossChoice marginMse() {
        return named("margin-mse");
    }

    /**
     * Multiple negatives without those that a guide takes for positives; pairs or triplets. The guide is the setting {@code guide}.
     *
     * @return scale 20, margin 0, margin_kind absolute
     */
    public static LossChoice gist() {
        return named("gist");
    }

    /**
     * Each text is its own positive under another dropout; plain texts. Or entailed texts and contradictions; pairs or triplets.
     *
     * @return scale 20
     */
    public static LossChoice simCse() {
        return named("simcse");
    }

    /**
     * Hidden tokens are guessed from those around them; plain texts.
     *
     * @return masked_share is a setting of the training
     */
    public static LossChoice maskedLanguage() {
        return named("masked-language");
    }

    /**
     * Most tokens of a text are deleted, and its vector has to suffice to write it whole (TSDAE); plain texts.
     *
     * @return deleted_share is a setting of the training
     */
    public static LossChoice denoising() {
        return named("denoising");
    }

    /**
     * Vectors as a teacher's, through a trained map where the widths differ; texts of any form.
     *
     * @return metric cosine
     */
    public static LossChoice embeddingDistillation() {
        return named("embedding-distillation");
    }

    /**
     * Vectors of all texts of a row as a teacher's of the first, of equal width, as for translations; plain texts or pairs.
     *
     * @return without settings
     */
    public static LossChoice mse() {
        return named("mse");
    }

    /**
     * A query's shares among its documents as a teacher's; triplets.
     *
     * @return temperature 0.05
     */
    public static LossChoice distillation() {
        return named("distillation");
    }

    /**
     * A classifier over both vectors tells the relation; labelled pairs.
     *
     * @return without settings
     */
    public static LossChoice softmax() {
        return named("softmax");
    }
}
