/**
 * The arithmetic of vectors, for every other room: dot products and distances, exact search, codes.
 *
 * <p>{@link io.github.embeddinglab.vectors.VectorKernels#current()} chooses once between the Vector API and plain Java.
 * {@link io.github.embeddinglab.vectors.ExactSearch} and {@link io.github.embeddinglab.vectors.MatrixProduct} run on
 * {@link io.github.embeddinglab.vectors.FloatMatrix}; {@link io.github.embeddinglab.vectors.Int8Codec} and
 * {@link io.github.embeddinglab.vectors.BinaryCodec} turn rows into bytes.
 *
 * <p>To add an operation, declare it in {@link io.github.embeddinglab.vectors.VectorKernel}, write it for both kernels
 * and let {@code VectorKernelTest} compare them. To add a codec, make an immutable class with {@code encode} on a
 * matrix and check it against values computed elsewhere.
 */
@NullMarked
package io.github.embeddinglab.vectors;

import org.jspecify.annotations.NullMarked;
