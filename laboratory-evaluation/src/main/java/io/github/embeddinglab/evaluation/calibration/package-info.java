/** From a model's scores to the probability that a hit is relevant. To add a method, hold it to held-out data. */
@NullMarked
package io.github.embeddinglab.evaluation.calibration;

import org.jspecify.annotations.NullMarked;
