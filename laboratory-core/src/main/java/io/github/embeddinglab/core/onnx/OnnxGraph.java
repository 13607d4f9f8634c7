package io.github.embeddinglab.core.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.github.embeddinglab.api.InvalidModelException;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The graph of an {@code .onnx} file, indexed by value name. The file is mapped and the parser aliases it: weights stay in the
 * page cache. Values behind {@code Identity} and inference-time {@code Dropout} are followed to what they stand for.
 */
final class OnnxGraph {
    private static final Set<String> QUANTIZED = Set.of(
            "DynamicQuantizeLinear", "MatMulInteger", "QLinearMatMul", "QuantizeLinear", "DequantizeLinear", "ConvInteger");
    private static final Set<Integer> REAL = Set.of(
            TensorProto.DataType.FLOAT_VALUE,
            TensorProto.DataType.FLOAT16_VALUE,
            TensorProto.DataType.BFLOAT16_VALUE,
            TensorProto.DataType.DOUBLE_VALUE);
    private static final Set<String> BINARY = Set.of("Add", "Sub", "Mul", "Div", "MatMul", "Gemm", "Gather");
    private static final Set<String> UNARY = Set.of("Identity", "Dropout", "Sqrt", "Transpose");
    private static final String OWN_DOMAIN = "ai.onnx";

    private final String where;
    private final GraphProto graph;
    private final OnnxTensors tensors;
    private final Map<String, Integer> producers = new HashMap<>();
    private final Map<String, TensorProto> initializers = new HashMap<>();
    private final Set<String> inputs = new HashSet<>();

    private OnnxGraph(String where, ModelProto model, @Nullable Path dataFolder) {
        this.where = where;
        this.graph = model.getGraph();
        this.tensors = new OnnxTensors(where, dataFolder);
        index();
    }

