/**
 * Turns a model that exists as ONNX only (one {@code .onnx} with its {@code tokenizer.json}, in a folder or in a jar on the
 * class path) into the sentence-transformers folder that everything else reads:
 * {@link io.github.embeddinglab.core.onnx.OnnxImporter}.
 *
 * <p>Nothing is taken from the names in the file. The skeleton of a post-norm encoder (normalisations, linear layers,
 * residual sums) is matched from the output backwards; what lies between (attention, activation, position numbers, padding
 * mask) is evaluated on small probes and compared with the formula that the architecture has. A graph that computes anything
 * else is refused by the name of the node.
 *
 * <p>To add an architecture, give {@code EmbeddingTables} its tables, {@code TensorNames} its names and
 * {@code AttentionProbe} its attention; to add an operator that exporters use in masks or position numbers, give it a case in
 * {@code ProbeOperators}.
 */
@NullMarked
package io.github.embeddinglab.core.onnx;

import org.jspecify.annotations.NullMarked;
