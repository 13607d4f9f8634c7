package io.github.embeddinglab.core.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.LinkedHashMap;
import java.util.Map;

/** An ONNX model with its weights inside, in the protobuf wire format, without ever holding the weights. */
final class SingleFile {
    private final ModelProto head;
    private final GraphProto graph;
    private final Map<TensorProto, ExternalWeight> large = new LinkedHashMap<>();
    private final long graphBytes;

    SingleFile(ModelProto model, Map<String, ExternalWeight> weights) {
        this.head = model.toBuilder().clearGraph().build();
        GraphProto.Builder small = model.getGraph().toBuilder().clearInitializer();
        long length = 0;
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            ExternalWeight weight = weights.get(tensor.getName());
            if (weight == null) {
                small.addInitializer(tensor);
            } else {
                TensorProto bare = tensor.toBuilder()
                        .clearExternalData()
                        .clearDataLocation()
                        .build();
                large.put(bare, weight);
                length += field(GraphProto.INITIALIZER_FIELD_NUMBER, tensorBytes(bare, weight));
            }
        }
        this.graph = small.build();
        this.graphBytes = length + graph.getSerializedSize();
    }

    /** Length of the file. */
    long bytes() {
        return head.getSerializedSize() + field(ModelProto.GRAPH_FIELD_NUMBER, graphBytes);
    }

    void writeTo(CodedOutputStream out, WritableByteChannel channel) throws IOException {
        head.writeTo(out);
        out.writeTag(ModelProto.GRAPH_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt64NoTag(graphBytes);
        graph.writeTo(out);
        for (Map.Entry<TensorProto, ExternalWeight> entry : large.entrySet()) {
            TensorProto tensor = entry.getKey();
            ExternalWeight weight = entry.getValue();
            out.writeTag(GraphProto.INITIALIZER_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt64NoTag(tensorBytes(tensor, weight));
            tensor.writeTo(out);
            out.writeTag(TensorProto.RAW_DATA_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt64NoTag(weight.length());
            out.flush();
            FloatSink sink = new FloatSink(channel);
            CompiledGraph.write(weight, sink);
            sink.flush();
        }
    }

    private static long tensorBytes(TensorProto tensor, ExternalWeight weight) {
        return tensor.getSerializedSize() + field(TensorProto.RAW_DATA_FIELD_NUMBER, weight.length());
    }

    /** Bytes of a length-delimited field. */
    private static long field(int number, long content) {
        return CodedOutputStream.computeTagSize(number) + CodedOutputStream.computeUInt64SizeNoTag(content) + content;
    }
}
