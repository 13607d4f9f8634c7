package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.engine.Objective;
import io.github.embeddinglab.training.loop.LossMaker.Place;
import io.github.embeddinglab.training.loss.AngleLoss;
import io.github.embeddinglab.training.loss.BatchTripletLoss;
import io.github.embeddinglab.training.loss.CoSentLoss;
import io.github.embeddinglab.training.loss.ContrastiveLoss;
import io.github.embeddinglab.training.loss.CosineSimilarityLoss;
import io.github.embeddinglab.training.loss.Distance;
import io.github.embeddinglab.training.loss.DistillationLoss;
import io.github.embeddinglab.training.loss.EmbeddingDistillationLoss;
import io.github.embeddinglab.training.loss.GistLoss;
import io.github.embeddinglab.training.loss.Loss;
import io.github.embeddinglab.training.loss.MarginMseLoss;
import io.github.embeddinglab.training.loss.MegaBatchMarginLoss;
import io.github.embeddinglab.training.loss.MseLoss;
import io.github.embeddinglab.training.loss.MultipleNegativesLoss;
import io.github.embeddinglab.training.loss.OnlineContrastiveLoss;
import io.github.embeddinglab.training.loss.Similarity;
import io.github.embeddinglab.training.loss.SoftmaxLoss;
import io.github.embeddinglab.training.loss.SymmetricMultipleNegativesLoss;
import io.github.embeddinglab.training.loss.TripletLoss;
import io.github.embeddinglab.training.objective.DenoisingAutoencoder;
import io.github.embeddinglab.training.objective.MaskedLanguage;
import io.github.embeddinglab.training.objective.SimCse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** The losses: which form of data each reads, which settings it has, and how it is made. To add one, add a line. */
final class LossTable {
    static final String CACHED = "cached";
    static final String MATRYOSHKA = "matryoshka";
    static final String ADAPTIVE = "adaptive_layers";
    static final String ORTHOGONAL = "orthogonal";
    /** Settings that every loss on embeddings has, since each wraps it. */
    static final List<LossOption> WRAPPERS = List.of(
            LossOption.flag(ADAPTIVE), LossOption.flag(CACHED), LossOption.widths(MATRYOSHKA), LossOption.atLeast0(ORTHOGONAL, 0));
    /** Losses whose labels or weights have the width of whole vectors, which are not cut then. */
    private static final Set<String> OF_ONE_WIDTH = Set.of("softmax", "mse", "embedding-distillation");

    private static final double SCALE = 20;
    /** The teacher's cosines lie within -1 and 1: at temperature 1 all documents would share alike. */
    private static final double TEMPERATURE = 0.05;
    private static final String DISTANCE = "distance";
    private static final String MARGIN = "margin";
    private static final String MARGIN_KIND = "margin_kind";
    private static final String METRIC = "metric";
    static final String SIMILARITY = "similarity";
    private static final Set<Form> PAIRS = Set.of(Form.PAIRS, Form.TRIPLETS, Form.LABELLED);
    private static final Set<Form> TWO_TEXTS = Set.of(Form.PAIRS, Form.LABELLED);
    private static final Set<Form> SCORED = Set.of(Form.SCORED_PAIRS);
    private static final Set<Form> TEXTS = Set.of(Form.DOCUMENTS, Form.LABELLED);

    static final Map<String, Entry> ALL = table();

    private LossTable() {}

    /** Settings of a loss, the table's where none was given. */
    record Values(Map<String, Object> given, List<LossOption> options) {
        Object of(String name) {
            return given.getOrDefault(name, options.stream()
                    .filter(option -> option.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no setting " + name))
                    .byDefault());
        }

        double number(String name) {
            return of(name) instanceof Double number ? number : Double.NaN;
        }

        <E extends Enum<E>> E word(String name, Class<E> type) {
            return LossOption.constant(type, of(name));
        }
    }

    /** How a loss is made. */
    sealed interface Maker {}

    /** On the embeddings of a batch. */
    non-sealed interface OnVectors extends Maker {
        Loss make(Values settings, Place place);
    }

    /** On whole texts, which nothing wraps. */
    non-sealed interface OnTexts extends Maker {
        Objective make(Values settings, Place place);
    }

    /**
     * A line of the table.
     *
     * @param forms of data that it reads
     * @param own settings of the loss alone
     * @param options all settings, those of what wraps it among them
     * @param outside what it reads beside the rows
     * @param maker makes it
     */
    record Entry(Set<Form> forms, List<LossOption> own, List<LossOption> options, Outside outside, Maker maker) {}

