/** Tests of the ONNX import. */
@NullMarked
package io.github.embeddinglab.core.onnx;

import org.jspecify.annotations.NullMarked;
