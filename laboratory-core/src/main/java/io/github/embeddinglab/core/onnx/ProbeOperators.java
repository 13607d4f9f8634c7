package io.github.embeddinglab.core.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.github.embeddinglab.core.model.ErrorFunction;
import io.github.embeddinglab.core.onnx.Value.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The operators that exporters use around the linear layers of an encoder, as the ONNX specification defines them. */
final class ProbeOperators {
    private ProbeOperators() {}

    /** Runs one node; an input that is left out is null. */
    static Value run(OnnxGraph graph, NodeProto node, List<@Nullable Value> in) {
        String type = node.getOpType();
        return switch (type) {
            case "Constant" -> constant(graph, node);
            case "Identity", "Dropout" -> at(in, 0);
            case "Add", "Sub", "Mul", "Div", "Pow", "Mod", "Min", "Max", "And", "Or", "Equal", "Less", "Greater", "LessOrEqual",
                    "GreaterOrEqual" -> folded(type, in);
            case "Where" -> where(at(in, 0), at(in, 1), at(in, 2));
            case "Neg", "Abs", "Sign" -> ProbeArithmetic.map(at(in, 0), at(in, 0).kind(), signed(type));
            case "Sqrt", "Exp", "Log", "Erf", "Tanh", "Relu", "Sigmoid", "Reciprocal", "Floor", "Ceil", "Softplus" ->
                ProbeArithmetic.map(at(in, 0), Kind.FLOAT, continuous(type));
            case "Gelu" -> ProbeArithmetic.map(at(in, 0), Kind.FLOAT, text(node, "approximate").equals("tanh")
                    ? ProbeArithmetic::geluTanh : ProbeArithmetic::gelu);
            case "Not" -> ProbeArithmetic.map(at(in, 0), Kind.BOOLEAN, x -> x == 0 ? 1 : 0);
            case "IsNaN" -> ProbeArithmetic.map(at(in, 0), Kind.BOOLEAN, x -> Double.isNaN(x) ? 1 : 0);
            case "Clip" -> clip(at(in, 0), optional(in, 1), optional(in, 2), node);
            case "Cast" -> cast(at(in, 0), (int) integer(node, "to", 0));
            case "CastLike" -> ProbeArithmetic.map(at(in, 0), at(in, 1).kind(), x -> x);
            case "Shape" -> shape(at(in, 0), node);
            case "ConstantOfShape" -> constantOfShape(graph, node, at(in, 0));
            case "Range" -> range(at(in, 0), at(in, 1), at(in, 2));
            case "CumSum" -> ProbeShapes.cumulative(at(in, 0), (int) at(in, 1).scalar(), integer(node, "exclusive", 0) != 0);
            case "Gather" -> ProbeShapes.gather(at(in, 0), at(in, 1), (int) integer(node, "axis", 0));
            case "Unsqueeze" -> ProbeShapes.unsqueeze(at(in, 0), axes(node, in, 1));
            case "Squeeze" -> ProbeShapes.squeeze(at(in, 0), axes(node, in, 1));
            case "Slice" -> slice(node, in);
            case "Concat" -> ProbeShapes.concat(present(in), (int) integer(node, "axis", 0));
            case "Reshape" -> ProbeShapes.reshape(at(in, 0), at(in, 1).ints());
            case "Flatten" -> ProbeShapes.flatten(at(in, 0), (int) integer(node, "axis", 1));
            case "Expand" -> ProbeShapes.expand(at(in, 0), at(in, 1).ints());
            case "Transpose" -> ProbeShapes.transpose(at(in, 0), integers(node, "perm"));
            case "MatMul" -> ProbeArithmetic.matmul(at(in, 0), at(in, 1));
            case "Softmax" -> ProbeArithmetic.softmax(at(in, 0), (int) integer(node, "axis", -1));
            case "ReduceMean", "ReduceSum", "ReduceMax", "ReduceL2" -> ProbeArithmetic.reduce(
                    at(in, 0), type, axes(node, in, 1), integer(node, "keepdims", 1) != 0);
            default -> throw new IllegalArgumentException("the operator " + type + " is not known there");
        };
    }

    /** The value of a {@code Constant} node. */
    static Value constant(OnnxGraph graph, NodeProto node) {
        for (AttributeProto attribute : node.getAttributeList()) {
            switch (attribute.getName()) {
                case "value" -> {
                    return graph.value(attribute.getT());
                }
                case "value_float" -> {
                    return Value.floats(new double[] {attribute.getF()});
                }
                case "value_int" -> {
                    return Value.integers(new double[] {attribute.getI()});
                }
                case "value_ints" -> {
                    double[] data = attribute.getIntsList().stream().mapToDouble(Long::doubleValue).toArray();
                    return Value.integers(data, data.length);
                }
                default -> {}
            }
        }
        throw graph.refused(OnnxGraph.label(node) + " has no number", "the file is damaged, get it again");
    }

