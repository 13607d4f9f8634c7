/**
 * The rival LangChain4j, as its users call it.
 *
 * <p>How it keeps tokens (1.20.0-beta30): {@code OnnxBertBiEncoder} means to split a text into windows of 510 tokens and to
 * average them, but its tokenizer obeys the truncation of the model's {@code tokenizer.json}, 128 for all-MiniLM-L6-v2. So by
 * default 128 tokens with the special ones are kept and the rest is dropped. {@code --max-tokens K} (up to 512) hands it the same
 * file with that limit raised, through the public constructor that takes the files.
 *
 * <p>It runs one text at a time; {@code embedAll} spreads a batch over its executor, here {@code --threads} wide. The threads that
 * ONNX Runtime uses inside an operator are not its user's to set: pin the process to as many processors.
 */
package io.github.embeddinglab.jmh.langchain4j;
