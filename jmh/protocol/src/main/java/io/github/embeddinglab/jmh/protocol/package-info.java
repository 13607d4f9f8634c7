/**
 * One set of questions for every inference engine: how many texts a second, how long one query takes, how soon the first
 * vector is there, how much memory it took, and which vectors came out.
 *
 * <p>To add an engine, make a module whose {@code main} hands an {@link io.github.embeddinglab.jmh.protocol.Engine.Opener} to
 * {@link io.github.embeddinglab.jmh.protocol.Measurement#main}, and name it in {@code benchmarks/inference.sh}. The module takes
 * nothing but the JDK from here and has no parent, so that the engine runs with the dependencies that its makers chose.
 */
@NullMarked
package io.github.embeddinglab.jmh.protocol;

import org.jspecify.annotations.NullMarked;
