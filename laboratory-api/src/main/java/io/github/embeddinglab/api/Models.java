package io.github.embeddinglab.api;

import java.nio.file.Path;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The model zoo: what exists, where its weights are, and handles that embed. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Models extends Room {
    /**
     * All entries of the registry.
     *
     * @return built-in ones first, then the user's, each sorted by name
     */
    List<ModelInfo> list();

    /**
     * One entry.
     *
     * @param model name, alias or folder
     * @return what is known
     * @throws ModelNotFoundException when there is none; names the nearest
     */
    ModelInfo show(String model);

    /**
     * Gives a handle. Nothing is read but what tells that the model exists; its weights are loaded at first use, by one
     * caller for all, and may be evicted and loaded again.
     *
     * @param model name, alias, {@code org/name@revision} or folder
     * @return a handle to close
     * @throws ModelNotFoundException when no source has it
     * @throws DownloadNotAllowedException when only a download would bring it
     */
    Embedder load(String model);

    /**
     * The folder of a model: imported, unpacked or downloaded where needed.
     *
     * @param model name, alias, {@code org/name@revision} or folder
     * @return a sentence-transformers folder; do not change it
     * @throws ModelNotFoundException when no source has it
     * @throws InvalidInputException when the model has none: it was handed in as an object, or is a remote service
     */
    Path folder(String model);

    /**
     * Gives a handle of a model with other steps around the same weights. Nothing is registered; its graph may be compiled
     * and cached.
     *
     * @param model name, alias or folder
     * @param variant what differs
     * @return a handle to close; its vectors are not normalised
     * @throws InvalidInputException when the model is not a folder, or the variant does not fit it
     */
    default Embedder variant(String model, ModelVariant variant) {
        throw new InvalidInputException(
                "model \"" + model + "\" has no variants here; only models from folders can be taken apart");
    }

    /**
     * Registers a model of the user's, for this and later processes.
     *
     * @param id its name; taken names are refused
     * @param path a sentence-transformers folder, or a folder with one {@code .onnx} and its {@code tokenizer.json},
     *     which is imported
     * @param facts how to import an ONNX model: pooling, prompts, maxTokens; the rest is kept as it is
     * @return the entry
     * @throws InvalidModelException when it cannot be read; nothing is registered
     */
    ModelInfo add(ModelId id, Path path, ModelFacts facts);

    /**
     * Removes an entry of the user's; its folder stays unless the registry made it.
     *
     * @param id its name
     * @throws ModelNotFoundException when there is none, or it is built in
     */
    void remove(ModelId id);

    /**
     * Reads every byte of a model and checks it.
     *
     * @param model name, alias or folder
     * @return what was found
     */
    ModelCheck verify(String model);

    /**
     * Writes a model in a form that others deploy, whole or not at all.
     *
     * @param model name, alias or folder
     * @param form what to write
     * @param target a folder that does not exist yet
     * @return the main file written
     */
    Path export(String model, Export form, Path target);
}
