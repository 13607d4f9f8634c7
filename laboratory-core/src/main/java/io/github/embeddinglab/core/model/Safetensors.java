package io.github.embeddinglab.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.InvalidModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Reads safetensors, one file or several with an index. Files are mapped, not copied; header, offsets and sizes are
 * checked at open, so a cut or damaged file is found there.
 *
 * <p>A file that another process cuts while it is mapped makes later reads fail with an {@link InternalError}: weights are
 * replaced by renaming a new file over the old one, never written in place.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Safetensors {
    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private Safetensors() {}

    /**
     * Maps tensors under their stored names.
     *
     * @param fileOrFolder a {@code .safetensors} file, a {@code .safetensors.index.json} file, or a folder that holds
     *     {@code model.safetensors} or {@code model.safetensors.index.json}
     * @return the tensors; {@code close()} makes later use fail, and the mapping itself ends when the garbage collector finds
     *     no view of it
     * @throws InvalidModelException when a file is missing, cut or damaged
     */
    public static Tensors open(Path fileOrFolder) {
        return map(fileOrFolder);
    }

    static MappedTensors map(Path fileOrFolder) {
        if (!Files.isDirectory(fileOrFolder)) {
            return fileOrFolder.toString().endsWith(".json")
                    ? sharded(fileOrFolder)
                    : MappedTensors.open(fileOrFolder, new TreeSet<>(java.util.List.of(fileOrFolder)));
        }
        Path single = fileOrFolder.resolve(SINGLE);
        if (Files.exists(single)) {
            return map(single);
        }
        Path index = fileOrFolder.resolve(INDEX);
        if (Files.exists(index)) {
            return sharded(index);
        }
        Path pickled = fileOrFolder.resolve("pytorch_model.bin");
        if (Files.exists(pickled) || Files.exists(fileOrFolder.resolve("pytorch_model.bin.index.json"))) {
            throw new InvalidModelException(pickled + " is a pickle, which can run code and is not read; re-save the model in "
                    + "Python with save_pretrained(folder, safe_serialization=True), a module after the transformer by saving the "
                    + "whole model with sentence-transformers 5.0 or newer");
        }
        throw new InvalidModelException("folder " + fileOrFolder + " holds neither " + SINGLE + " nor " + INDEX
                + "; copy the weights from the original model");
    }

    private static MappedTensors sharded(Path index) {
        ObjectNode root = JsonObjects.read(index);
        JsonNode map = root.get("weight_map");
        if (map == null || !map.isObject() || map.isEmpty()) {
            throw new InvalidModelException(index + " has no weight_map; copy the file again from the original model");
        }
        Path folder = index.toAbsolutePath().normalize().getParent();
        Map<String, Path> claimed = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String name = entry.getValue().asText();
            if (folder == null || !entry.getValue().isTextual() || name.isEmpty() || name.contains("/") || name.contains("\\")
                    || name.indexOf('\0') >= 0) {
                throw new InvalidModelException(index + " puts tensor \"" + entry.getKey() + "\" into " + entry.getValue()
                        + ", which is no file name beside it; copy the file again from the original model");
            }
            claimed.put(entry.getKey(), folder.resolve(name));
        }
        MappedTensors tensors = MappedTensors.open(index, new TreeSet<>(claimed.values()));
        SortedSet<String> found = tensors.names();
        claimed.forEach((name, file) -> {
            if (!found.contains(name) || !tensors.stored(name).file().equals(file)) {
                throw new InvalidModelException(index + " puts tensor \"" + name + "\" into " + file
                        + ", which does not hold it; copy index and shards again from the same model");
            }
        });
        for (String name : found) {
            if (!claimed.containsKey(name)) {
                throw new InvalidModelException("tensor \"" + name + "\" of " + tensors.stored(name).file() + " is not listed in "
                        + index + "; copy index and shards again from the same model");
            }
        }
        return tensors;
    }
}
