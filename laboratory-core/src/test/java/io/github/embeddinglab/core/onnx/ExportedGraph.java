package io.github.embeddinglab.core.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.EncoderConfig.Activation;
import io.github.embeddinglab.core.model.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Writes an encoder as torch's exporter does, in two generations: the older one decomposes normalisations, divides scores and
 * adds a mask; the newer one has one node for a normalisation, scales query and key by a root taken from a shape, and masks by
 * {@code Where}. Weights lose their names either way.
 */
final class ExportedGraph {
    private final EncoderConfig config;
    private final Tensors tensors;
    private final boolean newer;
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("torch_jit");
    private final TensorNames names;
    private int count;

    private ExportedGraph(EncoderConfig config, Tensors tensors, boolean newer) {
        this.config = config;
        this.tensors = tensors;
        this.newer = newer;
        this.names = TensorNames.of(config.architecture());
    }

    /** The whole model. */
    static ModelProto of(EncoderConfig config, Tensors tensors, boolean newer) {
        ExportedGraph graph = new ExportedGraph(config, tensors, newer);
        graph.build();
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .setProducerName("pytorch")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(newer ? 17 : 12))
                .setGraph(graph.graph)
                .build();
    }

    private void build() {
        input("input_ids");
        input("attention_mask");
        if (config.tokenTypes() > 0) {
            input("token_type_ids");
        }
        String x = embeddings();
        String mask = mask();
        String bias = config.relativeBuckets() > 0 ? positionBias() : "";
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = names.layers() + layer + ".";
            String attended = linear(attention(x, prefix, mask, bias), prefix + names.mix());
            String middle = norm(node("Add", List.of(attended, x)), prefix + names.attentionNorm());
            String wide = activation(linear(middle, prefix + names.first()));
            String sum = node("Add", List.of(linear(wide, prefix + names.second()), middle));
            x = norm(sum, prefix + names.norm());
        }
        graph.addNode(NodeProto.newBuilder().setOpType("Identity").addInput(x).addOutput("last_hidden_state"));
        graph.addOutput(value("last_hidden_state", TensorProto.DataType.FLOAT_VALUE, 3));
    }

    private String embeddings() {
        String words = node("Gather", List.of(weight("embeddings.word_embeddings.weight"), "input_ids"));
        String positions = node("Gather", List.of(weight("embeddings.position_embeddings.weight"), positionIds()));
        if (config.tokenTypes() > 0) {
            String types = node("Gather", List.of(weight("embeddings.token_type_embeddings.weight"), "token_type_ids"));
            words = node("Add", List.of(words, types));
        }
        return norm(node("Add", List.of(words, positions)), "embeddings.LayerNorm");
    }

    private String positionIds() {
        if (config.architecture() == Architecture.BERT || config.architecture() == Architecture.DISTILBERT) {
            double[] ids = new double[config.positions()];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = i;
            }
            String all = longs("position_ids", ids, 1, ids.length);
            String length = unsqueeze(dim("input_ids", 1), 0);
            return node("Slice", List.of(all, longs(0), length, longs(1), longs(1)));
        }
        String real = node("Not", List.of(node("Equal", List.of("input_ids", scalar(config.padTokenId())))));
        String ones = node("Cast", List.of(real), integer("to", TensorProto.DataType.INT32_VALUE));
        String summed = node("CumSum", List.of(ones, scalar(1)));
        String kept = node("Cast", List.of(node("Mul", List.of(summed, ones))), integer("to", TensorProto.DataType.INT64_VALUE));
        return node("Add", List.of(kept, scalar(config.padTokenId())));
    }

    private String mask() {
        String wide = unsqueeze(unsqueeze("attention_mask", 1), 2);
        if (config.architecture() == Architecture.DISTILBERT) {
            return node("Equal", List.of(wide, scalar(0)));
        }
        if (newer) {
            String keep = node("Cast", List.of(wide), integer("to", TensorProto.DataType.BOOL_VALUE));
            return node("Where", List.of(keep, real(0), real(-Float.MAX_VALUE)));
        }
        String kept = node("Cast", List.of(wide), integer("to", TensorProto.DataType.FLOAT_VALUE));
        return node("Mul", List.of(node("Sub", List.of(real(1), kept)), real(-Float.MAX_VALUE)));
    }

    private String attention(String x, String prefix, String mask, String bias) {
        String q = split(linear(x, prefix + names.query()), 0, 2, 1, 3);
        String k = split(linear(x, prefix + names.key()), 0, 2, 3, 1);
        String v = split(linear(x, prefix + names.value()), 0, 2, 1, 3);
        String scores;
        if (newer) {
            String size = node("Slice", List.of(node("Shape", List.of(q)), longs(-1), longs(Long.MAX_VALUE)));
            String root = node("Sqrt", List.of(node("Cast", List.of(size), integer("to", TensorProto.DataType.FLOAT_VALUE))));
            String half = node("Sqrt", List.of(node("Div", List.of(real(1), root))));
            scores = node("MatMul", List.of(node("Mul", List.of(q, half)), node("Mul", List.of(k, half))));
        } else if (config.architecture() == Architecture.DISTILBERT) {
            scores = node("MatMul", List.of(node("Div", List.of(q, real((float) Math.sqrt(config.headSize())))), k));
        } else {
            scores = node("Div", List.of(node("MatMul", List.of(q, k)), real((float) Math.sqrt(config.headSize()))));
        }
        if (!bias.isEmpty()) {
            scores = node("Add", List.of(scores, bias));
        }
        if (config.architecture() == Architecture.DISTILBERT) {
            String wide = node("Expand", List.of(mask, node("Shape", List.of(scores))));
            scores = node("Where", List.of(wide, real(-Float.MAX_VALUE), scores));
        } else {
            scores = node("Add", List.of(scores, mask));
        }
        String weights = node("Softmax", List.of(scores), integer("axis", newer ? -1 : 3));
        String mixed = node("Transpose", List.of(node("MatMul", List.of(weights, v))), integers("perm", 0, 2, 1, 3));
        return node("Reshape", List.of(mixed, longs(0, 0, config.hidden())));
    }

    private String split(String x, long... perm) {
        String shape = newer
                ? longs(0, 0, config.heads(), config.headSize())
                : node(
                        "Concat",
                        List.of(unsqueeze(dim(x, 0), 0), unsqueeze(dim(x, 1), 0), longs(config.heads()), longs(config.headSize())),
                        integer("axis", 0));
        return node("Transpose", List.of(node("Reshape", List.of(x, shape))), integers("perm", perm));
    }

    private String positionBias() {
        int half = config.relativeBuckets() / 2;
        int exact = half / 2;
        String range = node("Range", List.of(scalar(0), dim("input_ids", 1), scalar(1)));
        String n = node("Neg", List.of(node("Sub", List.of(unsqueeze(range, 0), unsqueeze(range, 1)))));
        String after = node("Cast", List.of(node("Less", List.of(n, scalar(0)))), integer("to", TensorProto.DataType.INT64_VALUE));
        String direction = node("Mul", List.of(after, scalar(half)));
        String distance = node("Abs", List.of(n));
        String float32 = node("Cast", List.of(distance), integer("to", TensorProto.DataType.FLOAT_VALUE));
        String log = node("Log", List.of(node("Div", List.of(float32, real(exact)))));
        String scaled = node("Mul", List.of(
                node("Div", List.of(log, real((float) Math.log(128.0 / exact)))), real(half - exact)));
        String whole = node("Cast", List.of(scaled), integer("to", TensorProto.DataType.INT64_VALUE));
        String far = node("Min", List.of(node("Add", List.of(whole, scalar(exact))), scalar(half - 1)));
        String bucket = node("Where", List.of(node("Less", List.of(distance, scalar(exact))), distance, far));
        String rows = node(
                "Gather", List.of(weight("encoder.relative_attention_bias.weight"), node("Add", List.of(direction, bucket))));
        return unsqueeze(node("Transpose", List.of(rows), integers("perm", 2, 0, 1)), 0);
    }

    private String activation(String x) {
        if (config.activation() == Activation.RELU) {
            return node("Relu", List.of(x));
        }
        if (config.activation() == Activation.GELU_TANH) {
            String cube = node("Mul", List.of(node("Pow", List.of(x, real(3))), real(0.044715f)));
            String inner = node("Mul", List.of(node("Add", List.of(x, cube)), real((float) Math.sqrt(2 / Math.PI))));
            String one = node("Add", List.of(node("Tanh", List.of(inner)), real(1)));
            return node("Mul", List.of(node("Mul", List.of(x, real(0.5f))), one));
        }
        String erf = node("Erf", List.of(node("Div", List.of(x, real((float) Math.sqrt(2))))));
        return node("Mul", List.of(node("Mul", List.of(x, node("Add", List.of(erf, real(1))))), real(0.5f)));
    }

    private String linear(String x, String name) {
        float[] values = tensors.floats(name + ".weight");
        int out = (int) tensors.tensor(name + ".weight").shape()[0];
        int in = values.length / out;
        ByteBuffer turned = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int c = 0; c < in; c++) {
            for (int r = 0; r < out; r++) {
                turned.putFloat(values[r * in + c]);
            }
        }
        String matrix = tensor("onnx::MatMul_" + count++, turned.flip(), in, out);
        return node("Add", List.of(weight(name + ".bias"), node("MatMul", List.of(x, matrix))));
    }

    private String norm(String x, String name) {
        String weight = weight(name + ".weight");
        String bias = weight(name + ".bias");
        if (newer) {
            AttributeProto epsilon = AttributeProto.newBuilder()
                    .setName("epsilon").setType(AttributeProto.AttributeType.FLOAT).setF(config.normEpsilon()).build();
            return node("LayerNormalization", List.of(x, weight, bias), integer("axis", -1), epsilon);
        }
        String centred = node("Sub", List.of(x, node("ReduceMean", List.of(x), integers("axes", -1))));
        String variance = node("ReduceMean", List.of(node("Pow", List.of(centred, real(2)))), integers("axes", -1));
        String root = node("Sqrt", List.of(node("Add", List.of(variance, real(config.normEpsilon())))));
        return node("Add", List.of(node("Mul", List.of(node("Div", List.of(centred, root)), weight)), bias));
    }

    private String dim(String x, int axis) {
        return node("Gather", List.of(node("Shape", List.of(x)), scalar(axis)), integer("axis", 0));
    }

    private String unsqueeze(String x, int axis) {
        return newer ? node("Unsqueeze", List.of(x, longs(axis))) : node("Unsqueeze", List.of(x), integers("axes", axis));
    }

    private String weight(String name) {
        boolean there = graph.getInitializerList().stream().anyMatch(t -> t.getName().equals(name));
        return there ? name : tensor(name, tensors.tensor(name).data().duplicate(), tensors.tensor(name).shape());
    }

    private String tensor(String name, ByteBuffer data, long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name).setDataType(TensorProto.DataType.FLOAT_VALUE).setRawData(ByteString.copyFrom(data));
        for (long extent : shape) {
            tensor.addDims(extent);
        }
        graph.addInitializer(tensor);
        return name;
    }

    private String longs(String name, double[] values, long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.INT64_VALUE);
        for (double v : values) {
            tensor.addInt64Data((long) v);
        }
        for (long extent : shape) {
            tensor.addDims(extent);
        }
        graph.addInitializer(tensor);
        return name;
    }

    private String constant(TensorProto tensor) {
        return node("Constant", List.of(), AttributeProto.newBuilder()
                .setName("value").setType(AttributeProto.AttributeType.TENSOR).setT(tensor).build());
    }

    private String longs(long... values) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setDataType(TensorProto.DataType.INT64_VALUE).addDims(values.length);
        for (long v : values) {
            tensor.addInt64Data(v);
        }
        return constant(tensor.build());
    }

    private String scalar(long value) {
        return constant(TensorProto.newBuilder().setDataType(TensorProto.DataType.INT64_VALUE).addInt64Data(value).build());
    }

    private String real(float value) {
        return constant(TensorProto.newBuilder().setDataType(TensorProto.DataType.FLOAT_VALUE).addFloatData(value).build());
    }

    private String node(String type, List<String> inputs, AttributeProto... attributes) {
        String name = String.format(Locale.ROOT, "/%s_%d", type, count++);
        graph.addNode(NodeProto.newBuilder()
                .setName(name).setOpType(type).addAllInput(inputs).addOutput(name + "_output_0").addAllAttribute(List.of(attributes)));
        return name + "_output_0";
    }

    private static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INT).setI(value).build();
    }

    private static AttributeProto integers(String name, long... values) {
        List<Long> list = new ArrayList<>();
        for (long v : values) {
            list.add(v);
        }
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS).addAllInts(list).build();
    }

    private void input(String name) {
        graph.addInput(value(name, TensorProto.DataType.INT64_VALUE, 2));
    }

    private static ValueInfoProto value(String name, int type, int rank) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (int i = 0; i < rank; i++) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(name + i));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape)))
                .build();
    }
}
