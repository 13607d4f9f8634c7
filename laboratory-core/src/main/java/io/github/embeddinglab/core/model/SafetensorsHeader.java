package io.github.embeddinglab.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.InvalidModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The checked head of one safetensors file: eight bytes of length (little-endian), that many bytes of JSON, then the data
 * without holes or overlaps up to the file's last byte.
 *
 * @param entries in the order of their data
 * @param dataStart offset of the first data byte in the file
 */
record SafetensorsHeader(List<Entry> entries, long dataStart) {
    /** What the format's own reader accepts. */
    private static final long LONGEST = 100_000_000;

    private static final Set<String> FIELDS = Set.of("dtype", "shape", "data_offsets");
    private static final Map<String, Tensors.Type> TYPES =
            Arrays.stream(Tensors.Type.values()).collect(Collectors.toUnmodifiableMap(Tensors.Type::name, t -> t));

    /** Types of the format that hold no weights of ours, by bits of an element: listed, refused when used. */
    private static final Map<String, Integer> OTHER_BITS = Map.ofEntries(
            Map.entry("BOOL", 8),
            Map.entry("I16", 16),
            Map.entry("U16", 16),
            Map.entry("U32", 32),
            Map.entry("U64", 64),
            Map.entry("F8_E4M3", 8),
            Map.entry("F8_E5M2", 8),
            Map.entry("F8_E8M0", 8),
            Map.entry("C64", 64));

    /**
     * One tensor of the file.
     *
     * @param name as written
     * @param dtype as written
     * @param shape extents
     * @param start first byte, from the start of the file
     * @param end one past the last byte, from the start of the file
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Entry(String name, String dtype, long[] shape, long start, long end) {
        Tensors.Type type(Path file) {
            Tensors.Type type = TYPES.get(dtype);
            if (type == null) {
                throw new InvalidModelException("tensor \"" + name + "\" of " + file + " holds " + dtype
                        + ", which is not read; save it as one of " + TYPES.keySet().stream().sorted().toList());
            }
            return type;
        }
    }

    static SafetensorsHeader read(FileChannel channel, Path file) throws IOException {
        long size = channel.size();
        if (size < 10) {
            throw broken(file, "has " + size + " bytes, fewer than the 10 of an empty file");
        }
        long length = bytes(channel, file, 0, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > LONGEST || length > size - 8) {
            throw broken(file, "claims a header of " + Long.toUnsignedString(length) + " bytes, but has " + size
                    + " bytes in all (a header has 2 to " + LONGEST + ")");
        }
        byte[] json = bytes(channel, file, 8, (int) length).array();
        if (json[0] != '{') {
            throw broken(file, "has a header that does not start with '{'");
        }
        ObjectNode root = JsonObjects.parse(json, "header of " + file);
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (field.getKey().equals("__metadata__")) {
                metadata(field.getValue(), file);
            } else {
                entries.add(entry(field.getKey(), field.getValue(), 8 + length, file));
            }
        }
        entries.sort(Comparator.comparingLong(Entry::start).thenComparingLong(Entry::end));
        contiguous(entries, 8 + length, size, file);
        return new SafetensorsHeader(List.copyOf(entries), 8 + length);
    }

    private static void metadata(JsonNode node, Path file) {
        boolean texts = node.isObject() && node.properties().stream().allMatch(e -> e.getValue().isTextual());
        if (!texts && !node.isNull()) {
            throw broken(file, "has a __metadata__ that is not a map of texts");
        }
    }

    private static Entry entry(String name, JsonNode node, long dataStart, Path file) {
        if (!node.isObject()) {
            throw broken(file, "describes tensor \"" + name + "\" by something else than an object");
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!FIELDS.contains(field.getKey())) {
                throw broken(file, "describes tensor \"" + name + "\" with the unknown field \"" + field.getKey() + "\"");
            }
        }
        JsonNode dtype = node.get("dtype");
        if (dtype == null || !dtype.isTextual()) {
            throw broken(file, "gives tensor \"" + name + "\" no dtype");
        }
        long[] shape = longs(node.get("shape"), "shape", name, file);
        long[] offsets = longs(node.get("data_offsets"), "data_offsets", name, file);
        if (offsets.length != 2 || offsets[1] < offsets[0] || offsets[1] > Long.MAX_VALUE - dataStart) {
            throw broken(file, "gives tensor \"" + name + "\" the data_offsets " + Arrays.toString(offsets)
                    + ", not a start and an end");
        }
        long found = offsets[1] - offsets[0];
        long expected = size(dtype.textValue(), shape);
        if (expected != UNKNOWN && expected != found) {
            throw broken(file, "gives tensor \"" + name + "\" " + found + " bytes, but " + dtype.textValue() + " "
                    + Arrays.toString(shape) + " takes " + (expected < 0 ? "more than a long counts" : expected));
        }
        return new Entry(name, dtype.textValue(), shape, dataStart + offsets[0], dataStart + offsets[1]);
    }

    private static final long UNKNOWN = -1;
    private static final long TOO_MANY = -2;

    private static long size(String dtype, long[] shape) {
        Tensors.Type type = TYPES.get(dtype);
        int bits = type != null ? 8 * type.bytes() : OTHER_BITS.getOrDefault(dtype, 0);
        if (bits == 0) {
            return UNKNOWN;
        }
        try {
            long elements = 1;
            for (long extent : shape) {
                elements = Math.multiplyExact(elements, extent);
            }
            return Math.multiplyExact(elements, bits / 8);
        } catch (ArithmeticException e) {
            return TOO_MANY;
        }
    }

    private static long[] longs(@org.jspecify.annotations.Nullable JsonNode node, String field, String name, Path file) {
        if (node == null || !node.isArray()) {
            throw broken(file, "gives tensor \"" + name + "\" no list as its " + field);
        }
        long[] out = new long[node.size()];
        for (int i = 0; i < out.length; i++) {
            JsonNode item = node.get(i);
            if (!item.isIntegralNumber() || !item.canConvertToLong() || item.longValue() < 0) {
                throw broken(file, "gives tensor \"" + name + "\" the " + field + " element " + item
                        + ", not a whole number from 0 on");
            }
            out[i] = item.longValue();
        }
        return out;
    }

    private static void contiguous(List<Entry> entries, long dataStart, long fileSize, Path file) {
        long at = dataStart;
        String before = "the header";
        for (Entry entry : entries) {
            if (entry.end() > fileSize) {
                throw broken(file, "has " + fileSize + " bytes, but tensor \"" + entry.name() + "\" ends at byte "
                        + entry.end() + ": the file is cut or damaged");
            }
            if (entry.start() != at) {
                throw broken(file, (entry.start() < at ? "lets tensor \"" + entry.name() + "\" overlap " : "leaves a hole of "
                                + (entry.start() - at) + " bytes between tensor \"" + entry.name() + "\" and ")
                        + before + " (expected start " + at + ", found " + entry.start() + ")");
            }
            at = entry.end();
            before = "tensor \"" + entry.name() + "\"";
        }
        if (at != fileSize) {
            throw broken(file, "has " + fileSize + " bytes, but its tensors end at byte " + at);
        }
    }

    private static ByteBuffer bytes(FileChannel channel, Path file, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw broken(file, "ended while its header was read");
            }
        }
        return buffer.flip();
    }

    private static InvalidModelException broken(Path file, String what) {
        return new InvalidModelException(
                "safetensors file " + file + " " + what + "; copy or download the file again from the original model");
    }
}
