/** Tests of discovery. */
@NullMarked
package io.github.embeddinglab.api.spi;

import org.jspecify.annotations.NullMarked;
