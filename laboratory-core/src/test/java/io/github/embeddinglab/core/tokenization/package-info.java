/** Tests of tokenisation. */
@org.jspecify.annotations.NullMarked
package io.github.embeddinglab.core.tokenization;
