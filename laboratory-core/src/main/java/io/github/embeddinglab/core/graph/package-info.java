/**
 * The graph compiler: an encoder and the modules after it become an ONNX graph. One description of the encoder
 * ({@code EncoderPlan}) is walked once ({@code EncoderGraph}); a dialect decides which operators say it
 * ({@code FusedOperators}, {@code StandardOperators}). Weights stay outside the graph: they are rewritten while they
 * stream into one file beside it.
 *
 * <p>To add an architecture, give {@code EncoderPlan} its tensor names and order of steps; to add a module after the
 * encoder, teach {@code ModuleGraph}.
 */
@NullMarked
package io.github.embeddinglab.core.graph;

import org.jspecify.annotations.NullMarked;
