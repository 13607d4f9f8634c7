package io.github.embeddinglab.training.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.LossChoice;
import io.github.embeddinglab.api.training.Losses;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.training.Backends;
import io.github.embeddinglab.training.SharedFixtures;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.engine.Objective;
import io.github.embeddinglab.training.loss.AngleLoss;
import io.github.embeddinglab.training.loss.BatchTripletLoss;
import io.github.embeddinglab.training.loss.BatchTripletLoss.Mining;
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
import io.github.embeddinglab.training.loss.SoftmaxLoss;
import io.github.embeddinglab.training.loss.SymmetricMultipleNegativesLoss;
import io.github.embeddinglab.training.loss.TripletLoss;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Losses are reached by name and settings alone, and what is wrong about these is told with what there is. */
@Tag("unit")
class LossOptionsTest {
    @SuppressWarnings("try") // the scope is closed, not read
    private static void with(Consumer<LossMaker.Place> test) {
        try (TrainingBackend backend = Backends.REFERENCE.open();
                ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/bert-mean"));
                TrainingBackend.Scope scope = backend.scope()) {
            TrainableModel model = TrainableModel.load(folder, backend);
            FineTuning.Recipe recipe = new FineTuning.Recipe(Strategy.AUTO, null, Map.of(), FineTuning.Helpers.NONE);
            test.accept(new LossMaker.Place(Form.PAIRS, backend, model, 3, folder.tokenizer(), 1200, 32, recipe));
        }
    }

    private static LossChoice checked(LossChoice choice) {
        LossMaker.check(choice, LossMaker.forms(choice.name()).get(0));
        return choice;
    }

    private static List<String> references() throws IOException {
        try (InputStream in = LossOptionsTest.class.getResourceAsStream("/fixtures/losses.json")) {
            JsonNode root = new ObjectMapper().readTree(Objects.requireNonNull(in));
            List<String> names = new ArrayList<>();
            root.get("cases").forEach(entry -> names.add(entry.get("loss").asText()));
            return names;
        }
    }

    private record Pair(LossChoice choice, Loss made) {}

    private static Pair pair(String reference) {
        String lower = reference.toLowerCase(Locale.ROOT);
        Distance distance = lower.contains("cosine") ? Distance.COSINE : lower.contains("euclidean") ? Distance.EUCLIDEAN : Distance.MANHATTAN;
        String word = distance.name().toLowerCase(Locale.ROOT);
        return switch (reference.contains("(") ? reference.substring(0, reference.indexOf('(')) : reference) {
            case "ContrastiveLoss" -> new Pair(Losses.contrastive().distance(word), new ContrastiveLoss(distance, 0.5));
            case "OnlineContrastiveLoss" -> new Pair(Losses.onlineContrastive().distance(word), new OnlineContrastiveLoss(distance, 0.5));
            case "TripletLoss" -> new Pair(Losses.triplet().distance(word).margin(1), new TripletLoss(distance, 1));
            case "BatchHardTripletLoss" -> new Pair(Losses.batchHardTriplet().distance(word), new BatchTripletLoss(Mining.HARD, distance, 5));
            case "BatchHardSoftMarginTripletLoss" ->
                new Pair(Losses.batchHardSoftTriplet().distance(word), new BatchTripletLoss(Mining.HARD_SOFT, distance, 5));
            case "BatchSemiHardTripletLoss" ->
                new Pair(Losses.batchSemiHardTriplet().distance(word), new BatchTripletLoss(Mining.SEMI_HARD, distance, 5));
            case "BatchAllTripletLoss" -> new Pair(Losses.batchAllTriplet().distance(word), new BatchTripletLoss(Mining.ALL, distance, 5));
            case "MultipleNegativesRankingLoss" -> new Pair(Losses.multipleNegatives(), new MultipleNegativesLoss(20));
            case "MultipleNegativesSymmetricRankingLoss" ->
                new Pair(Losses.symmetricMultipleNegatives(), new SymmetricMultipleNegativesLoss(20));
            case "CosineSimilarityLoss" -> new Pair(Losses.cosine(), new CosineSimilarityLoss());
            case "CoSENTLoss" -> new Pair(Losses.coSent(), new CoSentLoss(20));
            case "AnglELoss" -> new Pair(Losses.angle(), new AngleLoss(20));
            case "MarginMSELoss" -> new Pair(Losses.marginMse().with("similarity", "dot"), new MarginMseLoss());
            case "MSELoss" -> new Pair(Losses.mse(), new MseLoss());
            case "MegaBatchMarginLoss" -> new Pair(Losses.megaBatchMargin(), new MegaBatchMarginLoss(0.8, 0.3));
            case "MatryoshkaLoss" -> new Pair(
                    Losses.multipleNegatives().matryoshka(16, 8, 4), new MatryoshkaLoss(new MultipleNegativesLoss(20), List.of(16, 8, 4)));
            case "DistillKLDivLoss" -> new Pair(Losses.distillation().with("temperature", 1).with("similarity", "dot"), new DistillationLoss(1));
            default -> throw new IllegalArgumentException("no name for the entry " + reference);
        };
    }

