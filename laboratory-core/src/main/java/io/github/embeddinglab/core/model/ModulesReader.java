package io.github.embeddinglab.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.json.JsonTrees;
import io.github.embeddinglab.core.model.ModelModule.DenseActivation;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads {@code modules.json} and the folders that it names. Old and new packages of the reference are told by the last name
 * of a module's class; whatever would change a vector and is not understood is refused.
 */
final class ModulesReader {
    private static final String SENTENCE = "sentence_embedding";
    private static final Set<String> POOLING_KEYS = Set.of(
            "word_embedding_dimension", "embedding_dimension", "pooling_mode", "include_prompt",
            "pooling_mode_cls_token", "pooling_mode_max_tokens", "pooling_mode_mean_tokens",
            "pooling_mode_mean_sqrt_len_tokens", "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken");

    /** The old switches in the order in which the reference concatenates. */
    private static final Map<String, PoolingMode> SWITCHES = new LinkedHashMap<>();

    private static final Map<String, PoolingMode> MODES = Map.of(
            "cls", PoolingMode.CLS,
            "max", PoolingMode.MAX,
            "mean", PoolingMode.MEAN,
            "mean_sqrt_len_tokens", PoolingMode.MEAN_SQRT_LEN,
            "weightedmean", PoolingMode.WEIGHTED_MEAN,
            "lasttoken", PoolingMode.LAST_TOKEN);

    static {
        SWITCHES.put("pooling_mode_cls_token", PoolingMode.CLS);
        SWITCHES.put("pooling_mode_max_tokens", PoolingMode.MAX);
        SWITCHES.put("pooling_mode_mean_tokens", PoolingMode.MEAN);
        SWITCHES.put("pooling_mode_mean_sqrt_len_tokens", PoolingMode.MEAN_SQRT_LEN);
        SWITCHES.put("pooling_mode_weightedmean_tokens", PoolingMode.WEIGHTED_MEAN);
        SWITCHES.put("pooling_mode_lasttoken", PoolingMode.LAST_TOKEN);
    }

    /**
     * What was found.
     *
     * @param isStatic whether the first module is a table of token vectors
     * @param listed whether there was a {@code modules.json}
     * @param inputPath folder of the first module, relative, empty for the root
     * @param modules what follows
     * @param tokenWidth what pooling says about the width of token vectors, 0 where it says nothing
     * @param weighted relative folders of the modules that have weights
     */
    record Found(
            boolean isStatic, boolean listed, String inputPath, List<ModelModule> modules, int tokenWidth, List<String> weighted) {}

    private final Path folder;
    private final Path file;
    private final List<ModelModule> modules = new ArrayList<>();
    private final List<String> weighted = new ArrayList<>();
    private int tokenWidth;

    private ModulesReader(Path folder, Path file) {
        this.folder = folder;
        this.file = file;
    }

    static Found read(Path folder) {
        Path file = folder.resolve("modules.json");
        if (!Files.exists(file)) {
            if (!Files.exists(folder.resolve("config.json"))) {
                throw new InvalidModelException("folder " + folder + " holds neither modules.json nor config.json, so it is no model "
                        + "folder; point to a folder in sentence-transformers layout");
            }
            ModelModule mean = new ModelModule.Pooling(List.of(PoolingMode.MEAN), true);
            return new Found(false, false, "", List.of(mean), 0, List.of());
        }
        return new ModulesReader(folder, file).run();
    }

