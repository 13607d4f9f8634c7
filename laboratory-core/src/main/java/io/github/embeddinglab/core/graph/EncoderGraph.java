package io.github.embeddinglab.core.graph;

import static io.github.embeddinglab.core.graph.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.github.embeddinglab.core.graph.EncoderPlan.Layer;
import io.github.embeddinglab.core.graph.EncoderPlan.Linear;
import io.github.embeddinglab.core.graph.EncoderPlan.Mlp;
import io.github.embeddinglab.core.graph.Operators.Normalised;
import io.github.embeddinglab.core.graph.Operators.Scene;
import io.github.embeddinglab.core.model.EncoderConfig;
import java.util.List;

/** Walks an {@link EncoderPlan} and emits its steps. */
final class EncoderGraph {
    private final GraphBuilder graph;
    private final Weights weights;
    private final EncoderPlan plan;
    private final Operators operators;

    EncoderGraph(GraphBuilder graph, Weights weights, EncoderPlan plan, Dialect dialect) {
        this.graph = graph;
        this.weights = weights;
        this.plan = plan;
        this.operators = switch (dialect) {
            case FUSED -> new FusedOperators(graph, weights, plan.config());
            case STANDARD -> new StandardOperators(graph, weights, plan.config());
        };
    }

    /**
     * Emits the encoder.
     *
     * @param inputs names of the graph's inputs; token types empty where the graph has no such input
     * @param firstOnly whether the last layer is computed for the first token only
     * @return token vectors (n x t x h), or (n x 1 x h)
     */
    String emit(Inputs inputs, boolean firstOnly) {
        graph.scope("embeddings/");
        Scene scene = operators.scene(inputs.mask(), relativeBias(inputs.ids()), windowBias(inputs.ids()));
        String value = operators.embed(
                plan.embedding(),
                inputs.ids(),
                plan.positionsFromPadding() ? positions(inputs.ids()) : "",
                inputs.tokenTypes());
        String residual = value;
        int last = plan.layers().size() - 1;
        for (int i = 0; i <= last; i++) {
            graph.scope("layer." + i + "/");
            Layer layer = plan.layers().get(i);
            boolean first = firstOnly && i == last;
            String attended = operators.attend(layer.attention(), value, scene, first);
            Linear output = layer.attention().output();
            Normalised middle = operators.addNorm(
                    operators.multiply(attended, output),
                    output,
                    first ? operators.firstRow(residual) : residual,
                    layer.afterAttention(),
                    plan.preNorm());
            Mlp mlp = layer.mlp();
            Normalised end = operators.addNorm(
                    operators.multiply(inner(mlp, middle.value()), mlp.down()),
                    mlp.down(),
                    plan.preNorm() ? middle.sum() : middle.value(),
                    layer.afterMlp(),
                    plan.preNorm() && i < last);
            value = end.value();
            residual = plan.preNorm() ? end.sum() : value;
        }
        graph.scope("");
        return value;
    }

    /** Names of the graph's inputs. */
    record Inputs(String ids, String mask, String tokenTypes) {}

    private String inner(Mlp mlp, String x) {
        String active = operators.activate(
                operators.multiply(x, mlp.up()), mlp.up(), plan.config().activation());
        return mlp.gate() == null ? active : graph.node("Mul", List.of(active, operators.project(x, mlp.gate())));
    }

    /** Positions as the RoBERTa family counts them: tokens that are not padding, one by one, after the padding index. */
    private String positions(String ids) {
        String pad = graph.integer(plan.config().padTokenId());
        String real = graph.node(
                "Cast",
                List.of(graph.node("Not", List.of(graph.node("Equal", List.of(ids, pad))))),
                attribute("to", (long) TensorProto.DataType.INT64.getNumber()));
        String counted = graph.node("CumSum", List.of(real, graph.integer(1)));
        return graph.node("Add", List.of(graph.node("Mul", List.of(counted, real)), pad));
    }

    /** Bias by distance between query and key (1 x heads x t x t), empty where the encoder has none. */
    private String relativeBias(String ids) {
        EncoderConfig config = plan.config();
        if (config.relativeBuckets() == 0) {
            return "";
        }
        RelativePositions table = new RelativePositions(
                weights.floats("encoder.relative_attention_bias.weight", config.relativeBuckets(), config.heads()),
                EncoderConfig.MPNET_BUCKETS,
                config.heads(),
                config.positions());
        String rows = graph.weight("relative_bias.by_distance", table::writeTo, config.heads(), table.columns());
        String column = graph.node("Add", List.of(distances(ids), graph.integer(config.positions() - 1L)));
        String bias = graph.node("Gather", List.of(rows, column), attribute("axis", 1L));
        return graph.node("Unsqueeze", List.of(bias, graph.integers(0)));
    }

    /** Zero within the window of a local layer, masked outside it (1 x 1 x t x t); empty where no layer is local. */
    private String windowBias(String ids) {
        if (plan.layers().stream().noneMatch(layer -> layer.attention().local())) {
            return "";
        }
        long half = EncoderPlan.rotary(plan.config()).window() / 2;
        String near = graph.node(
                "LessOrEqual", List.of(graph.node("Abs", List.of(distances(ids))), graph.integer(half)));
        String bias = graph.node("Where", List.of(near, graph.scalar(0), graph.scalar(Operators.MASKED)));
        return graph.node("Unsqueeze", List.of(bias, graph.integers(0, 1)));
    }

    /** Key minus query, (t x t). */
    private String distances(String ids) {
        String t = graph.node(
                "Gather", List.of(graph.node("Shape", List.of(ids)), graph.integer(1)), attribute("axis", 0L));
        String range = graph.node("Range", List.of(graph.integer(0), t, graph.integer(1)));
        return graph.node(
                "Sub", List.of(range, graph.node("Unsqueeze", List.of(range, graph.integers(1)))));
    }
}
