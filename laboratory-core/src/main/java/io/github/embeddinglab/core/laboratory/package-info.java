/**
 * The wiring: settings from the builder, files and the environment become one laboratory with its budget, zoo and rooms.
 */
@NullMarked
package io.github.embeddinglab.core.laboratory;

import org.jspecify.annotations.NullMarked;
