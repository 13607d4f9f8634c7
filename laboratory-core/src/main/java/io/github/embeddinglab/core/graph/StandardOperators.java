package io.github.embeddinglab.core.graph;

import static io.github.embeddinglab.core.graph.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.github.embeddinglab.core.graph.EncoderPlan.Attention;
import io.github.embeddinglab.core.graph.EncoderPlan.Embedding;
import io.github.embeddinglab.core.graph.EncoderPlan.Linear;
import io.github.embeddinglab.core.graph.EncoderPlan.Norm;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.EncoderConfig.Activation;
import java.util.List;

/** The steps in operators of the ONNX standard. */
final class StandardOperators extends Operators {

    private final EncoderInputs.Padded inputs;

    StandardOperators(GraphBuilder graph, Weights weights, EncoderConfig config, EncoderInputs.Padded inputs) {
        super(graph, weights, config);
        this.inputs = inputs;
    }

    @Override
    Scene scene(String relative, String window) {
        // 0 where a token is seen, MASKED where it is not: (n x 1 x 1 x t)
        String seen = graph.node(
                "Cast",
                List.of(graph.node("Unsqueeze", List.of(inputs.mask(), graph.integers(1, 2)))),
                attribute("to", (long) TensorProto.DataType.FLOAT.getNumber()));
        String padding = graph.node(
                "Mul", List.of(graph.node("Sub", List.of(graph.scalar(1), seen)), graph.scalar(MASKED)));
        String global = relative.isEmpty() ? padding : graph.node("Add", List.of(padding, relative));
        String local = window.isEmpty() ? "" : graph.node("Add", List.of(padding, window));
        return new Scene("", global, local);
    }

    @Override
    String embed(Embedding embedding, boolean positionsFromPadding) {
        String ids = inputs.ids();
        String tokenTypes = inputs.tokenTypes();
        String sum = graph.node("Gather", List.of(wordTable(embedding), ids));
        if (!embedding.positions().isEmpty()) {
            String table = positionTable(embedding, tokenTypes.isEmpty());
            String rows;
            if (!positionsFromPadding) {
                String t = graph.node("Shape", List.of(ids), attribute("start", 1L), attribute("end", 2L));
                rows = graph.node("Slice", List.of(table, graph.integers(0), t, graph.integers(0)));
            } else {
                rows = graph.node("Gather", List.of(table, positionsFromPadding(ids)));
            }
            sum = graph.node("Add", List.of(sum, rows));
        }
        if (!tokenTypes.isEmpty()) {
            String types = embedding.tokenTypes();
            String table = graph.weight(
                    types,
                    weights.stored(types, config.tokenTypes(), config.hidden()),
                    config.tokenTypes(),
                    config.hidden());
            sum = graph.node("Add", List.of(sum, graph.node("Gather", List.of(table, tokenTypes))));
        }
        return normalise(sum, embedding.norm());
    }

    @Override
    String longest() {
        return columns(inputs.ids());
    }

    @Override
    String square(String x) {
        return x;
    }

    @Override
    String firstRow(String x) {
        return slice(x, 1, 0, 1);
    }

    @Override
    String attend(Attention attention, String x, Scene scene, boolean first) {
        boolean local = attention.local();
        String query = heads(project(first ? firstRow(x) : x, attention.query()));
        String key = heads(project(x, attention.key()));
        String value = heads(project(x, attention.value()));
        if (config.rotary() != null) {
            query = first ? query : rotate(query, local); // position 0 is not turned
            key = rotate(key, local);
        }
        String scaled = graph.node(
                "Mul", List.of(query, graph.scalar((float) (1 / Math.sqrt(config.headSize())))));
        String scores = graph.node(
                "MatMul",
                List.of(scaled, graph.node("Transpose", List.of(key), attribute("perm", new long[] {0, 1, 3, 2}))));
        String bias = local ? scene.local() : scene.global();
        boolean perQuery = local || config.relativeBuckets() > 0;
        String masked = graph.node("Add", List.of(scores, first && perQuery ? slice(bias, 2, 0, 1) : bias));
        String shares = graph.node("Softmax", List.of(masked), attribute("axis", -1L));
        String merged = graph.node(
                "Transpose",
                List.of(graph.node("MatMul", List.of(shares, value))),
                attribute("perm", new long[] {0, 2, 1, 3}));
        return graph.node("Reshape", List.of(merged, graph.integers(0, 0, config.hidden())));
    }

    /** (n x t x h) to (n x heads x t x head size). */
    private String heads(String x) {
        String split = graph.node(
                "Reshape", List.of(x, graph.integers(0, 0, config.heads(), config.headSize())));
        return graph.node("Transpose", List.of(split), attribute("perm", new long[] {0, 2, 1, 3}));
    }

    private String rotate(String x, boolean local) {
        List<String> tables = rotaryTables(local);
        String t = graph.node("Shape", List.of(x), attribute("start", 2L), attribute("end", 3L));
        String cos = graph.node("Slice", List.of(tables.get(0), graph.integers(0), t, graph.integers(0)));
        String sin = graph.node("Slice", List.of(tables.get(1), graph.integers(0), t, graph.integers(0)));
        int half = config.headSize() / 2;
        String left = slice(x, 3, 0, half);
        String right = slice(x, 3, half, config.headSize());
        String turnedLeft = graph.node(
                "Sub",
                List.of(graph.node("Mul", List.of(left, cos)), graph.node("Mul", List.of(right, sin))));
        String turnedRight = graph.node(
                "Add",
                List.of(graph.node("Mul", List.of(right, cos)), graph.node("Mul", List.of(left, sin))));
        return graph.node("Concat", List.of(turnedLeft, turnedRight), attribute("axis", -1L));
    }

    @Override
    Normalised addNorm(String x, Linear linear, String residual, Norm norm, boolean keepSum) {
        String sum = graph.node("Add", List.of(addBias(x, linear), residual));
        return new Normalised(normalise(sum, norm), keepSum ? sum : "");
    }

    @Override
    String activate(String x, Linear linear, Activation activation) {
        String biased = addBias(x, linear);
        return switch (activation) {
            case GELU -> gelu(graph, biased);
            case GELU_TANH -> geluTanh(biased);
            default -> rare(biased, activation);
        };
    }

    /** x (1 + erf(x / sqrt 2)) / 2. */
    static String gelu(GraphBuilder graph, String x) {
        String erf = graph.node(
                "Erf", List.of(graph.node("Div", List.of(x, graph.scalar((float) Math.sqrt(2))))));
        String grown = graph.node("Mul", List.of(x, graph.node("Add", List.of(erf, graph.scalar(1)))));
        return graph.node("Mul", List.of(grown, graph.scalar(0.5f)));
    }

    /** x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. */
    private String geluTanh(String x) {
        String square = graph.node("Mul", List.of(x, x));
        String cube = graph.node("Mul", List.of(square, x));
        String inner = graph.node(
                "Add", List.of(x, graph.node("Mul", List.of(cube, graph.scalar(0.044715f)))));
        String tanh = graph.node(
                "Tanh", List.of(graph.node("Mul", List.of(inner, graph.scalar((float) Math.sqrt(2 / Math.PI))))));
        String grown = graph.node("Mul", List.of(x, graph.node("Add", List.of(tanh, graph.scalar(1)))));
        return graph.node("Mul", List.of(grown, graph.scalar(0.5f)));
    }
}
