package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.TextTooLongException;
import io.github.embeddinglab.api.TokenUse;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.core.tokenization.TokenIds;
import io.github.embeddinglab.core.tokenization.Tokenizer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * A static model in plain Java: the mean of its tokens' vectors, special tokens left out, then the modules of the folder.
 * A text without tokens gives zeros, as the reference's embedding bag does.
 */
final class StaticEmbedder extends LocalEmbedder {
    private static final int TEXTS_PER_TASK = 128;

    private final Tokenizer tokenizer;
    private final float[] table;
    private final Workers workers;
    private final List<VectorStep> steps;
    private final int width;

    StaticEmbedder(ModelProfile profile, Tokenizer tokenizer, Tensors tensors, Workers workers) {
        super(profile);
        this.tokenizer = tokenizer;
        this.table = tensors.floats("embedding.weight");
        this.workers = workers;
        this.width = tableWidth();
        this.steps = profile.modules().stream().map(module -> VectorStep.of(module, tensors)).toList();
    }

    @Override
    Embeddings compute(List<String> texts, String prompt, EmbedOptions options) {
        int dimensions = dimensions();
        float[] vectors = new float[Math.multiplyExact(texts.size(), dimensions)];
        TokenUse[] uses = new TokenUse[texts.size()];
        int tasks = (texts.size() + TEXTS_PER_TASK - 1) / TEXTS_PER_TASK;
        long start = System.nanoTime();
        Object order = new Object();
        int[] done = {0};
        workers.run(tasks, task -> {
            int from = task * TEXTS_PER_TASK;
            int to = Math.min(texts.size(), from + TEXTS_PER_TASK);
            for (int row = from; row < to; row++) {
                uses[row] = embed(row, prompt + texts.get(row), options.overflow(), vectors);
            }
            synchronized (order) {
                done[0] += to - from;
                options.progress()
                        .report(new Progress(
                                "embedding", done[0], texts.size(), Duration.ofNanos(System.nanoTime() - start)));
            }
        });
        return Embeddings.adopt(vectors, dimensions, Arrays.asList(uses), fingerprint());
    }

    private TokenUse embed(int row, String text, Overflow overflow, float[] vectors) {
        TokenIds whole = tokenizer.encode(text).withoutSpecial();
        if (whole.length() > maxTokens() && overflow == Overflow.FAIL) {
            throw new TextTooLongException("text " + row + " has " + whole.length() + " tokens, the model takes "
                    + maxTokens() + "; shorten it, or ask for Overflow.TRUNCATE or Overflow.SPLIT");
        }
        // the mean of windows weighted by their tokens is the mean of all tokens
        TokenIds used = overflow == Overflow.SPLIT ? whole : whole.truncate(maxTokens());
        float[] sum = new float[width];
        for (int i = 0; i < used.length(); i++) {
            int at = used.id(i) * width;
            for (int column = 0; column < width; column++) {
                sum[column] += table[at + column];
            }
        }
        if (used.length() > 0) {
            for (int column = 0; column < width; column++) {
                sum[column] /= used.length();
            }
        }
        float[] vector = sum;
        for (VectorStep step : steps) {
            vector = step.apply(vector);
        }
        System.arraycopy(vector, 0, vectors, row * dimensions(), dimensions());
        return new TokenUse(used.length(), whole.length() - used.length(), 1);
    }

    private int tableWidth() {
        for (ModelModule module : profile().modules()) {
            if (module instanceof ModelModule.Dense dense) {
                return dense.in();
            }
        }
        return dimensions();
    }

    @Override
    public int countTokens(String text) {
        return lease(() -> tokenizer.encode(text).withoutSpecial().length());
    }

    @Override
    void release() {
        tokenizer.close();
    }
}
