/** Tests. */
@NullMarked
package io.github.embeddinglab.evaluation.calibration;

import org.jspecify.annotations.NullMarked;
