package io.github.embeddinglab.core.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.files.WholeFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apiguardian.api.API.Status;
import org.apiguardian.api.API;

/**
 * Writes safetensors in one canonical form: wide types first and names sorted within a type, as the format's own writer
 * does, so that every tensor lies aligned; a header padded with spaces to 8 bytes; the metadata {@code format: pt} that
 * Python's loaders ask for. Equal tensors give equal bytes. Data stream from their buffers; a file is written beside its
 * place, synced and renamed, so that it is whole or absent.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class SafetensorsWriter {
    private static final ObjectMapper COMPACT = new ObjectMapper(JsonObjects.FACTORY);

    private SafetensorsWriter() {}

    /**
     * Writes one file.
     *
     * @param tensors with distinct names
     * @param file replaced when it exists
     * @throws InvalidInputException when a name comes twice, is {@code __metadata__}, or bytes do not fit their shape
     */
    public static void write(Collection<Tensors.Tensor> tensors, Path file) {
        NavigableMap<String, Tensors.Tensor> sorted = sorted(tensors);
        WholeFiles.file(file, channel -> write(sorted.values(), channel));
    }

    /**
     * Writes {@code model.safetensors} into a folder, or, where it would exceed the limit, shards
     * {@code model-00001-of-0000N.safetensors} with {@code model.safetensors.index.json}. The index comes last, so a folder
     * with an index is complete.
     *
     * @param tensors with distinct names
     * @param folder made when absent
     * @param maxShardBytes limit of one file's tensor bytes, at least 1; one larger tensor fills a file of its own
     * @throws InvalidInputException as {@link #write(Collection, Path)}
     */
    public static void write(Collection<Tensors.Tensor> tensors, Path folder, long maxShardBytes) {
        if (maxShardBytes < 1) {
            throw new InvalidInputException("shard limit " + maxShardBytes + " is below 1 byte; give a size in bytes");
        }
        List<List<Tensors.Tensor>> shards = new ArrayList<>();
        long filled = Long.MAX_VALUE;
        long total = 0;
        for (Tensors.Tensor tensor : sorted(tensors).values()) {
            long size = tensor.data().remaining();
            if (shards.isEmpty() || filled + size > maxShardBytes) {
                shards.add(new ArrayList<>());
                filled = 0;
            }
            shards.get(shards.size() - 1).add(tensor);
            filled += size;
            total += size;
        }
        if (shards.size() < 2) {
            write(tensors, folder.resolve(Safetensors.SINGLE));
            return;
        }
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.putObject("metadata").put("total_size", total);
        ObjectNode map = index.putObject("weight_map");
        for (int i = 0; i < shards.size(); i++) {
            String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
            write(shards.get(i), folder.resolve(name));
            shards.get(i).forEach(tensor -> map.put(tensor.name(), name));
        }
        byte[] json = JsonObjects.bytes(index);
        WholeFiles.file(folder.resolve(Safetensors.INDEX), channel -> WholeFiles.all(channel, ByteBuffer.wrap(json)));
    }

    private static NavigableMap<String, Tensors.Tensor> sorted(Collection<Tensors.Tensor> tensors) {
        TreeMap<String, Tensors.Tensor> sorted = new TreeMap<>();
        for (Tensors.Tensor tensor : tensors) {
            ListedTensors.check(tensor);
            if (tensor.name().equals("__metadata__")) {
                throw new InvalidInputException("no tensor may be named __metadata__, the format keeps it; rename the tensor");
            }
            if (sorted.put(tensor.name(), tensor) != null) {
                throw new InvalidInputException("tensor \"" + tensor.name() + "\" is given twice; give each name once");
            }
        }
        return sorted;
    }

    private static void write(Collection<Tensors.Tensor> sorted, FileChannel channel) throws IOException {
        List<Tensors.Tensor> ordered = new ArrayList<>(sorted);
        ordered.sort((a, b) -> Integer.compare(b.type().bytes(), a.type().bytes()));
        byte[] header = header(ordered);
        ByteBuffer start = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
        WholeFiles.all(channel, start.putLong(header.length).put(header).flip());
        for (Tensors.Tensor tensor : ordered) {
            ByteBuffer data = tensor.bytes();
            while (data.hasRemaining()) { // in slices: a heap buffer is copied to native memory by the channel, at once
                int n = Math.min(data.remaining(), 1 << 20);
                WholeFiles.all(channel, data.slice(data.position(), n));
                data.position(data.position() + n);
            }
        }
    }

    private static byte[] header(List<Tensors.Tensor> ordered) throws JsonProcessingException {
        ObjectNode root = COMPACT.createObjectNode();
        root.set("__metadata__", COMPACT.valueToTree(Map.of("format", "pt")));
        long at = 0;
        for (Tensors.Tensor tensor : ordered) {
            ObjectNode entry = root.putObject(tensor.name());
            entry.put("dtype", tensor.type().name());
            ArrayNode shape = entry.putArray("shape");
            for (long extent : tensor.shape()) {
                shape.add(extent);
            }
            long end = at + tensor.data().remaining();
            entry.putArray("data_offsets").add(at).add(end);
            at = end;
        }
        byte[] json = COMPACT.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
        byte[] padded = java.util.Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        java.util.Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }
}
