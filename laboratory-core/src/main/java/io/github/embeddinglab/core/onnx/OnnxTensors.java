package io.github.embeddinglab.core.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.github.embeddinglab.api.InvalidModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bytes of stored tensors, wherever the file keeps them: raw, in typed fields, or in a file beside the graph. */
final class OnnxTensors {
    private static final int SMALL = 1 << 20;

    private final String where;
    private final @Nullable Path dataFolder;

    OnnxTensors(String where, @Nullable Path dataFolder) {
        this.where = where;
        this.dataFolder = dataFolder;
    }

    /** A float32 weight of one or two axes, as a view. */
    Weight weight(TensorProto tensor) {
        if (tensor.getDataType() != TensorProto.DataType.FLOAT_VALUE) {
            throw refused(tensor, "is stored as " + type(tensor) + ", only float32 weights are read", "export the model in fp32");
        }
        long elements = elements(tensor);
        if (elements == 0 || elements > Integer.MAX_VALUE / 4) {
            throw refused(tensor, "has " + elements + " elements, a weight has 1 to " + Integer.MAX_VALUE / 4, "get the file again");
        }
        ByteBuffer data = bytes(tensor, elements, 4);
        boolean vector = tensor.getDimsCount() == 1;
        int last = (int) tensor.getDims(tensor.getDimsCount() - 1);
        return new Weight(tensor.getName(), (int) (elements / last), last, vector, data);
    }

    /** A small tensor of numbers or truth values. */
    Value value(TensorProto tensor) {
        long elements = elements(tensor);
        if (elements > SMALL) {
            throw refused(tensor, "with " + elements + " elements stands where a small constant is expected", "this graph is no known encoder");
        }
        int n = (int) elements;
        int[] dims = new int[tensor.getDimsCount()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = (int) tensor.getDims(i);
        }
        double[] data = new double[n];
        Value.Kind kind = Value.Kind.INTEGER;
        switch (tensor.getDataType()) {
            case TensorProto.DataType.FLOAT_VALUE -> {
                ByteBuffer in = bytes(tensor, elements, 4);
                for (int i = 0; i < n; i++) {
                    data[i] = in.getFloat();
                }
                kind = Value.Kind.FLOAT;
            }
            case TensorProto.DataType.DOUBLE_VALUE -> {
                ByteBuffer in = bytes(tensor, elements, 8);
                for (int i = 0; i < n; i++) {
                    data[i] = in.getDouble();
                }
                kind = Value.Kind.FLOAT;
            }
            case TensorProto.DataType.INT64_VALUE -> {
                ByteBuffer in = bytes(tensor, elements, 8);
                for (int i = 0; i < n; i++) {
                    data[i] = in.getLong();
                }
            }
            case TensorProto.DataType.INT32_VALUE -> {
                ByteBuffer in = bytes(tensor, elements, 4);
                for (int i = 0; i < n; i++) {
                    data[i] = in.getInt();
                }
            }
            case TensorProto.DataType.BOOL_VALUE -> {
                ByteBuffer in = bytes(tensor, elements, 1);
                for (int i = 0; i < n; i++) {
                    data[i] = in.get() == 0 ? 0 : 1;
                }
                kind = Value.Kind.BOOLEAN;
            }
            default -> throw refused(tensor, "is of the type " + type(tensor) + ", which no known encoder uses", "export the model in fp32");
        }
        return new Value(dims, data, kind);
    }

    private long elements(TensorProto tensor) {
        long n = 1;
        for (int i = 0; i < tensor.getDimsCount(); i++) {
            long extent = tensor.getDims(i);
            if (extent < 0 || extent > Integer.MAX_VALUE || (extent > 0 && n > Integer.MAX_VALUE / extent)) {
                throw refused(tensor, "has the shape " + tensor.getDimsList(), "the file is damaged, get it again");
            }
            n *= extent;
        }
        if (n == 0 && tensor.getDimsCount() > 1) {
            throw refused(tensor, "has the shape " + tensor.getDimsList(), "the file is damaged, get it again");
        }
        return n;
    }

