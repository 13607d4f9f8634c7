package io.github.embeddinglab.core.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.Tensors;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** One of the tiny reference models: its configuration and what the reference makes of its texts. */
@SuppressWarnings("ArrayRecordComponent")
record FixtureModel(EncoderConfig config, List<ModelModule> modules, Tensors tensors, long[][] ids, float[][] vectors) {

    static FixtureModel read(Path folder) throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonNode config = json.readTree(folder.resolve("config.json").toFile());
        MapTensors tensors = new MapTensors().read(folder.resolve("model.safetensors"), "");
        List<ModelModule> modules = new ArrayList<>();
        for (JsonNode module : json.readTree(folder.resolve("modules.json").toFile())) {
            String type = module.get("type").asText();
            Path path = folder.resolve(module.get("path").asText());
            if (type.endsWith("Pooling")) {
                String mode = json.readTree(path.resolve("config.json").toFile())
                        .get("pooling_mode")
                        .asText();
                modules.add(new ModelModule.Pooling(
                        List.of(ModelModule.PoolingMode.valueOf(mode.toUpperCase(Locale.ROOT))), true));
            } else if (type.endsWith("Dense")) {
                String name = path.getFileName().toString();
                tensors.read(path.resolve("model.safetensors"), name + "/");
                JsonNode dense = json.readTree(path.resolve("config.json").toFile());
                if (!dense.get("activation_function").asText().endsWith("Tanh")) {
                    throw new IOException("activation " + dense.get("activation_function"));
                }
                modules.add(new ModelModule.Dense(
                        name + "/linear.weight",
                        name + "/linear.bias",
                        dense.get("in_features").asInt(),
                        dense.get("out_features").asInt(),
                        ModelModule.DenseActivation.TANH));
            } else if (type.endsWith("Normalize")) {
                modules.add(new ModelModule.Normalize());
            }
        }
        JsonNode expected = json.readTree(folder.resolve("expected.json").toFile());
        long[][] ids = json.convertValue(expected.get("input_ids"), long[][].class);
        float[][] vectors = json.convertValue(expected.get("embeddings"), float[][].class);
        return new FixtureModel(config(config), modules, tensors, ids, vectors);
    }

    private static EncoderConfig config(JsonNode json) {
        Architecture architecture =
                Architecture.valueOf(json.get("model_type").asText().toUpperCase(Locale.ROOT).replace('-', '_'));
        boolean distil = architecture == Architecture.DISTILBERT;
        boolean modern = architecture == Architecture.MODERNBERT;
        EncoderConfig.Rotary rotary = null;
        if (modern) {
            List<Boolean> global = new ArrayList<>();
            json.get("layer_types").forEach(type -> global.add(type.asText().equals("full_attention")));
            JsonNode rope = json.get("rope_parameters");
            rotary = new EncoderConfig.Rotary(
                    rope.get("full_attention").get("rope_theta").asDouble(),
                    rope.get("sliding_attention").get("rope_theta").asDouble(),
                    json.get("local_attention").asInt(),
                    global,
                    false,
                    false,
                    false);
        }
        double epsilon = modern ? 1e-5 : json.path("layer_norm_eps").asDouble(1e-12);
        return new EncoderConfig(
                architecture,
                json.get(distil ? "n_layers" : "num_hidden_layers").asInt(),
                json.get(distil ? "dim" : "hidden_size").asInt(),
                json.get(distil ? "n_heads" : "num_attention_heads").asInt(),
                json.get(distil ? "hidden_dim" : "intermediate_size").asInt(),
                json.get("vocab_size").asInt(),
                json.get("max_position_embeddings").asInt(),
                json.path("type_vocab_size").asInt(0),
                EncoderConfig.Activation.GELU,
                (float) epsilon,
                json.get("pad_token_id").asInt(),
                json.path("relative_attention_num_buckets").asInt(0),
                rotary);
    }

    /** One of the nine models in the test resources. */
    static Path folder(String name) {
        URL url = Objects.requireNonNull(FixtureModel.class.getResource("/fixtures/models/" + name + "/modules.json"), name);
        try {
            return Objects.requireNonNull(Path.of(url.toURI()).getParent());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
