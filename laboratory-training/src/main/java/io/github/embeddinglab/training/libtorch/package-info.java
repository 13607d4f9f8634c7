/**
 * The backend on libtorch, single precision. Native memory is owned by scopes (everything made in a step) and by the backend
 * (parameters, optimizer state).
 */
@NullMarked
package io.github.embeddinglab.training.libtorch;

import org.jspecify.annotations.NullMarked;