    static long integer(NodeProto node, String name, long otherwise) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals(name)) {
                return attribute.getI();
            }
        }
        return otherwise;
    }

    static float real(NodeProto node, String name, float otherwise) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals(name)) {
                return attribute.getF();
            }
        }
        return otherwise;
    }

    private static String text(NodeProto node, String name) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals(name)) {
                return attribute.getS().toStringUtf8();
            }
        }
        return "";
    }

    static int @Nullable [] integers(NodeProto node, String name) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals(name)) {
                return attribute.getIntsList().stream().mapToInt(Math::toIntExact).toArray();
            }
        }
        return null;
    }

    /** Axes are an attribute in old operator sets and an input in new ones; null means all. */
    private static int @Nullable [] axes(NodeProto node, List<@Nullable Value> in, int input) {
        int[] attribute = integers(node, "axes");
        Value value = optional(in, input);
        return attribute != null || value == null ? attribute : value.ints();
    }

    private static Value at(List<@Nullable Value> in, int index) {
        Value value = optional(in, index);
        if (value == null) {
            throw new IllegalArgumentException("input " + index + " is missing");
        }
        return value;
    }

    private static @Nullable Value optional(List<@Nullable Value> in, int index) {
        return index < in.size() ? in.get(index) : null;
    }

    private static List<Value> present(List<@Nullable Value> in) {
        List<Value> out = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            out.add(at(in, i));
        }
        return out;
    }

    private static Value folded(String type, List<@Nullable Value> in) {
        Value out = at(in, 0);
        for (int i = 1; i < in.size(); i++) {
            out = ProbeArithmetic.binary(type, out, at(in, i));
        }
        return out;
    }

    private static Value where(Value condition, Value yes, Value no) {
        Value shape = ProbeArithmetic.broadcast(
                ProbeArithmetic.broadcast(condition, yes, Kind.BOOLEAN, (c, y) -> 0), no, Kind.BOOLEAN, (c, n) -> 0);
        Value flags = ProbeShapes.expand(condition, shape.dims());
        Value ifTrue = ProbeShapes.expand(yes, shape.dims());
        Value ifFalse = ProbeShapes.expand(no, shape.dims());
        double[] out = new double[flags.data().length];
        for (int i = 0; i < out.length; i++) {
            out[i] = flags.data()[i] != 0 ? ifTrue.data()[i] : ifFalse.data()[i];
        }
        return new Value(shape.dims(), out, yes.kind());
    }

    private static DoubleUnaryOperator signed(String type) {
        return switch (type) {
            case "Neg" -> x -> -x;
            case "Abs" -> Math::abs;
            default -> Math::signum;
        };
    }

    private static DoubleUnaryOperator continuous(String type) {
        return switch (type) {
            case "Sqrt" -> Math::sqrt;
            case "Exp" -> Math::exp;
            case "Log" -> Math::log;
            case "Erf" -> ErrorFunction::of;
            case "Tanh" -> Math::tanh;
            case "Relu" -> x -> Math.max(x, 0);
            case "Sigmoid" -> x -> 1 / (1 + Math.exp(-x));
            case "Reciprocal" -> x -> 1 / x;
            case "Floor" -> Math::floor;
            case "Ceil" -> Math::ceil;
            default -> x -> Math.log1p(Math.exp(x));
        };
    }

    private static Value clip(Value x, @Nullable Value low, @Nullable Value high, NodeProto node) {
        double least = low != null ? low.scalar() : real(node, "min", Float.NEGATIVE_INFINITY);
        double most = high != null ? high.scalar() : real(node, "max", Float.POSITIVE_INFINITY);
        return ProbeArithmetic.map(x, x.kind(), v -> Math.min(Math.max(v, least), most));
    }

    private static Value cast(Value x, int to) {
        return switch (to) {
            case 1, 11 -> ProbeArithmetic.map(x, Kind.FLOAT, v -> v);
            case 6, 7 -> ProbeArithmetic.map(x, Kind.INTEGER, v -> v < 0 ? Math.ceil(v) : Math.floor(v));
            case 9 -> ProbeArithmetic.map(x, Kind.BOOLEAN, v -> v != 0 ? 1 : 0);
            default -> throw new IllegalArgumentException("a cast to the type number " + to + " is not known there");
        };
    }

    private static Value shape(Value x, NodeProto node) {
        int rank = x.rank();
        int start = clampAxis(integer(node, "start", 0), rank);
        int end = clampAxis(integer(node, "end", rank), rank);
        int[] dims = Arrays.copyOfRange(x.dims(), start, Math.max(start, end));
        return Value.integers(Arrays.stream(dims).asDoubleStream().toArray(), dims.length);
    }

    private static int clampAxis(long axis, int rank) {
        return (int) Math.max(0, Math.min(rank, axis < 0 ? axis + rank : axis));
    }

    private static Value constantOfShape(OnnxGraph graph, NodeProto node, Value shape) {
        int[] dims = shape.ints();
        double[] out = new double[Value.size(dims)];
        Value fill = node.getAttributeCount() > 0 ? constant(graph, node) : Value.floats(new double[1]);
        Arrays.fill(out, fill.data()[0]);
        return new Value(dims, out, fill.kind());
    }

    private static Value range(Value start, Value limit, Value delta) {
        double count = Math.max(0, Math.ceil((limit.scalar() - start.scalar()) / delta.scalar()));
        int n = Value.size((int) Math.min(count, Integer.MAX_VALUE));
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = start.scalar() + i * delta.scalar();
        }
        return new Value(new int[] {n}, out, start.kind());
    }

    private static Value slice(NodeProto node, List<@Nullable Value> in) {
        int[] starts = in.size() > 1 ? at(in, 1).ints() : integers(node, "starts");
        int[] ends = in.size() > 2 ? at(in, 2).ints() : integers(node, "ends");
        if (starts == null || ends == null) {
            throw new IllegalArgumentException("the slice has no bounds");
        }
        Value steps = optional(in, 4);
        return ProbeShapes.slice(at(in, 0), starts, ends, axes(node, in, 3), steps == null ? null : steps.ints());
    }
}