    private ByteBuffer bytes(TensorProto tensor, long elements, int width) {
        ByteBuffer data;
        if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            data = external(tensor);
        } else if (tensor.hasRawData()) {
            data = tensor.getRawData().asReadOnlyByteBuffer();
        } else {
            data = fields(tensor, elements, width);
        }
        if (data.remaining() != elements * width) {
            throw refused(
                    tensor,
                    "has " + data.remaining() + " bytes, its shape " + tensor.getDimsList() + " needs " + elements * width,
                    "the file is cut or damaged, get it again");
        }
        return data.order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer fields(TensorProto tensor, long elements, int width) {
        int count = switch (tensor.getDataType()) {
            case TensorProto.DataType.FLOAT_VALUE -> tensor.getFloatDataCount();
            case TensorProto.DataType.DOUBLE_VALUE -> tensor.getDoubleDataCount();
            case TensorProto.DataType.INT64_VALUE -> tensor.getInt64DataCount();
            default -> tensor.getInt32DataCount();
        };
        if (count != elements) {
            throw refused(
                    tensor,
                    "has " + count + " values, its shape " + tensor.getDimsList() + " needs " + elements,
                    "the file is cut or damaged, get it again");
        }
        ByteBuffer out = ByteBuffer.allocate(Math.multiplyExact(count, width)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            switch (tensor.getDataType()) {
                case TensorProto.DataType.FLOAT_VALUE -> out.putFloat(tensor.getFloatData(i));
                case TensorProto.DataType.DOUBLE_VALUE -> out.putDouble(tensor.getDoubleData(i));
                case TensorProto.DataType.INT64_VALUE -> out.putLong(tensor.getInt64Data(i));
                case TensorProto.DataType.INT32_VALUE -> out.putInt(tensor.getInt32Data(i));
                default -> out.put((byte) tensor.getInt32Data(i));
            }
        }
        return out.flip();
    }

    private ByteBuffer external(TensorProto tensor) {
        Map<String, String> entries = new HashMap<>();
        for (StringStringEntryProto entry : tensor.getExternalDataList()) {
            entries.put(entry.getKey(), entry.getValue());
        }
        String location = entries.getOrDefault("location", "");
        if (dataFolder == null) {
            throw refused(tensor, "lies in the external file \"" + location + "\", which a class path cannot give", "import from a folder");
        }
        Path file = inFolder(tensor, dataFolder, location);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long offset = number(tensor, entries.getOrDefault("offset", "0"));
            long length = number(tensor, entries.getOrDefault("length", Long.toString(channel.size() - offset)));
            if (offset > channel.size() || length > channel.size() - offset || length > Integer.MAX_VALUE) {
                throw refused(
                        tensor,
                        "needs the bytes " + offset + " to " + (offset + length) + " of " + file + ", which has " + channel.size(),
                        "the external data are cut or of another export, get both files again");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, offset, length);
        } catch (IOException e) {
            throw new InvalidModelException(
                    OnnxGraph.oneLine(where + ": external data " + file + " cannot be read: " + e.getMessage()
                            + "; check its permissions"), e);
        }
    }

    private Path inFolder(TensorProto tensor, Path folder, String location) {
        Path relative;
        try {
            relative = Path.of(location);
        } catch (java.nio.file.InvalidPathException e) {
            throw new InvalidModelException(
                    OnnxGraph.oneLine(where + ": \"" + location + "\" is no path of external data; the file is damaged, get it again"), e);
        }
        // A graph from elsewhere must not read files of this machine: no absolute path, no step up.
        Path file = folder.resolve(relative).normalize();
        if (location.isEmpty() || relative.isAbsolute() || location.contains("..") || !file.startsWith(folder.normalize())) {
            throw refused(tensor, "asks for external data outside the model's folder: \"" + location + "\"", "do not trust this file");
        }
        if (!Files.isRegularFile(file)) {
            throw refused(tensor, "lies in the external file " + file + ", which is missing", "put it beside the graph");
        }
        return file;
    }

    private long number(TensorProto tensor, String text) {
        try {
            long n = Long.parseLong(text);
            if (n >= 0) {
                return n;
            }
        } catch (NumberFormatException e) {
            throw new InvalidModelException(
                    OnnxGraph.oneLine(where + ": tensor \"" + tensor.getName() + "\" gives \"" + text
                            + "\" as a place in its external file; the file is damaged, get it again"), e);
        }
        throw refused(tensor, "gives " + text + " as a place in its external file", "the file is damaged, get it again");
    }

    private static String type(TensorProto tensor) {
        TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
        return type == null ? "number " + tensor.getDataType() : type.name();
    }

    private InvalidModelException refused(TensorProto tensor, String what, String fix) {
        return new InvalidModelException(
                OnnxGraph.oneLine(where + ": tensor \"" + tensor.getName() + "\" " + what + "; " + fix));
    }
}
