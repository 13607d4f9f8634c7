/**
 * The room of evaluation and benchmarks. Metrics, statistics, data and tasks have packages of their own; this one only
 * wires them to a laboratory.
 */
@NullMarked
package io.github.embeddinglab.evaluation;

import org.jspecify.annotations.NullMarked;
