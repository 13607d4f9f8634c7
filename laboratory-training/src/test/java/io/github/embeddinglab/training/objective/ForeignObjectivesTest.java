package io.github.embeddinglab.training.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.training.Backends;
import io.github.embeddinglab.training.SharedFixtures;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.engine.TrainingBatch;
import io.github.embeddinglab.training.loss.EmbeddingDistillationLoss;
import io.github.embeddinglab.training.loss.EmbeddingDistillationLoss.Metric;
import io.github.embeddinglab.training.loss.GistLoss;
import io.github.embeddinglab.training.loss.GistLoss.MarginKind;
import io.github.embeddinglab.training.loss.Loss;
import io.github.embeddinglab.training.loss.LossBatch;
import io.github.embeddinglab.training.loss.MultipleNegativesLoss;
import io.github.embeddinglab.training.loss.OrthogonalRegularisation;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code losses.json} has no entry of, against sentence-transformers and transformers on torch ({@code objectives.py}). */
@Tag("quality")
@SuppressWarnings("try") // scopes are closed, not read
class ForeignObjectivesTest {
    private static JsonNode root() {
        try (InputStream in = ForeignObjectivesTest.class.getResourceAsStream("/fixtures/objectives.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static Stream<Arguments> cases() {
        List<Arguments> out = new ArrayList<>();
        for (JsonNode entry : root().get("cases")) {
            for (Backends backend : Backends.values()) {
                out.add(Arguments.of(entry.get("loss").asText(), backend, entry));
            }
        }
        return out.stream();
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("cases")
    void lossesEqualTheReference(String name, Backends which, JsonNode entry) {
        try (TrainingBackend backend = which.open(); TrainingBackend.Scope scope = backend.scope()) {
            List<Tensor> inputs = new ArrayList<>();
            for (JsonNode input : entry.get("inputs")) {
                inputs.add(backend.parameter(floats(input), input.size(), input.get(0).size()));
            }
            JsonNode labels = entry.get("labels");
            Tensor given = labels.isNull() ? null : backend.constant(floats(labels), labels.size(), labels.get(0).size());
            Tensor value = loss(name, entry.get("parameters"), backend).of(new LossBatch(inputs, given));
            double expected = entry.get("value").asDouble();
            assertThat(value.item()).isCloseTo(expected, within(1e-5 * Math.abs(expected)));
            value.backward();
            for (int i = 0; i < inputs.size(); i++) {
                double[] found = Objects.requireNonNull(inputs.get(i).gradient()).values();
                float[] wanted = floats(entry.get("gradients").get(i));
                double largest = 0;
                for (float g : wanted) {
                    largest = Math.max(largest, Math.abs(g));
                }
                assertThat(largest).isPositive();
                for (int j = 0; j < wanted.length; j++) {
                    assertThat(found[j]).as("input %d, element %d", i, j)
                            .isCloseTo(wanted[j], within(1e-4 * Math.abs(wanted[j]) + 4e-6 * largest));
                }
            }
        }
    }

    private static Loss loss(String name, JsonNode parameters, TrainingBackend backend) {
        return switch (name) {
            case "GistLoss(scale=20)" -> new GistLoss(20, MarginKind.ABSOLUTE, 0);
            case "GistLoss(scale=20,absolute 0.1,hard negative)" -> new GistLoss(20, MarginKind.ABSOLUTE, 0.1);
            case "GistLoss(scale=20,relative 0.05,hard negative)" -> new GistLoss(20, MarginKind.RELATIVE, 0.05);
            case "OrthogonalRegularisation(MNR,1,1)" -> new OrthogonalRegularisation(new MultipleNegativesLoss(20), 1, 1);
            case "EmbeddingDistillationLoss(cosine)" -> new EmbeddingDistillationLoss(Metric.COSINE, null, null);
            case "EmbeddingDistillationLoss(l2)" -> new EmbeddingDistillationLoss(Metric.EUCLIDEAN, null, null);
            case "EmbeddingDistillationLoss(mse)" -> new EmbeddingDistillationLoss(Metric.MEAN_SQUARE, null, null);
            case "EmbeddingDistillationLoss(cosine,projected)" -> new EmbeddingDistillationLoss(
                    Metric.COSINE,
                    backend.parameter(floats(parameters.get("weight")), parameters.get("weight").size(), parameters.get("weight").get(0).size()),
                    backend.parameter(floats(parameters.get("bias")), parameters.get("bias").size()));
            case "CachedMultipleNegatives(scale=20,parts of 3)" -> new MultipleNegativesLoss(20);
            default -> throw new IllegalArgumentException("no case for " + name);
        };
    }

    private static float[] floats(JsonNode node) {
        List<Float> out = new ArrayList<>();
        collect(node, out);
        float[] all = new float[out.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = out.get(i);
        }
        return all;
    }

    private static void collect(JsonNode node, List<Float> out) {
        if (node.isArray()) {
            node.forEach(child -> collect(child, out));
        } else {
            out.add(node.floatValue());
        }
    }

    /** The same numbers as the script's {@code wave}. */
    private static float[] wave(int count, int start, double size, double offset) {
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = (float) (offset + size * Math.sin(1.7 * (start + i)));
        }
        return out;
    }

    @ParameterizedTest
    @EnumSource(Backends.class)
    void denoisingEqualsTheDecoderOfTheReference(Backends which) {
        JsonNode expected = root().get("denoising");
        try (TrainingBackend backend = which.open(); ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/bert-mean"));
                TrainingBackend.Scope scope = backend.scope()) {
            TrainableModel model = TrainableModel.load(folder, backend);
            DenoisingAutoencoder objective = DenoisingAutoencoder.of(model, backend, Set.of(0, 1, 2, 3, 4), 0.6);
            int h = model.words().size(1);
            int words = model.words().size(0);
            int layers = Objects.requireNonNull(model.description().encoder()).layers();
            List<float[]> values = new ArrayList<>();
            float[] matrix = wave(h * h, 0, 0.1, 0);
            for (int i = 0; i < h; i++) {
                matrix[i * h + i] += 1;
            }
            values.addAll(List.of(matrix, wave(h, 1, 0.1, 0), wave(h, 2, 0.1, 1), wave(h, 3, 0.1, 0), wave(words, 4, 0.1, 0)));
            for (int i = 0; i < layers; i++) {
                values.add(wave(h * h, 10 + i, 0.3, 0));
            }
            for (int i = 0; i < layers; i++) {
                values.add(wave(h, 20 + i, 0.1, 0));
            }
            for (int i = 0; i < layers; i++) {
                values.add(wave(h, 30 + i, 0.1, 1));
            }
            for (int i = 0; i < layers; i++) {
                values.add(wave(h, 40 + i, 0.1, 0));
            }
            List<Tensor> parameters = objective.parameters();
            assertThat(parameters).hasSameSizeAs(values);
            for (int i = 0; i < values.size(); i++) {
                backend.assign(parameters.get(i), FloatBuffer.wrap(values.get(i)));
            }
            List<int[]> texts = rows(expected.get("texts"));
            TokenBatch left = TokenBatch.of(rows(expected.get("left")), 0);
            int width = texts.stream().mapToInt(text -> text.length).max().orElse(0);
            double[] targets = new double[texts.size() * width];
            Arrays.fill(targets, -1);
            for (int row = 0; row < texts.size(); row++) {
                for (int at = 0; at < texts.get(row).length; at++) {
                    targets[row * width + at] = texts.get(row)[at];
                }
            }
            TrainingBatch batch = TrainingBatch.of(List.of(left), targets, texts.size(), width);
            assertThat(objective.weight(batch)).isEqualTo(6 + 3 + 5);
            Tensor value = objective.loss(List.of(objective.encode(model, left, 0, null)), batch);
            double wanted = expected.get("value").asDouble();
            assertThat(value.item()).isCloseTo(wanted, within(1e-5 * wanted));
            value.backward();
            expected.get("gradient_norms").properties().forEach(entry -> {
                Tensor weight = model.parameters().get(entry.getKey());
                if (weight != null && !entry.getKey().contains("key.bias")) { // their true gradient is 0
                    double norm = norm(weight);
                    assertThat(norm).as(entry.getKey()).isCloseTo(entry.getValue().asDouble(), within(1e-4 * entry.getValue().asDouble() + 1e-7));
                }
            });
            for (int i = 0; i < layers; i++) {
                assertThat(norm(parameters.get(5 + i))).isCloseTo(expected.get("maps").get(i).asDouble(), within(1e-4 * expected.get("maps").get(i).asDouble()));
            }
        }
    }

    private static double norm(Tensor parameter) {
        return Math.sqrt(Arrays.stream(Objects.requireNonNull(parameter.gradient()).values()).map(g -> g * g).sum());
    }

    private static List<int[]> rows(JsonNode node) {
        List<int[]> out = new ArrayList<>();
        for (JsonNode row : node) {
            int[] ids = new int[row.size()];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = row.get(i).asInt();
            }
            out.add(ids);
        }
        return out;
    }
}
