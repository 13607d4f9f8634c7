/** Tests of the front. */
@NullMarked
package io.github.embeddinglab.api;

import org.jspecify.annotations.NullMarked;
