/**
 * Text to token ids, equal to the Hugging Face reference id by id.
 *
 * <p>{@link io.github.embeddinglab.core.tokenization.Tokenizers} opens a {@code tokenizer.json}: plain Java where the
 * file is a BERT WordPiece, the native library otherwise. A
 * {@link io.github.embeddinglab.core.tokenization.Tokenizer} neither cuts nor pads; cutting and windows are views on
 * {@link io.github.embeddinglab.core.tokenization.TokenIds}. The native library is reached through one JNI class and
 * loaded by one owner, so that nothing connects out and nothing is written outside the folder that is handed in.
 *
 * <p>To add a pure Java implementation of another model, write a class beside the WordPiece one with
 * {@code refusal(...)} and {@code create(...)}, ask it in {@code Tokenizers}, and extend the tests that compare both
 * implementations on fuzzed text.
 */
@NullMarked
package io.github.embeddinglab.core.tokenization;

import org.jspecify.annotations.NullMarked;
