/** Whether evaluation texts were seen in training. To add a way of being alike, give it a name and a false-alarm figure. */
@NullMarked
package io.github.embeddinglab.evaluation.leakage;

import org.jspecify.annotations.NullMarked;
