/** The float64 reference backend, and the suites that compare backends with it and with other oracles. */
@NullMarked
package io.github.embeddinglab.training;

import org.jspecify.annotations.NullMarked;