    static Entry onVectors(String name, Set<Form> forms, List<LossOption> own, Outside outside, OnVectors maker) {
        List<LossOption> options = new ArrayList<>(own);
        WRAPPERS.stream().filter(option -> !(option.name().equals(MATRYOSHKA) && OF_ONE_WIDTH.contains(name))).forEach(options::add);
        return new Entry(forms, own, options, outside, maker);
    }

    /** Collects the lines. */
    private static final class Lines {
        private final Map<String, Entry> all = new LinkedHashMap<>();

        void put(String name, Set<Form> forms, List<LossOption> own, OnVectors maker) {
            put(name, forms, own, Outside.NOTHING, maker);
        }

        void put(String name, Set<Form> forms, List<LossOption> own, Outside outside, OnVectors maker) {
            all.put(name, onVectors(name, forms, own, outside, maker));
        }

        void texts(String name, Set<Form> forms, List<LossOption> own, OnTexts maker) {
            all.put(name, new Entry(forms, own, own, Outside.NOTHING, maker));
        }
    }

    private static Map<String, Entry> table() {
        Lines lines = new Lines();
        pairs(lines);
        scores(lines);
        batches(lines);
        teachers(lines);
        texts(lines);
        return Collections.unmodifiableMap(lines.all);
    }

    private static void pairs(Lines lines) {
        List<LossOption> scale = List.of(LossOption.above0("scale", SCALE));
        lines.put("multiple-negatives", PAIRS, scale, (s, p) -> new MultipleNegativesLoss(s.number("scale")));
        lines.put("symmetric-multiple-negatives", PAIRS, scale, (s, p) -> new SymmetricMultipleNegativesLoss(s.number("scale")));
        lines.put(
                "mega-batch-margin",
                TWO_TEXTS,
                List.of(LossOption.number("positive_margin", 0.8), LossOption.number("negative_margin", 0.3)),
                (s, p) -> new MegaBatchMarginLoss(s.number("positive_margin"), s.number("negative_margin")));
        lines.put(
                "gist",
                Set.of(Form.PAIRS, Form.TRIPLETS),
                List.of(
                        LossOption.above0("scale", SCALE),
                        LossOption.number(MARGIN, 0),
                        LossOption.word(MARGIN_KIND, GistLoss.MarginKind.class, GistLoss.MarginKind.ABSOLUTE)),
                Outside.GUIDE_VECTORS,
                (s, p) -> new GistLoss(s.number("scale"), s.word(MARGIN_KIND, GistLoss.MarginKind.class), s.number(MARGIN)));
        lines.put("triplet", Set.of(Form.TRIPLETS), margins(Distance.EUCLIDEAN, 5), (s, p) ->
                new TripletLoss(s.word(DISTANCE, Distance.class), s.number(MARGIN)));
    }

    private static List<LossOption> margins(Distance distance, double margin) {
        return List.of(LossOption.word(DISTANCE, Distance.class, distance), LossOption.atLeast0(MARGIN, margin));
    }

    private static void scores(Lines lines) {
        List<LossOption> scale = List.of(LossOption.above0("scale", SCALE));
        lines.put("angle", SCORED, scale, (s, p) -> new AngleLoss(s.number("scale")));
        lines.put("cosent", SCORED, scale, (s, p) -> new CoSentLoss(s.number("scale")));
        lines.put("cosine", SCORED, List.of(), (s, p) -> new CosineSimilarityLoss());
        lines.put("contrastive", SCORED, margins(Distance.COSINE, 0.5), (s, p) ->
                new ContrastiveLoss(s.word(DISTANCE, Distance.class), s.number(MARGIN)));
        lines.put("online-contrastive", SCORED, margins(Distance.COSINE, 0.5), (s, p) ->
                new OnlineContrastiveLoss(s.word(DISTANCE, Distance.class), s.number(MARGIN)));
        lines.put("softmax", Set.of(Form.LABELLED_PAIRS), List.of(), (s, p) -> softmax(p));
    }

    private static void batches(Lines lines) {
        for (BatchTripletLoss.Mining mining : BatchTripletLoss.Mining.values()) {
            String name = "batch-" + mining.name().toLowerCase(Locale.ROOT).replace('_', '-') + "-triplet";
            BatchTripletLoss usual = BatchTripletLoss.of(mining);
            if (mining == BatchTripletLoss.Mining.HARD_SOFT) {
                // its margin is not read
                lines.put(name, Set.of(Form.LABELLED), List.of(LossOption.word(DISTANCE, Distance.class, usual.distance())), (s, p) ->
                        new BatchTripletLoss(mining, s.word(DISTANCE, Distance.class), usual.margin()));
            } else {
                lines.put(name, Set.of(Form.LABELLED), margins(usual.distance(), usual.margin()), (s, p) ->
                        new BatchTripletLoss(mining, s.word(DISTANCE, Distance.class), s.number(MARGIN)));
            }
        }
    }

