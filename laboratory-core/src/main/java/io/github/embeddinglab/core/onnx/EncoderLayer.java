package io.github.embeddinglab.core.onnx;

import java.util.List;

/**
 * One post-norm layer, matched from its output backwards: output = norm(second(activation(first(middle))) + middle), middle =
 * norm(mix(attention(three projections of input)) + input).
 *
 * @param input value that the layer reads
 * @param projections query, key and value in an order still unknown
 * @param mix output projection of the attention
 * @param attentionNorm gives the middle
 * @param first to the intermediate width
 * @param second back
 * @param norm gives the output
 */
record EncoderLayer(
        String input, List<Linear> projections, Linear mix, Norm attentionNorm, Linear first, Linear second, Norm norm) {}
