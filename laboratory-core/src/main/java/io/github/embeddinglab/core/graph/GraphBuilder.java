package io.github.embeddinglab.core.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Collects nodes, constants and weights. Values are named by strings; each method returns the name of its value. */
final class GraphBuilder {
    static final String WEIGHT_FILE = "model.onnx.data";
    private static final String MICROSOFT = "com.microsoft";
    private static final int OPSET = 17;
    private static final int IR_VERSION = 8;
    private static final int INLINE_BYTES = 1024;
    private static final int ALIGNMENT = 64;
    private static final int PAGE = 4096;
    private static final int BIG_BYTES = 1 << 16;

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("encoder");
    private final Map<String, Integer> uses = new HashMap<>();
    private final Map<String, ExternalWeight> weights = new LinkedHashMap<>();
    private final List<String> inputs = new ArrayList<>();
    private GraphProto.Builder nodes = graph;
    private boolean usesMicrosoft;
    private long end;
    private String scope = "";

    /** Prefix of the names of the nodes that follow. */
    void scope(String name) {
        this.scope = name;
    }

    /** An attribute of a node. */
    static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    static AttributeProto attribute(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    static AttributeProto attribute(String name, long[] values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INTS)
                .addAllInts(Arrays.stream(values).boxed().toList())
                .build();
    }

    /** An int64 input. */
    String input(String name, Object... shape) {
        graph.addInput(value(name, TensorProto.DataType.INT64, List.of(shape)));
        inputs.add(name);
        return name;
    }

    private static AttributeProto attribute(String name, GraphProto graph) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.GRAPH)
                .setG(graph)
                .build();
    }

    /** Declares the output: a value renamed. */
    void output(String from, String name, List<Object> shape) {
        output(from, name, shape, graph);
    }

    private void output(String from, String name, List<Object> shape, GraphProto.Builder of) {
        nodes.addNode(NodeProto.newBuilder()
                .setOpType("Identity")
                .setName(name)
                .addInput(from)
                .addOutput(name));
        of.addOutput(value(name, TensorProto.DataType.FLOAT, shape));
    }

    /** A node of the ONNX standard with one output. */
    String node(String type, List<String> in, AttributeProto... attributes) {
        return add("", type, in, 1, attributes).get(0);
    }

    /** A node of the ONNX standard with several outputs. */
    List<String> nodes(String type, List<String> in, int outputs, AttributeProto... attributes) {
        return add("", type, in, outputs, attributes);
    }

    /** A node of ONNX Runtime with one output. */
    String microsoft(String type, List<String> in, AttributeProto... attributes) {
        return microsofts(type, in, 1, attributes).get(0);
    }

    /** A node of ONNX Runtime with several outputs. */
    List<String> microsofts(String type, List<String> in, int outputs, AttributeProto... attributes) {
        usesMicrosoft = true;
        return add(MICROSOFT, type, in, outputs, attributes);
    }

    private List<String> add(String domain, String type, List<String> in, int outputs, AttributeProto... attributes) {
        String name = unique(scope + type);
        List<String> out = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            out.add(i == 0 ? name : name + ":" + i);
        }
        int used = in.size();
        while (used > 0 && in.get(used - 1).isEmpty()) {
            used--; // trailing optional inputs that are absent
        }
        nodes.addNode(NodeProto.newBuilder()
                .setDomain(domain)
                .setOpType(type)
                .setName(name)
                .addAllInput(in.subList(0, used))
                .addAllOutput(out)
                .addAllAttribute(List.of(attributes)));
        return out;
    }

    /**
     * One of two ways to the same value, chosen when the graph runs.
     *
     * @param condition a boolean scalar
     * @param shape of the value
     */
    String branch(String condition, List<Object> shape, Supplier<String> yes, Supplier<String> no) {
        return node(
                "If",
                List.of(condition),
                attribute("then_branch", inner(unique(scope + "then"), shape, yes)),
                attribute("else_branch", inner(unique(scope + "else"), shape, no)));
    }

    /** Nodes that are added meanwhile stand in a graph of their own; constants and weights stay with the whole. */
    private GraphProto inner(String name, List<Object> shape, Supplier<String> steps) {
        GraphProto.Builder outer = nodes;
        nodes = GraphProto.newBuilder().setName(name);
        try {
            output(steps.get(), name + ":value", shape, nodes);
            return nodes.build();
        } finally {
            nodes = outer;
        }
    }

    private String unique(String name) {
        int use = uses.merge(name, 1, Integer::sum);
        return use == 1 ? name : name + "_" + use;
    }

    /** A float scalar. */
    String scalar(float value) {
        return inline("float_" + value, TensorProto.newBuilder()
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addFloatData(value));
    }

    /** An int64 scalar. */
    String integer(long value) {
        return inline("int_" + value, TensorProto.newBuilder()
                .setDataType(TensorProto.DataType.INT64.getNumber())
                .addInt64Data(value));
    }

    /** A list of int64. */
    String integers(long... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setDataType(TensorProto.DataType.INT64.getNumber())
                .addDims(values.length);
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        return inline("ints_" + Arrays.toString(values).replaceAll("[\\[\\] ]", "").replace(',', '_'), tensor);
    }

    private String inline(String name, TensorProto.Builder tensor) {
        if (uses.putIfAbsent(name, 1) == null) {
            graph.addInitializer(tensor.setName(name));
        }
        return name;
    }

    /** A weight; asking twice for one name gives the same weight. Below one kilobyte it lies in the graph. */
    String weight(String name, WeightSource source, long... dims) {
        if (uses.putIfAbsent(name, 1) != null) {
            return name;
        }
        List<Long> extents = Arrays.stream(dims).boxed().toList();
        long bytes = ExternalWeight.elements(extents) * Float.BYTES;
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addAllDims(extents);
        if (bytes < INLINE_BYTES) {
            tensor.setRawData(collect(source));
        } else {
            int alignment = bytes >= BIG_BYTES ? PAGE : ALIGNMENT;
            long offset = (end + alignment - 1) / alignment * alignment;
            end = offset + bytes;
            weights.put(name, new ExternalWeight(name, extents, source, offset));
            tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(entry("location", WEIGHT_FILE))
                    .addExternalData(entry("offset", Long.toString(offset)))
                    .addExternalData(entry("length", Long.toString(bytes)));
        }
        graph.addInitializer(tensor);
        return name;
    }

    private static ByteString collect(WeightSource source) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        FloatSink sink = new FloatSink(Channels.newChannel(bytes));
        try {
            source.writeTo(sink);
            sink.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ByteString.copyFrom(bytes.toByteArray());
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private static ValueInfoProto value(String name, TensorProto.DataType type, List<?> shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (Object extent : shape) {
            if (extent instanceof Number number) {
                dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(number.longValue()));
            } else {
                dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(extent.toString()));
            }
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(dims)))
                .build();
    }

    List<String> inputs() {
        return List.copyOf(inputs);
    }

    List<ExternalWeight> weights() {
        return List.copyOf(weights.values());
    }

    ModelProto build() {
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("embeddings-laboratory")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                .setGraph(graph);
        if (usesMicrosoft) {
            model.addOpsetImport(
                    OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1));
        }
        return model.build();
    }
}
