/**
 * JSON as trees, read without data binding: binding loads some 500 classes, which cost a fresh JVM up to half a second before its first vector (see
 * {@code docs/measurements/inference.md}). What is read on the way to a first vector comes through
 * {@link io.github.embeddinglab.core.json.JsonTrees}; writing, which can wait, may bind.
 */
@NullMarked
package io.github.embeddinglab.core.json;

import org.jspecify.annotations.NullMarked;
