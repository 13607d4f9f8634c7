/**
 * Vectors as codes: int8 and packed bits, in memory and streamed to a file, with what they cost.
 *
 * <p>The arithmetic is {@code laboratory-vectors}'; here it meets the front's types. To add a codec, give
 * {@link io.github.embeddinglab.api.Codec.Form} a constant and {@code RowCoder} a branch, and measure it by
 * {@code CostMeter} as the others.
 */
@NullMarked
package io.github.embeddinglab.core.encoding;

import org.jspecify.annotations.NullMarked;
