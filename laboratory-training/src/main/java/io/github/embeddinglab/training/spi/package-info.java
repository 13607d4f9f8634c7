/**
 * What a backend of training provides: tensors, scopes and optimizers. A new backend implements
 * {@link io.github.embeddinglab.training.spi.TrainingBackend} and runs the contract suite against the float64 reference.
 */
@NullMarked
package io.github.embeddinglab.training.spi;

import org.jspecify.annotations.NullMarked;