    private Found run() {
        JsonNode list;
        try {
            list = JsonTrees.read(JsonObjects.FACTORY, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new InvalidModelException(
                    file + " cannot be read as JSON (" + JsonObjects.reason(e) + "); restore it from the original model", e);
        }
        if (!list.isArray() || list.isEmpty()) {
            throw new InvalidModelException(file + " is no list of modules; restore it from the original model");
        }
        String input = "";
        boolean isStatic = false;
        for (int i = 0; i < list.size(); i++) {
            JsonNode entry = list.get(i);
            String type = entry.path("type").asText();
            String path = inside(entry.path("path").asText());
            JsonNode kwargs = entry.path("kwargs");
            if (!kwargs.isMissingNode() && !kwargs.isNull() && !kwargs.isEmpty()) {
                throw refused(type, "takes the arguments " + kwargs + ", which are not understood");
            }
            if (!type.startsWith("sentence_transformers.")) {
                throw refused(type, "is code of its own, which is not run");
            }
            String name = type.substring(type.lastIndexOf('.') + 1);
            if (i == 0) {
                isStatic = name.equals("StaticEmbedding");
                if (!isStatic && !name.equals("Transformer")) {
                    throw refused(type, "cannot come first; Transformer and StaticEmbedding can");
                }
                input = path;
            } else {
                module(name, type, path, isStatic);
            }
        }
        if (!isStatic && modules.isEmpty()) {
            throw refused("Transformer", "has no pooling behind it, so the model gives token vectors, not text vectors");
        }
        return new Found(isStatic, true, input, List.copyOf(modules), tokenWidth, List.copyOf(weighted));
    }

    private void module(String name, String type, String path, boolean isStatic) {
        boolean poolingExpected = !isStatic && modules.isEmpty();
        if (name.equals("Pooling") != poolingExpected && !name.equals("Dropout")) {
            throw refused(type, poolingExpected ? "stands where pooling is expected" : "pools what is pooled already");
        }
        ConfigFile config = ConfigFile.readIfPresent(folder.resolve(path).resolve("config.json"));
        switch (name) {
            case "Pooling" -> modules.add(pooling(config));
            case "Dense" -> modules.add(dense(config, path));
            case "Normalize" -> {
                onSentence(config, Set.of("module_input_name", "module_output_name"));
                modules.add(new ModelModule.Normalize());
            }
            case "LayerNorm" -> {
                config.onlyKnown(Set.of("dimension"));
                weighted.add(path);
                modules.add(new ModelModule.LayerNorm(
                        path + "/norm.weight", path + "/norm.bias", required(config, "dimension"), 1e-5f));
            }
            case "Dropout" -> {} // does nothing outside training
            default -> throw refused(type, "is not read; Pooling, Dense, Normalize, LayerNorm and Dropout are");
        }
    }

    private ModelModule.Pooling pooling(ConfigFile config) {
        config.onlyKnown(POOLING_KEYS);
        tokenWidth = config.integer(config.spelled(List.of("embedding_dimension", "word_embedding_dimension")), 0);
        List<PoolingMode> modes = new ArrayList<>();
        JsonNode mode = config.node("pooling_mode");
        if (mode == null) {
            // with all switches absent the reference takes the mean
            SWITCHES.forEach((key, one) -> {
                if (config.flag(key, false)) {
                    modes.add(one);
                }
            });
            if (modes.isEmpty()) {
                modes.add(PoolingMode.MEAN);
            }
        } else {
            for (JsonNode one : mode.isArray() ? mode : List.of(mode)) {
                PoolingMode known = MODES.get(one.asText());
                if (known == null) {
                    throw config.refused("pooling_mode", one.toString(), "known are " + MODES.keySet().stream().sorted().toList());
                }
                modes.add(known);
            }
            if (modes.isEmpty()) {
                throw config.refused("pooling_mode", mode.toString(), "at least one mode is expected");
            }
        }
        return new ModelModule.Pooling(modes, config.flag("include_prompt", true));
    }

    private ModelModule.Dense dense(ConfigFile config, String path) {
        onSentence(config, Set.of("in_features", "out_features", "bias", "activation_function", "module_input_name",
                "module_output_name", "use_residual"));
        config.requireFalse("use_residual");
        weighted.add(path);
        return new ModelModule.Dense(
                path + "/linear.weight",
                config.flag("bias", true) ? path + "/linear.bias" : "",
                required(config, "in_features"),
                required(config, "out_features"),
                activation(config));
    }

    private static DenseActivation activation(ConfigFile config) {
        String name = config.text("activation_function", "torch.nn.modules.activation.Tanh");
        DenseActivation known = !name.startsWith("torch.nn.") ? null : switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "Identity" -> DenseActivation.IDENTITY;
            case "Tanh" -> DenseActivation.TANH;
            case "ReLU" -> DenseActivation.RELU;
            case "GELU" -> DenseActivation.GELU;
            case "SiLU" -> DenseActivation.SILU;
            case "Sigmoid" -> DenseActivation.SIGMOID;
            case "LeakyReLU" -> DenseActivation.LEAKY_RELU;
            case "ELU" -> DenseActivation.ELU;
            case "SELU" -> DenseActivation.SELU;
            case "Mish" -> DenseActivation.MISH;
            case "Softplus" -> DenseActivation.SOFTPLUS;
            case "ReLU6" -> DenseActivation.RELU6;
            case "Hardtanh" -> DenseActivation.HARDTANH;
            default -> null;
        };
        if (known == null) {
            throw config.refused("activation_function", name, "of torch's are known Identity, Tanh, ReLU, GELU, SiLU, Sigmoid, LeakyReLU, ELU, SELU, Mish, Softplus, ReLU6 and Hardtanh");
        }
        return known;
    }

    private static int required(ConfigFile config, String key) {
        if (!config.has(key)) {
            throw config.refused(key, "absent", "the module cannot be built without it");
        }
        return config.positive(key, 1);
    }

    private static void onSentence(ConfigFile config, Set<String> known) {
        config.onlyKnown(known);
        config.require("module_input_name", SENTENCE);
        config.require("module_output_name", SENTENCE);
    }

    /** A module's folder lies inside the model's. */
    private String inside(String path) {
        Path root = folder.toAbsolutePath().normalize();
        try {
            Path resolved = root.resolve(path).normalize();
            if (resolved.startsWith(root)) {
                return root.relativize(resolved).toString().replace('\\', '/');
            }
        } catch (java.nio.file.InvalidPathException e) {
            throw new InvalidModelException(file + " names the module folder \"" + path
                    + "\", which is no path; restore the file from the original model", e);
        }
        throw new InvalidModelException(file + " names the module folder \"" + path
                + "\", which lies outside the model; restore the file from the original model");
    }

    private InvalidModelException refused(String type, String why) {
        return new InvalidModelException(
                file + ": module \"" + type + "\" " + why + "; use a model of modules that are read");
    }
}
