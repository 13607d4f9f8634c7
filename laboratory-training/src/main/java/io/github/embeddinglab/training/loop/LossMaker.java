package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.LossChoice;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.training.loss.AngleLoss;
import io.github.embeddinglab.training.loss.BatchTripletLoss;
import io.github.embeddinglab.training.loss.CoSentLoss;
import io.github.embeddinglab.training.loss.ContrastiveLoss;
import io.github.embeddinglab.training.loss.CosineSimilarityLoss;
import io.github.embeddinglab.training.loss.Distance;
import io.github.embeddinglab.training.loss.Loss;
import io.github.embeddinglab.training.loss.MarginMseLoss;
import io.github.embeddinglab.training.loss.MatryoshkaLoss;
import io.github.embeddinglab.training.loss.MegaBatchMarginLoss;
import io.github.embeddinglab.training.loss.MultipleNegativesLoss;
import io.github.embeddinglab.training.loss.OnlineContrastiveLoss;
import io.github.embeddinglab.training.loss.SoftmaxLoss;
import io.github.embeddinglab.training.loss.SymmetricMultipleNegativesLoss;
import io.github.embeddinglab.training.loss.TripletLoss;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Losses by name: which form of data each reads, which settings it has, and how it is made. To add one, add it to the table. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class LossMaker {
    private static final double SCALE = 20;
    private static final Set<Form> PAIRS = Set.of(Form.PAIRS, Form.TRIPLETS, Form.LABELLED);
    private static final Set<Form> TWO_TEXTS = Set.of(Form.PAIRS, Form.LABELLED);
    private static final Set<Form> SCORED = Set.of(Form.SCORED_PAIRS);
    private static final Map<String, Entry> TABLE = table();

    private LossMaker() {}

    /** What a loss is made from. */
    private record Place(TrainingBackend backend, int dimensions, int classes, long seed) {}

    private interface Maker {
        Loss make(Map<String, Double> settings, Place place);
    }

    private record Entry(Set<Form> forms, Map<String, Double> settings, Maker maker) {}

    private static Map<String, Entry> table() {
        Map<String, Entry> all = new LinkedHashMap<>();
        Map<String, Double> scale = Map.of("scale", SCALE);
        Map<String, Double> half = Map.of("margin", 0.5);
        Map<String, Double> five = Map.of("margin", 5.0);
        all.put("angle", new Entry(SCORED, scale, (s, p) -> new AngleLoss(s.getOrDefault("scale", SCALE))));
        for (BatchTripletLoss.Mining mining : BatchTripletLoss.Mining.values()) {
            String name = "batch-" + mining.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-') + "-triplet";
            all.put(name, new Entry(Set.of(Form.LABELLED), five, (s, p) -> new BatchTripletLoss(
                    mining, BatchTripletLoss.of(mining).distance(), s.getOrDefault("margin", 5.0))));
        }
        all.put("contrastive", new Entry(SCORED, half, (s, p) -> new ContrastiveLoss(Distance.COSINE, s.getOrDefault("margin", 0.5))));
        all.put("cosent", new Entry(SCORED, scale, (s, p) -> new CoSentLoss(s.getOrDefault("scale", SCALE))));
        all.put("cosine", new Entry(SCORED, Map.of(), (s, p) -> new CosineSimilarityLoss()));
        all.put("margin-mse", new Entry(Set.of(Form.SCORED_TRIPLETS), Map.of(), (s, p) -> new MarginMseLoss()));
        all.put("mega-batch-margin", new Entry(TWO_TEXTS, Map.of("positive_margin", 0.8, "negative_margin", 0.3), (s, p) ->
                new MegaBatchMarginLoss(s.getOrDefault("positive_margin", 0.8), s.getOrDefault("negative_margin", 0.3))));
        all.put("multiple-negatives", new Entry(PAIRS, scale, (s, p) -> new MultipleNegativesLoss(s.getOrDefault("scale", SCALE))));
        all.put("online-contrastive", new Entry(SCORED, half, (s, p) ->
                new OnlineContrastiveLoss(Distance.COSINE, s.getOrDefault("margin", 0.5))));
        all.put("softmax", new Entry(Set.of(Form.LABELLED_PAIRS), Map.of(), (s, p) -> softmax(p)));
        all.put("symmetric-multiple-negatives", new Entry(PAIRS, scale, (s, p) ->
                new SymmetricMultipleNegativesLoss(s.getOrDefault("scale", SCALE))));
        all.put("triplet", new Entry(Set.of(Form.TRIPLETS), five, (s, p) ->
                new TripletLoss(Distance.EUCLIDEAN, s.getOrDefault("margin", 5.0))));
        return all;
    }

    /** Classifier over (u, v, |u - v|), uniform within 1 / root of its width, as torch begins a linear layer. */
    private static Loss softmax(Place place) {
        int width = 3 * place.dimensions();
        double bound = 1 / Math.sqrt(width);
        SplittableRandom random = new SplittableRandom(place.seed());
        float[] weight = new float[place.classes() * width];
        float[] bias = new float[place.classes()];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = (float) random.nextDouble(-bound, bound);
        }
        for (int i = 0; i < bias.length; i++) {
            bias[i] = (float) random.nextDouble(-bound, bound);
        }
        return new SoftmaxLoss(
                place.backend().parameter(weight, place.classes(), width), place.backend().parameter(bias, place.classes()));
    }

    /**
     * The names.
     *
     * @return in alphabetical order
     */
    public static List<String> names() {
        return List.copyOf(TABLE.keySet()).stream().sorted().toList();
    }

    /**
     * The loss that suits a form best.
     *
     * @param form of the data
     * @return a loss with its defaults
     * @throws InvalidInputException when no loss reads the form
     */
    public static LossChoice suiting(Form form) {
        String name = switch (form) {
            case PAIRS, TRIPLETS, LABELLED -> "multiple-negatives";
            case SCORED_PAIRS -> "cosent";
            case SCORED_TRIPLETS -> "margin-mse";
            case LABELLED_PAIRS -> "softmax";
            case DOCUMENTS -> throw new InvalidInputException("plain documents have no pairs to learn from; choose the strategy"
                    + " domain-adaptive or mlm, or make pairs with `lab generate`");
        };
        return new LossChoice(name, Map.of());
    }

    /**
     * Refuses a loss that does not read the form, or settings that it does not have.
     *
     * @param choice loss and settings
     * @param form of the data
     * @throws InvalidInputException saying which there are
     */
    public static void check(LossChoice choice, Form form) {
        Entry entry = TABLE.get(choice.name());
        if (entry == null) {
            throw new InvalidInputException("loss \"" + choice.name() + "\" is not known; there are " + String.join(", ", names()));
        }
        if (!entry.forms().contains(form)) {
            throw new InvalidInputException("loss " + choice.name() + " does not read " + words(form) + "; for these there are "
                    + String.join(", ", names().stream().filter(name -> reads(name, form)).toList()));
        }
        for (String key : choice.settings().keySet()) {
            if (!key.equals("matryoshka") && !entry.settings().containsKey(key)) {
                throw new InvalidInputException("loss " + choice.name() + " has no setting \"" + key + "\"; it has "
                        + (entry.settings().isEmpty() ? "none" : String.join(", ", entry.settings().keySet())));
            }
        }
    }

    private static boolean reads(String name, Form form) {
        Entry entry = TABLE.get(name);
        return entry != null && entry.forms().contains(form);
    }

    static String words(Form form) {
        return form.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }

    static Loss make(LossChoice choice, TrainingBackend backend, int dimensions, int classes, long seed) {
        Entry entry = TABLE.get(choice.name());
        if (entry == null) {
            throw new InvalidInputException("loss \"" + choice.name() + "\" is not known; there are " + String.join(", ", names()));
        }
        Loss loss = entry.maker().make(choice.settings(), new Place(backend, dimensions, classes, seed));
        if (choice.settings().getOrDefault("matryoshka", 0.0) == 0) {
            return loss;
        }
        List<Integer> widths = new ArrayList<>();
        for (int width = dimensions; width >= Math.max(8, dimensions / 8); width /= 2) {
            widths.add(width);
        }
        return new MatryoshkaLoss(loss, widths);
    }
}
