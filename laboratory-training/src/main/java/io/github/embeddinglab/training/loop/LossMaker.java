package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.LossChoice;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.engine.Objective;
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
import io.github.embeddinglab.training.loss.MatryoshkaLoss;
import io.github.embeddinglab.training.loss.MegaBatchMarginLoss;
import io.github.embeddinglab.training.loss.MseLoss;
import io.github.embeddinglab.training.loss.MultipleNegativesLoss;
import io.github.embeddinglab.training.loss.OnlineContrastiveLoss;
import io.github.embeddinglab.training.loss.OrthogonalRegularisation;
import io.github.embeddinglab.training.loss.OwnLoss;
import io.github.embeddinglab.training.loss.SoftmaxLoss;
import io.github.embeddinglab.training.loss.SymmetricMultipleNegativesLoss;
import io.github.embeddinglab.training.loss.TripletLoss;
import io.github.embeddinglab.training.objective.AdaptiveLayers;
import io.github.embeddinglab.training.objective.DenoisingAutoencoder;
import io.github.embeddinglab.training.objective.MaskedLanguage;
import io.github.embeddinglab.training.objective.SimCse;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Losses by name: which form of data each reads, which settings it has, and how it is made. To add one, add it to the table. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class LossMaker {
    private static final double SCALE = 20;
    /** The teacher's cosines lie within -1 and 1: at temperature 1 all documents would share alike. */
    private static final double TEMPERATURE = 0.05;
    private static final Set<Form> PAIRS = Set.of(Form.PAIRS, Form.TRIPLETS, Form.LABELLED);
    private static final Set<Form> TWO_TEXTS = Set.of(Form.PAIRS, Form.LABELLED);
    private static final Set<Form> SCORED = Set.of(Form.SCORED_PAIRS);
    private static final Set<Form> TEXTS = Set.of(Form.DOCUMENTS, Form.LABELLED);
    private static final String CACHED = "cached";
    private static final String MATRYOSHKA = "matryoshka";
    private static final String ADAPTIVE = "adaptive_layers";
    private static final String ORTHOGONAL = "orthogonal";
    /** Settings that every loss on embeddings has, since each wraps it. */
    private static final Set<String> WRAPPERS = Set.of(CACHED, MATRYOSHKA, ADAPTIVE, ORTHOGONAL);
    /** Losses on whole texts, which nothing wraps, and losses with a width of their own, which is not cut. */
    private static final Set<String> UNWRAPPED = Set.of("denoising", "masked-language", "simcse");
    private static final Set<String> OF_ONE_WIDTH = Set.of("softmax", "mse", "embedding-distillation");
    private static final Set<String> PAIRING = Set.of("mega-batch-margin", "multiple-negatives", "symmetric-multiple-negatives");
    private static final Map<String, Entry> TABLE = table();

    private LossMaker() {}

    /**
     * What a loss is made from.
     *
     * @param backend that holds the model
     * @param model that is trained
     * @param classes of the rows
     * @param tokenizer the model's {@code tokenizer.json}
     * @param vocabulary ids of the tokenizer
     * @param teacherWidth dimensions of the teacher, 0 without one
     * @param recipe of the training
     */
    record Place(
            TrainingBackend backend,
            TrainableModel model,
            int classes,
            Path tokenizer,
            int vocabulary,
            int teacherWidth,
            FineTuning.Recipe recipe) {
        int dimensions() {
            return model.description().dimensions();
        }

        double share(TrainingSetting setting) {
            return recipe.number(setting).orElseThrow(() -> new IllegalStateException(setting.key() + " has a default"));
        }
    }

    private interface Maker {
        Loss make(Values settings, Place place);
    }

    private interface ObjectiveMaker {
        Objective make(Values settings, Place place);
    }

    /** Settings of a loss, the table's where none was given. */
    private record Values(Map<String, Double> given, Map<String, Double> table) {
        double of(String name) {
            Double own = given.get(name);
            return own != null ? own : Objects.requireNonNull(table.get(name), name);
        }

        /** A wrapper is off unless it was asked for. */
        double wrapping(String name) {
            return given.getOrDefault(name, 0.0);
        }
    }

    private record Entry(Set<Form> forms, Map<String, Double> settings, Outside outside, ObjectiveMaker maker) {}

    private static Entry of(Set<Form> forms, Map<String, Double> settings, Maker maker) {
        return of(forms, settings, Outside.NOTHING, maker);
    }

    private static Entry of(Set<Form> forms, Map<String, Double> settings, Outside outside, Maker maker) {
        return new Entry(forms, settings, outside, (s, p) -> wrapped(maker.make(s, p), s, p));
    }

    private static Map<String, Entry> table() {
        Map<String, Entry> all = new LinkedHashMap<>();
        Map<String, Double> scale = Map.of("scale", SCALE);
        Map<String, Double> half = Map.of("margin", 0.5);
        Map<String, Double> five = Map.of("margin", 5.0);
        all.put("angle", of(SCORED, scale, (s, p) -> new AngleLoss(s.of("scale"))));
        for (BatchTripletLoss.Mining mining : BatchTripletLoss.Mining.values()) {
            String name = "batch-" + mining.name().toLowerCase(Locale.ROOT).replace('_', '-') + "-triplet";
            all.put(name, of(Set.of(Form.LABELLED), five, (s, p) -> new BatchTripletLoss(
                    mining, BatchTripletLoss.of(mining).distance(), s.of("margin"))));
        }
        all.put("contrastive", of(SCORED, half, (s, p) -> new ContrastiveLoss(Distance.COSINE, s.of("margin"))));
        all.put("cosent", of(SCORED, scale, (s, p) -> new CoSentLoss(s.of("scale"))));
        all.put("cosine", of(SCORED, Map.of(), (s, p) -> new CosineSimilarityLoss()));
        all.put("denoising", new Entry(TEXTS, Map.of(), Outside.NOTHING, (s, p) -> DenoisingAutoencoder.of(
                p.model(), p.backend(), SpecialTokens.of(p.tokenizer()).ids(), p.share(TrainingSetting.DELETED_SHARE))));
        all.put("distillation", of(Set.of(Form.TRIPLETS), Map.of("temperature", TEMPERATURE), Outside.TEACHER_SCORES, (s, p) ->
                new DistillationLoss(s.of("temperature"))));
        all.put("embedding-distillation", of(
                Set.of(Form.DOCUMENTS, Form.LABELLED, Form.PAIRS, Form.TRIPLETS, Form.SCORED_PAIRS),
                Map.of(),
                Outside.TEACHER_VECTORS,
                (s, p) -> embeddingDistillation(p)));
        all.put("gist", of(Set.of(Form.PAIRS, Form.TRIPLETS), Map.of("scale", SCALE, "margin", 0.0), Outside.GUIDE_VECTORS, (s, p) ->
                new GistLoss(s.of("scale"), GistLoss.MarginKind.ABSOLUTE, s.of("margin"))));
        all.put("margin-mse", of(Set.of(Form.SCORED_TRIPLETS, Form.TRIPLETS), Map.of(), Outside.TEACHER_MARGINS, (s, p) -> new MarginMseLoss()));
        all.put("masked-language", new Entry(TEXTS, Map.of(), Outside.NOTHING, (s, p) -> MaskedLanguage.of(
                p.model(),
                p.backend(),
                SpecialTokens.of(p.tokenizer()).vocabulary(p.vocabulary()),
                p.share(TrainingSetting.MASKED_SHARE))));
        all.put("mega-batch-margin", of(TWO_TEXTS, Map.of("positive_margin", 0.8, "negative_margin", 0.3), (s, p) ->
                new MegaBatchMarginLoss(s.of("positive_margin"), s.of("negative_margin"))));
        all.put("mse", of(Set.of(Form.DOCUMENTS, Form.LABELLED, Form.PAIRS), Map.of(), Outside.TEACHER_VECTOR, (s, p) -> mse(p)));
        all.put("multiple-negatives", of(PAIRS, scale, (s, p) -> new MultipleNegativesLoss(s.of("scale"))));
        all.put("online-contrastive", of(SCORED, half, (s, p) ->
                new OnlineContrastiveLoss(Distance.COSINE, s.of("margin"))));
        all.put("simcse", new Entry(
                Set.of(Form.DOCUMENTS, Form.LABELLED, Form.PAIRS, Form.TRIPLETS), scale, Outside.NOTHING, (s, p) ->
                        new SimCse(s.of("scale"))));
        all.put("softmax", of(Set.of(Form.LABELLED_PAIRS), Map.of(), (s, p) -> softmax(p)));
        all.put("symmetric-multiple-negatives", of(PAIRS, scale, (s, p) ->
                new SymmetricMultipleNegativesLoss(s.of("scale"))));
        all.put("triplet", of(Set.of(Form.TRIPLETS), five, (s, p) ->
                new TripletLoss(Distance.EUCLIDEAN, s.of("margin"))));
        return all;
    }

    private static Objective wrapped(Loss loss, Values settings, Place place) {
        Loss inner = loss;
        if (settings.wrapping(MATRYOSHKA) != 0) {
            List<Integer> widths = new ArrayList<>();
            for (int width = place.dimensions(); width >= Math.max(8, place.dimensions() / 8); width /= 2) {
                widths.add(width);
            }
            inner = new MatryoshkaLoss(inner, widths);
        }
        double weight = settings.wrapping(ORTHOGONAL);
        if (weight > 0) {
            inner = new OrthogonalRegularisation(inner, weight, weight);
        }
        return settings.wrapping(ADAPTIVE) != 0 ? new AdaptiveLayers(inner, 1, 1, 0.3) : Objective.of(inner);
    }

    private static Loss mse(Place place) {
        if (place.teacherWidth() != place.dimensions()) {
            throw new InvalidInputException("loss mse needs a teacher of the student's width, but the teacher has " + place.teacherWidth()
                    + " dimensions and the student " + place.dimensions() + "; choose embedding-distillation, which trains a map between them");
        }
        return new MseLoss();
    }

    private static Loss embeddingDistillation(Place place) {
        int d = place.dimensions();
        int width = place.teacherWidth();
        if (width == d) {
            return new EmbeddingDistillationLoss(EmbeddingDistillationLoss.Metric.COSINE, null, null);
        }
        float[] weight = uniform(width * d, d, place.recipe().seed());
        return new EmbeddingDistillationLoss(
                EmbeddingDistillationLoss.Metric.COSINE,
                place.backend().parameter(weight, width, d),
                place.backend().parameter(new float[width], width));
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

    /**
     * The names.
     *
     * @return in alphabetical order
     */
    public static List<String> names() {
        return TABLE.keySet().stream().sorted().toList();
    }

    /**
     * The loss that suits a form best.
     *
     * @param form of the data
     * @return a loss with its defaults
     */
    public static LossChoice suiting(Form form) {
        String name = switch (form) {
            case PAIRS, TRIPLETS, LABELLED -> "multiple-negatives";
            case SCORED_PAIRS -> "cosent";
            case SCORED_TRIPLETS -> "margin-mse";
            case LABELLED_PAIRS -> "softmax";
            case DOCUMENTS -> "simcse";
        };
        return new LossChoice(name, Map.of());
    }

    /**
     * A loss as the table has it: {@code cached-NAME} is the loss with the setting {@code cached}; {@code matryoshka},
     * {@code adaptive-layers} and {@code orthogonal} alone wrap the loss that suits the form.
     *
     * @param choice as the user named it
     * @param form of the data
     * @return name of the table, and settings
     */
    public static LossChoice resolve(LossChoice choice, Form form) {
        if (choice.own() != null) {
            return choice;
        }
        String name = choice.name();
        if (name.startsWith("cached-")) {
            return resolve(new LossChoice(name.substring("cached-".length()), choice.settings()).with(CACHED, 1), form);
        }
        String wrapper = name.replace('-', '_');
        if (WRAPPERS.contains(wrapper)) {
            Map<String, Double> settings = new LinkedHashMap<>(choice.settings());
            settings.putIfAbsent(wrapper, 1.0);
            return new LossChoice(suiting(form).name(), settings);
        }
        return choice;
    }

    /**
     * Refuses a loss that does not read the form, or settings that it does not have.
     *
     * @param choice loss and settings, resolved
     * @param form of the data
     * @throws InvalidInputException saying which there are
     */
    public static void check(LossChoice choice, Form form) {
        Entry entry = entry(choice);
        if (!entry.forms().contains(form)) {
            throw new InvalidInputException("loss " + choice.name() + " does not read " + form.words() + "; for these there are "
                    + String.join(", ", names().stream().filter(name -> reads(name, form)).toList()));
        }
        for (String key : choice.settings().keySet()) {
            boolean wrapper = WRAPPERS.contains(key) && !UNWRAPPED.contains(choice.name())
                    && !(key.equals(MATRYOSHKA) && OF_ONE_WIDTH.contains(choice.name()));
            if (!wrapper && !entry.settings().containsKey(key)) {
                throw new InvalidInputException("loss " + choice.name() + " has no setting \"" + key + "\"; it has "
                        + (entry.settings().isEmpty() ? "none" : String.join(", ", new TreeSet<>(entry.settings().keySet()))));
            }
        }
    }

    private static Entry entry(LossChoice choice) {
        if (choice.own() instanceof OwnLoss own) {
            return of(own.forms(), Map.of(), (s, p) -> own.maker().make(p.backend(), p.dimensions()));
        }
        Entry entry = TABLE.get(choice.name());
        if (entry == null || choice.own() != null) {
            throw new InvalidInputException("loss \"" + choice.name() + "\" is not known; there are " + String.join(", ", names())
                    + ", each also as cached-NAME, and adaptive-layers, matryoshka, orthogonal around what suits the data");
        }
        return entry;
    }

    private static boolean reads(String name, Form form) {
        Entry entry = TABLE.get(name);
        return entry != null && entry.forms().contains(form);
    }

    /**
     * Whether a loss learns from a teacher.
     *
     * @param choice loss, resolved
     * @param form of the data
     * @return true when the training needs the setting {@code teacher}
     */
    public static boolean needsTeacher(LossChoice choice, Form form) {
        return outside(choice, form).teaches();
    }

    /**
     * Whether a loss is guided by another model.
     *
     * @param choice loss, resolved
     * @param form of the data
     * @return true when the training needs a guide
     */
    public static boolean needsGuide(LossChoice choice, Form form) {
        return outside(choice, form) == Outside.GUIDE_VECTORS;
    }

    /** Rows with margins of their own need no teacher. */
    static Outside outside(LossChoice choice, Form form) {
        return form == Form.SCORED_TRIPLETS ? Outside.NOTHING : entry(choice).outside();
    }

    /** Whether a loss reads single texts without labels where rows are labelled texts. */
    static boolean readsTexts(LossChoice choice, Form form) {
        return form == Form.LABELLED && entry(choice).forms().contains(Form.DOCUMENTS);
    }

    /** Whether labelled texts are paired with another of their label. */
    static boolean pairsLabelled(LossChoice choice) {
        return PAIRING.contains(choice.name()) || (choice.own() != null && entry(choice).forms().contains(Form.PAIRS));
    }

    static boolean cached(LossChoice choice) {
        return choice.settings().getOrDefault(CACHED, 0.0) != 0;
    }

    static Objective make(LossChoice choice, Place place) {
        Entry entry = entry(choice);
        return entry.maker().make(new Values(choice.settings(), entry.settings()), place);
    }
}