    private static void teachers(Lines lines) {
        lines.put(
                "distillation",
                Set.of(Form.TRIPLETS),
                List.of(LossOption.above0("temperature", TEMPERATURE), LossOption.word(SIMILARITY, Similarity.class, Similarity.COSINE)),
                Outside.TEACHER_SCORES,
                (s, p) -> new DistillationLoss(s.number("temperature"), s.word(SIMILARITY, Similarity.class)));
        lines.put(
                "embedding-distillation",
                Set.of(Form.DOCUMENTS, Form.LABELLED, Form.PAIRS, Form.TRIPLETS, Form.SCORED_PAIRS),
                List.of(LossOption.word(METRIC, EmbeddingDistillationLoss.Metric.class, EmbeddingDistillationLoss.Metric.COSINE)),
                Outside.TEACHER_VECTORS,
                (s, p) -> embeddingDistillation(s.word(METRIC, EmbeddingDistillationLoss.Metric.class), p));
        lines.put(
                "margin-mse",
                Set.of(Form.SCORED_TRIPLETS, Form.TRIPLETS),
                List.of(LossOption.word(SIMILARITY, Similarity.class, Similarity.COSINE)),
                Outside.TEACHER_MARGINS,
                (s, p) -> new MarginMseLoss(s.word(SIMILARITY, Similarity.class)));
        lines.put("mse", Set.of(Form.DOCUMENTS, Form.LABELLED, Form.PAIRS), List.of(), Outside.TEACHER_VECTOR, (s, p) -> mse(p));
    }

    private static void texts(Lines lines) {
        lines.texts("denoising", TEXTS, List.of(), (s, p) -> DenoisingAutoencoder.of(
                p.model(), p.backend(), SpecialTokens.of(p.tokenizer()).ids(), p.share(TrainingSetting.DELETED_SHARE)));
        lines.texts("masked-language", TEXTS, List.of(), (s, p) -> MaskedLanguage.of(
                p.model(),
                p.backend(),
                SpecialTokens.of(p.tokenizer()).vocabulary(p.vocabulary()),
                p.share(TrainingSetting.MASKED_SHARE)));
        lines.texts(
                "simcse",
                Set.of(Form.DOCUMENTS, Form.LABELLED, Form.PAIRS, Form.TRIPLETS),
                List.of(LossOption.above0("scale", SCALE)),
                (s, p) -> simCse(s.number("scale"), p));
    }

    /** With pairs it is the loss on vectors, which needs no dropout. */
    private static Objective simCse(double scale, Place place) {
        boolean single = place.form() == Form.DOCUMENTS || place.form() == Form.LABELLED;
        return single ? new SimCse(scale) : Objective.of(new MultipleNegativesLoss(scale));
    }

    private static Loss mse(Place place) {
        if (place.teacherWidth() != place.dimensions()) {
            throw new InvalidInputException("loss mse needs a teacher of the student's width, but the teacher has " + place.teacherWidth()
                    + " dimensions and the student " + place.dimensions() + "; choose embedding-distillation, which trains a map between them");
        }
        return new MseLoss();
    }

    private static Loss embeddingDistillation(EmbeddingDistillationLoss.Metric metric, Place place) {
        int d = place.dimensions();
        int width = place.teacherWidth();
        if (width == d) {
            return new EmbeddingDistillationLoss(metric, null, null);
        }
        float[] weight = uniform(width * d, d, place.recipe().seed());
        return new EmbeddingDistillationLoss(
                metric, place.backend().parameter(weight, width, d), place.backend().parameter(new float[width], width));
    }

    /** Uniform within 1 / root of the inputs, as torch begins a linear layer. */
    private static float[] uniform(int count, int inputs, long seed) {
        double bound = 1 / Math.sqrt(inputs);
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-bound, bound);
        }
        return values;
    }

    /** Classifier over (u, v, |u - v|). */
    private static Loss softmax(Place place) {
        int width = 3 * place.dimensions();
        float[] values = uniform(place.classes() * (width + 1), width, place.recipe().seed());
        int split = place.classes() * width;
        return new SoftmaxLoss(
                place.backend().parameter(Arrays.copyOf(values, split), place.classes(), width),
                place.backend().parameter(Arrays.copyOfRange(values, split, values.length), place.classes()));
    }
}
