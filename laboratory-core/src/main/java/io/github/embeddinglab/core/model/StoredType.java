package io.github.embeddinglab.core.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Changes the number type that a folder's weights are stored in, and what its files say of it. */
final class StoredType {
    private static final Set<Tensors.Type> FLOATING = Set.of(Tensors.Type.F32, Tensors.Type.F16, Tensors.Type.BF16, Tensors.Type.F64);
    private static final String CONFIG = "config.json";
    /** The old and the new spelling of one key. */
    private static final List<String> KEYS = List.of("torch_dtype", "dtype");

    private StoredType() {}

    /** A tensor as another type; whole numbers, as positions, stay as they are. */
    static Tensors.Tensor as(Tensors.Tensor tensor, Tensors.@Nullable Type type, Path file) {
        return type == null || !FLOATING.contains(tensor.type()) ? tensor : FloatConversion.as(tensor, type, file.toString());
    }

    /** Whether a file says how weights are stored. */
    static boolean toldBy(Path file) {
        return named(file, CONFIG) || named(file, Safetensors.INDEX);
    }

    private static boolean named(Path file, String name) {
        return file.endsWith(name);
    }

    /** The file for weights of another type: readers take the type, and the sum of all bytes, from it. */
    static byte[] told(Path file, Tensors.Type type) {
        ObjectNode json = JsonObjects.read(file);
        for (String key : KEYS) {
            if (json.path(key).isTextual()) {
                json.put(key, name(type));
            }
        }
        if (named(file, Safetensors.INDEX) && json.path("metadata").path("total_size").isNumber()) {
            json.withObject("/metadata").put("total_size", bytes(file, type));
        }
        return JsonObjects.bytes(json);
    }

    private static long bytes(Path index, Tensors.Type type) {
        try (MappedTensors all = Safetensors.map(index)) {
            return all.names().stream()
                    .map(all::tensor)
                    .mapToLong(tensor -> tensor.elements() * (FLOATING.contains(tensor.type()) ? type : tensor.type()).bytes())
                    .sum();
        }
    }

    /** As torch spells it. */
    static String name(Tensors.Type type) {
        return switch (type) {
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            case F64 -> "float64";
            default -> "float32";
        };
    }
}
