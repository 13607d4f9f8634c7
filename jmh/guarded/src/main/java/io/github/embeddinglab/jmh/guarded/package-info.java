/**
 * Speed and quality in one build: a JMH benchmark that refuses to run where the model's scores fell below a baseline. To
 * add a benchmark, write another method; the guard is in the set-up.
 */
@NullMarked
package io.github.embeddinglab.jmh.guarded;

import org.jspecify.annotations.NullMarked;
