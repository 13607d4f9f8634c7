/**
 * The differentiable {@link io.github.embeddinglab.training.Tensor} that losses and encoders are written on, and values that
 * go with it. A new operation is added to the interface, to both backends and to the contract suite that compares them.
 */
@NullMarked
package io.github.embeddinglab.training;

import org.jspecify.annotations.NullMarked;
