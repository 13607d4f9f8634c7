package io.github.embeddinglab.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.loss.AngleLoss;
import io.github.embeddinglab.training.loss.BatchTripletLoss;
import io.github.embeddinglab.training.loss.BatchTripletLoss.Mining;
import io.github.embeddinglab.training.loss.CoSentLoss;
import io.github.embeddinglab.training.loss.ContrastiveLoss;
import io.github.embeddinglab.training.loss.CosineSimilarityLoss;
import io.github.embeddinglab.training.loss.Distance;
import io.github.embeddinglab.training.loss.DistillationLoss;
import io.github.embeddinglab.training.loss.Loss;
import io.github.embeddinglab.training.loss.LossBatch;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every loss of {@code losses.json}, made by sentence-transformers on torch, on both backends: value and all gradients. */
@Tag("quality")
@SuppressWarnings("try") // scopes are closed, not read
class LossesTest {

    static Stream<Arguments> cases() throws IOException {
        try (InputStream in = LossesTest.class.getResourceAsStream("/fixtures/losses.json")) {
            JsonNode root = new ObjectMapper().readTree(Objects.requireNonNull(in));
            List<Arguments> out = new ArrayList<>();
            for (JsonNode entry : root.get("cases")) {
                for (Backends backend : Backends.values()) {
                    out.add(Arguments.of(entry.get("loss").asText(), backend, entry));
                }
            }
            return out.stream();
        }
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("cases")
    void equalsTheReference(String name, Backends which, JsonNode entry) {
        try (TrainingBackend backend = which.open(); TrainingBackend.Scope scope = backend.scope()) {
            List<Tensor> inputs = new ArrayList<>();
            for (JsonNode input : entry.get("inputs")) {
                inputs.add(backend.parameter(floats(input), shape(input)));
            }
            JsonNode labels = entry.get("labels");
            Tensor given = labels.isNull() ? null : backend.constant(floats(labels), shape(labels));
            Tensor value = loss(name, entry, backend).of(new LossBatch(inputs, given));
            double expected = entry.get("value").asDouble();
            assertThat(value.shape()).isEmpty();
            assertThat(value.item()).isCloseTo(expected, within(1e-5 * Math.abs(expected)));
            value.backward();
            // the oracle is single precision: where shares are near 1 it is farther from the truth than from another of its kind
            double floor = which == Backends.REFERENCE ? 4e-6 : 1e-6;
            for (int i = 0; i < inputs.size(); i++) {
                Tensor gradient = inputs.get(i).gradient();
                assertThat(gradient).as("gradient of input %d", i).isNotNull();
                compare(gradient == null ? new double[0] : gradient.values(), floats(entry.get("gradients").get(i)), i, floor);
            }
        }
    }

    private static void compare(double[] found, float[] expected, int input, double floor) {
        assertThat(found).hasSameSizeAs(expected);
        double largest = 0;
        for (float g : expected) {
            largest = Math.max(largest, Math.abs(g));
        }
        assertThat(largest).isPositive();
        for (int j = 0; j < found.length; j++) {
            assertThat(found[j])
                    .as("gradient of input %d, element %d", input, j)
                    .isCloseTo(expected[j], within(1e-4 * Math.abs(expected[j]) + floor * largest));
        }
    }

    private static Loss loss(String name, JsonNode entry, TrainingBackend backend) {
        String head = name.contains("(") ? name.substring(0, name.indexOf('(')) : name;
        return switch (head) {
            case "ContrastiveLoss" -> new ContrastiveLoss(distance(name), 0.5);
            case "OnlineContrastiveLoss" -> new OnlineContrastiveLoss(distance(name), 0.5);
            case "TripletLoss" -> new TripletLoss(distance(name), 1);
            case "BatchHardTripletLoss" -> new BatchTripletLoss(Mining.HARD, distance(name), 5);
            case "BatchHardSoftMarginTripletLoss" -> new BatchTripletLoss(Mining.HARD_SOFT, distance(name), 0);
            case "BatchSemiHardTripletLoss" -> new BatchTripletLoss(Mining.SEMI_HARD, distance(name), 5);
            case "BatchAllTripletLoss" -> new BatchTripletLoss(Mining.ALL, distance(name), 5);
            case "MultipleNegativesRankingLoss" -> new MultipleNegativesLoss(20);
            case "MultipleNegativesSymmetricRankingLoss" -> new SymmetricMultipleNegativesLoss(20);
            case "CosineSimilarityLoss" -> new CosineSimilarityLoss();
            case "CoSENTLoss" -> new CoSentLoss(20);
            case "AnglELoss" -> new AngleLoss(20);
            case "MarginMSELoss" -> new MarginMseLoss();
            case "MSELoss" -> new MseLoss();
            case "MegaBatchMarginLoss" -> new MegaBatchMarginLoss(0.8, 0.3);
            case "SoftmaxLoss" -> new SoftmaxLoss(
                    parameter(entry, "classifier.weight", backend), parameter(entry, "classifier.bias", backend));
            case "MatryoshkaLoss" -> new MatryoshkaLoss(new MultipleNegativesLoss(20), List.of(16, 8, 4));
            case "DistillKLDivLoss" -> new DistillationLoss(1);
            default -> throw new IllegalArgumentException("no class for the entry " + name);
        };
    }

    private static Tensor parameter(JsonNode entry, String name, TrainingBackend backend) {
        JsonNode values = entry.get("parameters").get(name);
        return backend.parameter(floats(values), shape(values));
    }

    private static Distance distance(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.contains("cosine") ? Distance.COSINE : lower.contains("euclidean") ? Distance.EUCLIDEAN : Distance.MANHATTAN;
    }

    private static float[] floats(JsonNode array) {
        List<Float> out = new ArrayList<>();
        flatten(array, out);
        float[] floats = new float[out.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = out.get(i);
        }
        return floats;
    }

    private static void flatten(JsonNode node, List<Float> out) {
        if (node.isArray()) {
            node.forEach(child -> flatten(child, out));
        } else {
            out.add((float) node.asDouble());
        }
    }

    private static int[] shape(JsonNode array) {
        return array.get(0).isArray() ? new int[] {array.size(), array.get(0).size()} : new int[] {array.size()};
    }

    @ParameterizedTest
    @EnumSource(Backends.class)
    void whatALossCannotReadIsRefused(Backends which) {
        try (TrainingBackend backend = which.open(); TrainingBackend.Scope scope = backend.scope()) {
            Tensor x = backend.constant(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
            Tensor ones = backend.constant(new float[] {1, 1}, 2);
            Tensor graded = backend.constant(new float[] {1, 0.5f}, 2);
            LossBatch one = new LossBatch(List.of(x), null);
            refused(() -> new MultipleNegativesLoss(20).of(one), "got 1 columns");
            refused(() -> new TripletLoss(Distance.COSINE, 1).of(new LossBatch(List.of(x, x), null)), "got 2 columns");
            refused(() -> new CoSentLoss(20).of(new LossBatch(List.of(x, x), null)), "needs scores as labels");
            refused(() -> new ContrastiveLoss(Distance.COSINE, 0.5).of(new LossBatch(List.of(x, x), graded)), "the label 0.5 in row 1");
            refused(() -> BatchTripletLoss.of(Mining.HARD).of(new LossBatch(List.of(x), ones)), "no negatives");
            refused(() -> new AngleLoss(20).of(new LossBatch(List.of(x, x), graded)), "halves");
            refused(() -> new MatryoshkaLoss(new MultipleNegativesLoss(20), List.of(4)).of(new LossBatch(List.of(x, x), null)), "width 4");
            refused(() -> new MseLoss().of(new LossBatch(List.of(x), ones)), "shape");
            refused(() -> new DistillationLoss(0), "temperature 0.0");
            refused(() -> new LossBatch(List.of(x, ones), null), "shapes");
            refused(() -> new LossBatch(List.of(x), backend.constant(new float[3], 3)), "one label a row");
        }
    }

    @ParameterizedTest
    @EnumSource(Backends.class)
    void equalTextsHaveADerivative(Backends which) {
        try (TrainingBackend backend = which.open(); TrainingBackend.Scope scope = backend.scope()) {
            for (Distance distance : Distance.values()) {
                Tensor x = backend.parameter(new float[] {1, 2, 1, 2, -1, 3, 0.5f, 0}, 4, 2);
                Tensor classes = backend.constant(new float[] {0, 0, 1, 1}, 4);
                for (Mining mining : Mining.values()) {
                    new BatchTripletLoss(mining, distance, 5).of(new LossBatch(List.of(x), classes)).backward();
                }
                new ContrastiveLoss(distance, 0.5).of(new LossBatch(List.of(x, x), classes)).backward();
                assertThat(Objects.requireNonNull(x.gradient()).values())
                        .as("gradients with %s", distance)
                        .matches(values -> Arrays.stream(values).allMatch(Double::isFinite));
            }
        }
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String part) {
        assertThatThrownBy(call).isInstanceOf(InvalidInputException.class).hasMessageContaining(part);
    }
}
