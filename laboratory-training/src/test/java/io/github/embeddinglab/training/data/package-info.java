/** Tests of training data: readers, parts, reports. */
@NullMarked
package io.github.embeddinglab.training.data;

import org.jspecify.annotations.NullMarked;
