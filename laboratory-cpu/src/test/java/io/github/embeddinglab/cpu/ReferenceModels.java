package io.github.embeddinglab.cpu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.LaboratoryBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The reference models and vectors in the test resources, and a model directory that the tests of this module share. */
public final class ReferenceModels {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ReferenceModels() {}

    /** Folder of a tiny model. */
    public static Path folder(String name) {
        URL url = Objects.requireNonNull(ReferenceModels.class.getResource("/fixtures/models/" + name + "/modules.json"), name);
        try {
            return Objects.requireNonNull(Path.of(url.toURI()).getParent());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where models are imported and compiled once for all tests of a build. */
    public static Path directory() {
        try {
            return Files.createDirectories(Path.of("target", "test-models").toAbsolutePath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static LaboratoryBuilder builder() {
        return EmbeddingLaboratory.builder().modelDirectory(directory());
    }

    public static JsonNode json(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the reference says of the three models that come as jars. */
    static JsonNode jarModels() {
        try (InputStream in =
                Objects.requireNonNull(ReferenceModels.class.getResourceAsStream("/fixtures/jar-models.json"))) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    static float[] vector(JsonNode numbers) {
        float[] vector = new float[numbers.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) numbers.get(i).asDouble();
        }
        return vector;
    }

    public static double cosine(float[] a, float[] b) {
        double dot = 0;
        double first = 0;
        double second = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            first += (double) a[i] * a[i];
            second += (double) b[i] * b[i];
        }
        return first == 0 && second == 0 ? 1 : dot / Math.sqrt(first * second);
    }

    public static double difference(float[] a, float[] b) {
        if (a.length != b.length) {
            return Double.POSITIVE_INFINITY;
        }
        double worst = 0;
        for (int i = 0; i < a.length; i++) {
            double one = Math.abs((double) a[i] - b[i]);
            worst = one <= worst ? worst : one; // NaN is worst
        }
        return worst;
    }
}
