/**
 * The {@code lab} command. Each verb is one class with its options; {@code Lab} maps errors to exit codes and one line.
 * To add a verb, write its class, give it {@code CommonOptions}, and list it in {@code Lab}.
 */
@NullMarked
package io.github.embeddinglab.cli;

import org.jspecify.annotations.NullMarked;
