/**
 * The model zoo: the registry of names and facts, the sources that bring folders, the cache of compiled graphs, and the
 * loaded models that callers lease.
 *
 * <p>To add a built-in model, add its entry to {@code models.json} beside the registry; to add a place where folders come
 * from, implement {@link io.github.embeddinglab.api.spi.ModelSource}.
 */
@NullMarked
package io.github.embeddinglab.core.zoo;

import org.jspecify.annotations.NullMarked;