    /**
     * Reads a graph.
     *
     * @param where what errors call the file
     * @param dataFolder holds external data, null where there can be none
     */
    static OnnxGraph read(Path file, String where, @Nullable Path dataFolder) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new InvalidModelException(where + " has " + channel.size()
                        + " bytes, an ONNX file holds at most 2 GB; export it with external data");
            }
            MappedByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
            in.enableAliasing(true);
            ModelProto model = ModelProto.parseFrom(in);
            in.checkLastTagWas(0);
            if (!model.hasGraph() || model.getGraph().getNodeCount() == 0) {
                throw new InvalidModelException(where + " holds no graph; it is cut or no ONNX file, get it again");
            }
            return new OnnxGraph(where, model, dataFolder);
        } catch (InvalidProtocolBufferException e) {
            throw new InvalidModelException(where + " is no readable ONNX file (" + firstLine(e) + "); it is cut or damaged, get it again", e);
        } catch (IOException e) {
            throw new InvalidModelException(where + " cannot be read: " + e.getMessage() + "; check the path and its permissions", e);
        }
    }

    /** The reason of an error, for a message of one line. */
    static String firstLine(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message.lines().findFirst().orElse("");
    }

    private static boolean own(String domain) {
        return domain.isEmpty() || domain.equals(OWN_DOMAIN);
    }

    private void index() {
        if (graph.getSparseInitializerCount() > 0) {
            throw refused("it stores sparse weights", "export it with dense ones");
        }
        graph.getInitializerList().forEach(tensor -> initializers.put(tensor.getName(), tensor));
        for (ValueInfoProto input : graph.getInputList()) {
            if (!initializers.containsKey(input.getName())) { // old files list weights as inputs, too
                inputs.add(input.getName());
            }
        }
        Set<String> defined = new HashSet<>(inputs);
        defined.addAll(initializers.keySet());
        defined.add("");
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto node = graph.getNode(i);
            checkOperator(node);
            for (String input : node.getInputList()) {
                if (!defined.contains(input)) {
                    throw refused(label(node) + " reads \"" + input + "\", which nothing before it makes", "get the file again");
                }
            }
            for (String output : node.getOutputList()) {
                if (!output.isEmpty() && (!defined.add(output) || producers.put(output, i) != null)) {
                    throw refused("value \"" + output + "\" is made twice", "get the file again");
                }
            }
        }
    }

    private void checkOperator(NodeProto node) {
        int needed = BINARY.contains(node.getOpType()) ? 2 : UNARY.contains(node.getOpType()) ? 1 : 0;
        if (node.getInputCount() < needed || node.getOutputCount() == 0) {
            throw refused(
                    label(node) + " has " + node.getInputCount() + " inputs and " + node.getOutputCount() + " outputs",
                    "the file is damaged, get it again");
        }
        if (QUANTIZED.contains(node.getOpType()) || node.getOpType().startsWith("QLinear")) {
            throw refused(
                    "it is quantized (" + label(node) + "), and float weights cannot reproduce its vectors exactly",
                    "import the fp32 model instead (for a jar, the artifact without -q) and quantize that");
        }
        if (!own(node.getDomain())) {
            throw refused(
                    label(node) + " is of the domain " + node.getDomain() + ": the graph was optimised for one runtime",
                    "import the graph as it was exported, before optimisation");
        }
    }

    /** An error about this file: what, where, fix. */
    InvalidModelException refused(String what, String fix) {
        return new InvalidModelException(oneLine(where + ": " + what + "; " + fix));
    }

    /** Names come from the file: what would break a line or a terminal is shown as a question mark. */
    static String oneLine(String message) {
        return message.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", "?");
    }

    static String label(NodeProto node) {
        String name = node.getName().isEmpty() && node.getOutputCount() > 0 ? node.getOutput(0) : node.getName();
        return "node \"" + name + "\" (" + node.getOpType() + ")";
    }

    String where() {
        return where;
    }

    /** Names of the graph's outputs, in order. */
    List<String> outputs() {
        return graph.getOutputList().stream().map(ValueInfoProto::getName).toList();
    }

    /** Names of the graph's inputs that are no weights. */
    Set<String> inputs() {
        return inputs;
    }

    /** Follows a value through nodes that change nothing. */
    String resolve(String name) {
        String at = name;
        while (true) {
            NodeProto node = rawProducer(at);
            if (node == null || node.getInputCount() == 0) {
                return at;
            }
            boolean same = node.getOpType().equals("Identity")
                    || (node.getOpType().equals("Dropout") && node.getInputCount() < 3 && node.getOutput(0).equals(at));
            if (!same) {
                return at;
            }
            at = node.getInput(0);
        }
    }

    /** The node that makes a value; null for inputs and weights. */
    @Nullable NodeProto producer(String name) {
        return rawProducer(resolve(name));
    }

    private @Nullable NodeProto rawProducer(String name) {
        Integer index = producers.get(name);
        return index == null ? null : graph.getNode(index);
    }

    /** The node that makes a value, when it is of one of some types; else null. */
    @Nullable NodeProto producer(String name, String... types) {
        NodeProto node = producer(name);
        return node != null && List.of(types).contains(node.getOpType()) ? node : null;
    }

    NodeProto node(int index) {
        return graph.getNode(index);
    }

    /** The initializer behind a value; null when the value is computed. */
    @Nullable TensorProto initializer(String name) {
        return initializers.get(resolve(name));
    }

    /** The float weight behind a value, with one or two axes; null when it is no initializer of that many axes. */
    @Nullable Weight weight(String name, int axes) {
        TensorProto tensor = initializer(name);
        boolean real = tensor != null && tensor.getDimsCount() == axes && REAL.contains(tensor.getDataType());
        return tensor == null || !real ? null : tensors.weight(tensor);
    }

    /** The small constant tensor behind a value; null when the value is computed. */
    @Nullable Value constant(String name) {
        TensorProto tensor = initializer(name);
        if (tensor != null) {
            return tensors.value(tensor);
        }
        NodeProto node = producer(name, "Constant");
        return node == null ? null : ProbeOperators.constant(this, node);
    }

    Value value(TensorProto tensor) {
        return tensors.value(tensor);
    }

    /**
     * All nodes that a value depends on, as indexes in order of computation.
     *
     * @param stops values whose producers are left out
     * @param throughShapes whether a value that is only asked for its shape counts
     */
    SortedSet<Integer> ancestors(String name, Set<String> stops, boolean throughShapes) {
        TreeSet<Integer> found = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(name));
        while (!open.isEmpty()) {
            String at = open.pop();
            Integer index = stops.contains(at) ? null : producers.get(at);
            if (index == null || !found.add(index)) {
                continue;
            }
            NodeProto node = graph.getNode(index);
            if (throughShapes || !node.getOpType().equals("Shape")) {
                node.getInputList().forEach(open::push);
            }
        }
        return found;
    }
}