    @Test
    void everyVariantOfTheReferenceHasANameAndSettings() throws IOException {
        List<String> references = references();
        assertThat(references).hasSizeGreaterThanOrEqualTo(30);
        with(place -> {
            for (String reference : references) {
                if (reference.startsWith("SoftmaxLoss")) {
                    // its weights are drawn, and are compared nowhere
                    assertThat(LossMaker.loss(checked(Losses.softmax()), place)).isInstanceOf(SoftmaxLoss.class);
                } else {
                    Pair pair = pair(reference);
                    assertThat(LossMaker.make(checked(pair.choice()), place)).as(reference).isEqualTo(Objective.of(pair.made()));
                }
            }
            LossChoice relative = Losses.gist().margin(0.05).with("margin_kind", "relative");
            assertThat(LossMaker.loss(checked(relative), place)).isEqualTo(new GistLoss(20, GistLoss.MarginKind.RELATIVE, 0.05));
            for (EmbeddingDistillationLoss.Metric metric : EmbeddingDistillationLoss.Metric.values()) {
                LossChoice choice = Losses.embeddingDistillation().with("metric", metric.name().toLowerCase(Locale.ROOT).replace('_', '-'));
                assertThat(LossMaker.loss(checked(choice), place)).isEqualTo(new EmbeddingDistillationLoss(metric, null, null));
            }
            assertThat(LossMaker.make(checked(Losses.coSent().matryoshka()), place))
                    .isEqualTo(Objective.of(new MatryoshkaLoss(new CoSentLoss(20), List.of(32, 16, 8))));
        });
    }

    @Test
    void whatDoesNotExistIsToldWithWhatDoes() {
        refused(() -> checked(Losses.triplet().with("speed", 1)),
                "loss triplet has no setting \"speed\"; it has distance (one of cosine, euclidean, manhattan; euclidean where it is not set),"
                        + " margin (a number of at least 0; 5 where it is not set), adaptive_layers (1 or 0; 0 where it is not set), cached");
        refused(() -> checked(Losses.triplet().distance("cubic")), "loss triplet has distance cubic; it takes one of cosine, euclidean, manhattan");
        refused(() -> checked(Losses.triplet().with("distance", 2)), "distance 2; it takes one of");
        refused(() -> checked(Losses.triplet().with("margin", "wide")), "margin wide; it takes a number of at least 0");
        refused(() -> checked(Losses.multipleNegatives().scale(0)), "scale 0; it takes a number above 0");
        refused(() -> checked(Losses.gist().with("margin_kind", "RELATIVE")), "one of absolute, relative");
        refused(() -> checked(Losses.coSent().matryoshka(16, 16)), "matryoshka 16,16; it takes widths such as");
        refused(() -> checked(Losses.coSent().with("matryoshka", 0.5)), "matryoshka 0.5; it takes widths");
        refused(() -> checked(Losses.coSent().with("cached", 2)), "cached 2; it takes 1 or 0");
        refused(() -> checked(Losses.batchHardSoftTriplet().margin(1)), "has no setting \"margin\"");
        refused(() -> checked(Losses.simCse().matryoshka()), "has no setting \"matryoshka\"; it has scale");
        refused(() -> checked(Losses.mse().matryoshka()), "has no setting \"matryoshka\"");
        refused(() -> Losses.triplet().margin(Double.NaN), "margin NaN; give a finite number");
        refused(() -> Losses.triplet().with("distance", " "), "give a finite number, a word");
        refused(() -> Losses.coSent().matryoshka(new int[0]), "a list of finite numbers");
        with(place -> refused(
                () -> LossMaker.make(checked(Losses.coSent().matryoshka(64, 32)), place), "widths [64, 32], but vectors of this model have 32"));
    }

    private static void refused(ThrowingCallable call, String part) {
        assertThatThrownBy(call).isInstanceOf(InvalidInputException.class).hasMessageContaining(part);
    }

    @Test
    void settingsAreReadAsTheCommandLineHasThem() {
        LossChoice typed = Losses.gist().with("margin", ".05").with("margin_kind", "relative").with("matryoshka", "32, 16").with("cached", "true");
        LossChoice made = Losses.gist().margin(0.05).with("margin_kind", "relative").matryoshka(32, 16).cached();
        assertThat(typed).isEqualTo(made).hasSameHashCodeAs(made);
        assertThat(typed).hasToString("gist{cached=1.0, margin=0.05, margin_kind=relative, matryoshka=[32.0, 16.0]}");
        assertThat(Losses.named("cosent").with("scale", "1e1").number("scale")).hasValue(10.0);
        assertThat(typed.number("margin_kind")).isEmpty();
        assertThatThrownBy(() -> typed.settings().put("scale", 1)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void everyLossHasAMethod() throws ReflectiveOperationException {
        List<String> methods = new ArrayList<>();
        List<Method> all = Arrays.stream(Losses.class.getMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers()) && method.getParameterCount() == 0)
                .toList();
        for (Method method : all) {
            methods.add(((LossChoice) method.invoke(null)).name());
        }
        assertThat(methods).containsExactlyInAnyOrderElementsOf(LossMaker.names());
    }
}
