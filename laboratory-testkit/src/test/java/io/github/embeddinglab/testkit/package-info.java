/** Tests of the testkit. */
@NullMarked
package io.github.embeddinglab.testkit;

import org.jspecify.annotations.NullMarked;
