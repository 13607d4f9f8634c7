/** Tests of adapters. */
@NullMarked
package io.github.embeddinglab.training.adapter;

import org.jspecify.annotations.NullMarked;
