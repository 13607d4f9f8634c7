/**
 * Forms in which a model leaves the laboratory: an ONNX graph for any runtime, a folder, a Maven artifact. To add a form,
 * add it to {@link io.github.embeddinglab.api.Export} and write it in {@code Exporter}.
 */
@NullMarked
package io.github.embeddinglab.core.export;

import org.jspecify.annotations.NullMarked;
