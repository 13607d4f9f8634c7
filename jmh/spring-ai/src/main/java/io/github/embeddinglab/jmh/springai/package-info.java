/**
 * The rival Spring AI, as its users call it.
 *
 * <p>How it keeps tokens (2.0.1): its tokenizer obeys the truncation of the model's {@code tokenizer.json}, 128 for
 * all-MiniLM-L6-v2, and pads a batch to its longest text. {@code --max-tokens K} sets {@code maxLength} among its tokenizer options.
 *
 * <p>A batch is one call of ONNX Runtime, the output is pooled by DJL; vectors are not normalised. {@code --threads} callers embed
 * batches at once. The threads that ONNX Runtime uses inside an operator are not its user's to set: pin the process to as many
 * processors. {@code -Dai.djl.offline=true} keeps DJL off the network.
 */
package io.github.embeddinglab.jmh.springai;
