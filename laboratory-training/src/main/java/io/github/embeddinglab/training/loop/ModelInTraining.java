package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.TokenUse;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.spi.Precision;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** A model between two steps, seen as an embedder, so that every evaluator can look at it. On the training's thread only. */
final class ModelInTraining implements Embedder {
    private static final int PADDED_TOKENS = 4096;

    private final TrainableModel model;
    private final TrainingBackend backend;
    private final TextTokens tokens;
    private final Precision precision;

    /**
     * Sees a model.
     *
     * @param model at this moment
     * @param backend that holds it
     * @param tokens that it reads
     * @param precision of the big products, as in training
     */
    ModelInTraining(TrainableModel model, TrainingBackend backend, TextTokens tokens, Precision precision) {
        this.model = model;
        this.backend = backend;
        this.tokens = tokens;
        this.precision = precision;
    }

    /** A copy of the weights as they are now. */
    Tensors weights() {
        return model.tensors();
    }

    @Override
    public String model() {
        return "model in training";
    }

    @Override
    public Embeddings embed(List<String> texts, EmbedOptions options) {
        int width = dimensions();
        float[] values = new float[Math.multiplyExact(texts.size(), width)];
        List<Integer> order = IntStream.range(0, texts.size()).boxed()
                .sorted(Comparator.comparingInt(i -> texts.get(i).length()))
                .toList();
        List<List<Integer>> batches = new ArrayList<>();
        List<Integer> rows = new ArrayList<>();
        int longest = 0;
        for (int row : order) {
            // characters stand for tokens: an English token has about four
            int length = Math.min(tokens.limit(), 4 + texts.get(row).length() / 3);
            longest = Math.max(longest, length);
            if (!rows.isEmpty() && (rows.size() + 1) * longest > PADDED_TOKENS) {
                batches.add(rows);
                rows = new ArrayList<>();
                longest = length;
            }
            rows.add(row);
        }
        if (!rows.isEmpty()) {
            batches.add(rows);
        }
        for (int first = 0; first < batches.size(); first += backend.lanes()) {
            compute(texts, batches.subList(first, Math.min(batches.size(), first + backend.lanes())), options, values);
        }
        TokenUse use = new TokenUse(0, 0, 1);
        return Embeddings.adopt(values, width, texts.stream().map(text -> use).toList(), fingerprint());
    }

    /** Computes batches side by side. */
    private void compute(List<String> texts, List<List<Integer>> batches, EmbedOptions options, float[] values) {
        List<Supplier<List<Tensor>>> passes = new ArrayList<>();
        for (List<Integer> rows : batches) {
            TokenBatch batch = tokens.batch(rows.stream().map(texts::get).toList(), options.role());
            passes.add(() -> {
                compute(batch, rows, values);
                return List.of();
            });
        }
        backend.together(passes);
    }

    @SuppressWarnings("try") // scopes are closed, not read
    private void compute(TokenBatch batch, List<Integer> rows, float[] values) {
        try (TrainingBackend.Scope scope = backend.withoutGradients();
                TrainingBackend.Scope precise = backend.precision(precision)) {
            float[] vectors = model.embed(batch).toFloats();
            int width = dimensions();
            for (int i = 0; i < rows.size(); i++) {
                System.arraycopy(vectors, i * width, values, rows.get(i) * width, width);
            }
        }
    }

    @Override
    public int dimensions() {
        return model.description().dimensions();
    }

    @Override
    public int maxTokens() {
        return tokens.limit();
    }

    @Override
    public int countTokens(String text) {
        return tokens.count(text);
    }

    /** Weights change with every step, so there is none to keep vectors by. */
    @Override
    public Fingerprint fingerprint() {
        return new Fingerprint("0".repeat(64));
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.LOCAL, Capability.COUNT_TOKENS);
    }

    /** The backend owns the weights. */
    @Override
    public void close() {}
}
