package io.github.embeddinglab.core.graph;

import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.graph.GraphOptions.Output;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import io.github.embeddinglab.core.model.Tensors;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Compiles an encoder and the modules after it to an ONNX graph.
 *
 * <p>Inputs of a standard graph are {@code input_ids} and {@code attention_mask} (int64, n x t; 1 for a token, 0 for
 * padding on the right, every row with at least one token; padded places hold the padding id). A BERT in the standard
 * dialect also reads {@code token_type_ids}, which peers feed; elsewhere every token is of type 0. A fused graph reads the
 * tokens packed, without padding (all int64): {@code input_ids} (tokens), {@code slots} (n x t: the token that stands at a
 * place of the padded square, -1 for padding) and {@code places} (tokens: the place of each token in that square). A model
 * whose pooling leaves out the prompt also reads {@code pooling_mask} (int64, n x t): 1 for the tokens that are pooled.
 *
 * <p>Where the first token alone is pooled, the last layer is computed for that token only: the same numbers with less
 * work. Compiling reads only small tensors; the large ones are read when the graph is written.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class GraphCompiler {
    /** Version of the graphs that are made; a cache of compiled graphs must not mix versions. */
    public static final int VERSION = 3;

    private GraphCompiler() {}

    /**
     * Compiles a graph.
     *
     * @param config the encoder's sizes
     * @param modules what follows it, pooling first
     * @param tensors the weights; must stay open until the graph is written
     * @param options dialect and output
     * @return the graph and the plan of its weights
     * @throws InvalidModelException when a tensor is missing or of another shape than the configuration says, or the
     *     modules do not fit together
     */
    public static CompiledGraph compile(
            EncoderConfig config, List<ModelModule> modules, Tensors tensors, GraphOptions options) {
        GraphBuilder graph = new GraphBuilder();
        Weights weights = new Weights(tensors);
        EncoderPlan plan = EncoderPlan.of(config);
        EncoderInputs inputs = inputs(graph, config, options.dialect());
        EncoderGraph encoder = new EncoderGraph(graph, weights, plan, inputs);
        if (options.output() == Output.LAST_HIDDEN_STATE) {
            String tokens = encoder.emit(false);
            graph.output(tokens, options.output().tensor(), List.of("n", "t", config.hidden()));
            return new CompiledGraph(graph, options.output(), config.hidden());
        }
        if (modules.isEmpty() || !(modules.get(0) instanceof ModelModule.Pooling pooling)) {
            throw new InvalidModelException("the first module after the encoder is "
                    + (modules.isEmpty() ? "missing" : modules.get(0))
                    + ", it must be a pooling: see modules.json, or compile for the output LAST_HIDDEN_STATE");
        }
        String pooled = pooling.includePrompt() ? seen(graph, inputs) : graph.input("pooling_mask", "n", "t");
        String value = encoder.emit(pooling.includePrompt() && pooling.modes().equals(List.of(PoolingMode.CLS)));
        ModuleGraph after = new ModuleGraph(graph, weights, config.hidden());
        value = after.pool(pooling, value, pooled);
        for (ModelModule module : modules.subList(1, modules.size())) {
            value = after.module(module, value);
        }
        graph.output(value, options.output().tensor(), List.of("n", after.width()));
        return new CompiledGraph(graph, options.output(), after.width());
    }

    private static EncoderInputs inputs(GraphBuilder graph, EncoderConfig config, Dialect dialect) {
        if (dialect == Dialect.FUSED) {
            return new EncoderInputs.Packed(
                    graph.input("input_ids", "tokens"), graph.input("slots", "n", "t"), graph.input("places", "tokens"));
        }
        boolean types = config.architecture() == Architecture.BERT && config.tokenTypes() > 0;
        return new EncoderInputs.Padded(
                graph.input("input_ids", "n", "t"),
                graph.input("attention_mask", "n", "t"),
                types ? graph.input("token_type_ids", "n", "t") : "");
    }

    /** What tells tokens from padding (n x t). */
    private static String seen(GraphBuilder graph, EncoderInputs inputs) {
        return inputs instanceof EncoderInputs.Packed packed
                ? graph.node("GreaterOrEqual", List.of(packed.slots(), graph.integer(0)))
                : ((EncoderInputs.Padded) inputs).mask();
    }
}
