package io.github.embeddinglab.core.graph;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.model.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;

/** Tensors on the heap, for tests. */
public final class MapTensors implements Tensors {
    private final TreeMap<String, Tensor> byName = new TreeMap<>();

    /** Reads a safetensors file; names get a prefix. */
    MapTensors read(Path file, String prefix) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int header = Math.toIntExact(bytes.getLong(0));
        JsonNode json = new ObjectMapper().readTree(new String(bytes.array(), 8, header, UTF_8));
        for (Map.Entry<String, JsonNode> entry : json.properties()) {
            if (entry.getKey().equals("__metadata__")) {
                continue;
            }
            JsonNode node = entry.getValue();
            long[] shape = new long[node.get("shape").size()];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = node.get("shape").get(i).asLong();
            }
            int from = 8 + header + node.get("data_offsets").get(0).asInt();
            int to = 8 + header + node.get("data_offsets").get(1).asInt();
            put(new Tensor(
                    prefix + entry.getKey(),
                    Type.valueOf(node.get("dtype").asText()),
                    shape,
                    bytes.slice(from, to - from)));
        }
        return this;
    }

    void put(Tensor tensor) {
        byName.put(tensor.name(), tensor);
    }

    void put(String name, float[] values, long... shape) {
        ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        put(new Tensor(name, Type.F32, shape, data));
    }

    @Override
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(byName.navigableKeySet());
    }

    @Override
    public Tensor tensor(String name) {
        Tensor tensor = byName.get(name);
        if (tensor == null) {
            throw new InvalidModelException("no tensor " + name);
        }
        return tensor;
    }

    @Override
    public float[] floats(String name) {
        Tensor tensor = tensor(name);
        float[] values = new float[Math.toIntExact(tensor.elements())];
        new TensorFloats(tensor).read(0, values, values.length);
        return values;
    }

    @Override
    public void close() {}
}
