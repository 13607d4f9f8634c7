/** This library behind the rivals' protocol; one class, nothing to add. */
@NullMarked
package io.github.embeddinglab.jmh.laboratory;

import org.jspecify.annotations.NullMarked;
