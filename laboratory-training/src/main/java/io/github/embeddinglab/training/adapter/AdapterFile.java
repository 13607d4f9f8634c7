package io.github.embeddinglab.training.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.FingerprintMismatchException;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.files.WholeFiles;
import io.github.embeddinglab.core.model.ModelDescription;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.ModelFolderWriter;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.Safetensors;
import io.github.embeddinglab.core.model.SafetensorsWriter;
import io.github.embeddinglab.core.model.Tensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Keeps adapters: as a Dense module of a copy of the model's folder where the model has one and both sides are mapped, or
 * for any model as a small folder of {@code adapter.json} and {@code adapter.safetensors}.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class AdapterFile {
    private static final String SETTINGS = "adapter.json";
    private static final String VALUES = "adapter.safetensors";
    private static final String FORMAT = "laboratory-adapter-1";
    private static final String WEIGHT = "adapter/linear.weight";
    private static final ObjectMapper JSON = new ObjectMapper();

    private AdapterFile() {}

    /**
     * Writes an adapter, whole or not at all.
     *
     * @param map the map
     * @param side which vectors it is for
     * @param parent the model that it was trained on; its name and fingerprint are kept
     * @param folder absent or empty
     */
    public static void write(VectorMap map, AdapterSettings.Side side, Embedder parent, Path folder) {
        ObjectNode settings = JSON.createObjectNode()
                .put("format", FORMAT)
                .put("side", side.name().toLowerCase(Locale.ROOT))
                .put("dimensions", map.dimensions())
                .put("rank", map.rank())
                .put("parent", parent.model())
                .put("parent_fingerprint", parent.fingerprint().value());
        int d = map.dimensions();
        List<Tensors.Tensor> tensors = map.rank() == 0
                ? List.of(Tensors.Tensor.of("delta", new long[] {d, d}, map.down()))
                : List.of(
                        Tensors.Tensor.of("down", new long[] {map.rank(), d}, map.down()),
                        Tensors.Tensor.of("up", new long[] {d, map.rank()}, map.up()));
        WholeFiles.folder(folder, part -> {
            SafetensorsWriter.write(tensors, part.resolve(VALUES));
            WholeFiles.synced(
                    part.resolve(SETTINGS),
                    (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(settings) + "\n").getBytes(StandardCharsets.UTF_8));
        });
    }

    /**
     * Puts a kept adapter behind its model.
     *
     * @param folder written by {@link #write}
     * @param parent the model that it was trained on; closed with the result
     * @return the adapted model
     * @throws InvalidInputException when the folder is no adapter
     * @throws FingerprintMismatchException when it was trained on another model
     */
    public static AdaptedEmbedder read(Path folder, Embedder parent) {
        JsonNode settings = settings(folder);
        String trained = settings.path("parent_fingerprint").asText();
        if (!trained.equals(parent.fingerprint().value())) {
            throw new FingerprintMismatchException("adapter " + folder + " was trained on " + settings.path("parent").asText()
                    + " with another fingerprint than " + parent.model() + " has; load the model that it was trained on");
        }
        int d = settings.path("dimensions").asInt();
        int rank = settings.path("rank").asInt();
        AdapterSettings.Side side;
        try {
            side = AdapterSettings.Side.valueOf(settings.path("side").asText().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException("adapter " + folder + " has the side \"" + settings.path("side").asText()
                    + "\"; there are query and both", e);
        }
        try (Tensors tensors = Safetensors.open(folder.resolve(VALUES))) {
            VectorMap map = rank == 0
                    ? VectorMap.full(d, floats(tensors, "delta", folder))
                    : VectorMap.lowRank(d, rank, floats(tensors, "up", folder), floats(tensors, "down", folder));
            return AdaptedEmbedder.of(parent, map, side);
        }
    }

    private static JsonNode settings(Path folder) {
        Path file = folder.resolve(SETTINGS);
        try {
            JsonNode settings = JSON.readTree(Files.readAllBytes(file));
            if (!settings.path("format").asText().equals(FORMAT)) {
                throw new InvalidInputException(
                        file + " has the format \"" + settings.path("format").asText() + "\"; this version reads " + FORMAT);
            }
            return settings;
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(file + " is not JSON (" + e.getOriginalMessage() + "); write the adapter again", e);
        } catch (IOException e) {
            throw new InvalidInputException(folder + " is no adapter: " + SETTINGS + " cannot be read; name a folder that holds one", e);
        }
    }

    private static float[] floats(Tensors tensors, String name, Path folder) {
        if (!tensors.names().contains(name)) {
            throw new InvalidInputException("adapter " + folder + " lacks the tensor \"" + name + "\"; write the adapter again");
        }
        Tensors.Tensor tensor = tensors.tensor(name);
        if (tensor.type() != Tensors.Type.F32) {
            throw new InvalidInputException("adapter " + folder + " holds " + tensor.type() + " values; write the adapter again");
        }
        float[] values = new float[(int) tensor.elements()];
        tensor.bytes().asFloatBuffer().get(values);
        return values;
    }

    /**
     * Writes a copy of a model folder whose last step but the normalisation is the map, as a Dense module without bias and
     * activation. Without a normalisation at the end, one is added, since the map changes lengths.
     *
     * @param parent an open folder
     * @param map of its width, trained for both sides: a folder maps queries and documents alike
     * @param target absent or empty
     * @throws InvalidInputException when the widths differ or the target is filled; nothing is written
     */
    public static void writeModel(ModelFolder parent, VectorMap map, Path target) {
        int d = parent.dimensions();
        if (map.dimensions() != d) {
            throw new InvalidInputException("the adapter maps vectors of " + map.dimensions() + " dimensions, the model "
                    + parent.path() + " makes " + d + "; use the model that it was trained on");
        }
        List<ModelModule> modules = new ArrayList<>(parent.modules());
        if (!modules.isEmpty() && modules.get(modules.size() - 1) instanceof ModelModule.Normalize) {
            modules.remove(modules.size() - 1);
        }
        modules.add(new ModelModule.Dense(WEIGHT, "", d, d, ModelModule.DenseActivation.IDENTITY));
        modules.add(new ModelModule.Normalize());
        ModelDescription before = parent.description();
        ModelDescription after = new ModelDescription(
                before.encoder(), before.tokenDimensions(), modules, before.prompts(), before.maxTokens(), before.lowerCase());
        List<Tensors.Tensor> tensors = new ArrayList<>();
        for (String name : parent.tensors().names()) {
            if (name.equals(WEIGHT)) {
                throw new InvalidInputException("the model " + parent.path() + " has a tensor \"" + WEIGHT
                        + "\" already; adapt the model that it was made from");
            }
            tensors.add(parent.tensors().tensor(name));
        }
        tensors.add(Tensors.Tensor.of(WEIGHT, new long[] {d, d}, map.matrix()));
        try (Tensors all = Tensors.of(tensors)) {
            ModelFolderWriter.write(after, all, Files.readAllBytes(parent.tokenizer()), target);
        } catch (IOException e) {
            throw new InvalidInputException("the tokenizer of " + parent.path() + " cannot be read: " + e.getMessage(), e);
        }
    }
}
