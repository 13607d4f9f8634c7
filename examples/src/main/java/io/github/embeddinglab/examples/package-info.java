/**
 * Programs that run: {@code Demo} behind {@code ./lab demo}, and the five lines of README. To add an example, add a class
 * with a {@code main} and name it in README.
 */
@NullMarked
package io.github.embeddinglab.examples;

import org.jspecify.annotations.NullMarked;
