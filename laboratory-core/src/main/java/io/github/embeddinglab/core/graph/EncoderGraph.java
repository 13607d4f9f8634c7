package io.github.embeddinglab.core.graph;

import static io.github.embeddinglab.core.graph.GraphBuilder.attribute;

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

    EncoderGraph(GraphBuilder graph, Weights weights, EncoderPlan plan, EncoderInputs inputs) {
        this.graph = graph;
        this.weights = weights;
        this.plan = plan;
        if (inputs instanceof EncoderInputs.Packed packed) {
            this.operators = new FusedOperators(graph, weights, plan.config(), packed);
        } else {
            this.operators = new StandardOperators(graph, weights, plan.config(), (EncoderInputs.Padded) inputs);
        }
    }

    /**
     * Emits the encoder.
     *
     * @param firstOnly whether the last layer is computed for the first token only
     * @return token vectors (n x t x h), or (n x 1 x h)
     */
    String emit(boolean firstOnly) {
        graph.scope("embeddings/");
        Scene scene = operators.scene(relativeBias(), windowBias());
        String value = operators.embed(plan.embedding(), plan.positionsFromPadding());
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
        return firstOnly ? value : operators.square(value);
    }

    private String inner(Mlp mlp, String x) {
        String active = operators.activate(
                operators.multiply(x, mlp.up()), mlp.up(), plan.config().activation());
        return mlp.gate() == null ? active : graph.node("Mul", List.of(active, operators.project(x, mlp.gate())));
    }

    /** Bias by distance between query and key (1 x heads x t x t), empty where the encoder has none. */
    private String relativeBias() {
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
        String column = graph.node("Add", List.of(distances(), graph.integer(config.positions() - 1L)));
        String bias = graph.node("Gather", List.of(rows, column), attribute("axis", 1L));
        return graph.node("Unsqueeze", List.of(bias, graph.integers(0)));
    }

    /** Zero within the window of a local layer, masked outside it (1 x 1 x t x t); empty where no layer is local. */
    private String windowBias() {
        if (plan.layers().stream().noneMatch(layer -> layer.attention().local())) {
            return "";
        }
        long half = EncoderPlan.rotary(plan.config()).window() / 2;
        String near = graph.node(
                "LessOrEqual", List.of(graph.node("Abs", List.of(distances())), graph.integer(half)));
        String bias = graph.node("Where", List.of(near, graph.scalar(0), graph.scalar(Operators.MASKED)));
        return graph.node("Unsqueeze", List.of(bias, graph.integers(0, 1)));
    }

    /** Key minus query, (t x t). */
    private String distances() {
        String t = operators.longest();
        String range = graph.node("Range", List.of(graph.integer(0), t, graph.integer(1)));
        return graph.node(
                "Sub", List.of(range, graph.node("Unsqueeze", List.of(range, graph.integers(1)))));
    }
}
