package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.TokenUse;
import io.github.embeddinglab.core.tokenization.Tokenizer;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A loaded transformer: tokenizer, replicas of its compiled graph, and what the folder says of prompts and limits. */
final class TransformerEmbedder extends LocalEmbedder {
    private final Tokenizer tokenizer;
    private final Encoder encoder;
    private final Workers workers;
    private final TextPreparation preparation;
    private final BatchPlan.Limits limits;
    private final SingleTexts singles;

    TransformerEmbedder(ModelProfile profile, Tokenizer tokenizer, Encoder encoder, Workers workers) {
        super(profile);
        this.tokenizer = tokenizer;
        this.encoder = encoder;
        this.workers = workers;
        this.preparation = new TextPreparation(tokenizer, profile.maxTokens(), profile.promptIsPooled());
        this.limits = new BatchPlan.Limits(
                workers.resources().batchTokens(),
                workers.resources().batchRows(),
                workers.resources().memoryLimit(),
                new ActivationMemory(profile.encoderOrThrow()));
        this.singles = new SingleTexts(
                workers, limits, (sequences, alone) -> runBatch(BatchPlan.Batch.all(sequences), sequences, alone));
    }

    @Override
    Embeddings compute(List<String> texts, String prompt, EmbedOptions options) {
        int dimensions = dimensions();
        Uniques uniques = Uniques.of(texts, options.optimize());
        TextPreparation.Prepared prepared = preparation.prepare(uniques.texts(), prompt, options.overflow(), workers);
        List<Sequence> sequences = prepared.sequences();
        float[] vectors = new float[Math.multiplyExact(uniques.texts().size(), dimensions)];
        int[] lengths = sequences.stream().mapToInt(Sequence::length).toArray();
        List<BatchPlan.Batch> batches =
                BatchPlan.plan(lengths, limits, workers.resources().threads());
        requireRoom(batches);
        boolean split = sequences.size() > uniques.texts().size();
        // many equal texts are one batch, too, but bulk work gains nothing from a second session
        boolean alone = texts.size() == 1 && sequences.size() == 1;
        Steps steps = new Steps(sequences.size(), uniques.texts().size(), options.progress());
        if (alone && options.optimize()) {
            float[] vector = singles.run(sequences.get(0));
            steps.advance(1);
            return Embeddings.adopt(vector, dimensions, prepared.uses(), fingerprint());
        }
        workers.run(batches.size(), number -> {
            BatchPlan.Batch batch = batches.get(number);
            float[] rows = runBatch(batch, sequences, alone);
            for (int i = 0; i < batch.sequences().length; i++) {
                Sequence sequence = sequences.get(batch.sequences()[i]);
                if (split) {
                    addWeighted(vectors, sequence, rows, i * dimensions);
                } else {
                    System.arraycopy(rows, i * dimensions, vectors, sequence.row() * dimensions, dimensions);
                }
            }
            steps.advance(batch.sequences().length);
        });
        if (split) {
            finishSplit(vectors, sequences, prepared.uses());
        }
        return Embeddings.adopt(
                uniques.spread(vectors, dimensions), dimensions, uniques.spread(prepared.uses()), fingerprint());
    }

    private void requireRoom(List<BatchPlan.Batch> batches) {
        if (!batches.isEmpty()) {
            int longest = batches.get(0).length();
            long bytes = limits.cost().most(1, longest);
            if (bytes > limits.memory()) {
                throw new InvalidInputException("a text of " + longest + " tokens needs " + bytes
                        + " bytes of activations, the memory limit is " + limits.memory()
                        + "; raise memory_limit or lower max_sequence_length");
            }
        }
    }

    private float[] runBatch(BatchPlan.Batch batch, List<Sequence> sequences, boolean alone) throws InterruptedException {
        float[] rows = new float[batch.sequences().length * dimensions()];
        long bytes = limits.cost().bytes(batch.tokens(), batch.sequences().length, batch.length());
        workers.memory().enter(bytes);
        try {
            encoder.run(TokenBatch.of(sequences, batch), alone, workers, FloatBuffer.wrap(rows));
        } finally {
            workers.memory().leave(bytes);
        }
        return rows;
    }

    /** Windows of one text may end on several threads at once; the sum must not lose one. */
    private void addWeighted(float[] vectors, Sequence sequence, float[] rows, int from) {
        int at = sequence.row() * dimensions();
        synchronized (vectors) {
            for (int i = 0; i < dimensions(); i++) {
                vectors[at + i] += sequence.weight() * rows[from + i];
            }
        }
    }

    private void finishSplit(float[] vectors, List<Sequence> sequences, List<TokenUse> uses) {
        int[] weights = new int[uses.size()];
        sequences.forEach(sequence -> weights[sequence.row()] += sequence.weight());
        int dimensions = dimensions();
        for (int row = 0; row < weights.length; row++) {
            for (int i = row * dimensions; i < (row + 1) * dimensions; i++) {
                vectors[i] /= weights[row];
            }
            if (profile().normalizes() && uses.get(row).windows() > 1) {
                normalize(vectors, row * dimensions, dimensions);
            }
        }
    }

    @Override
    public int countTokens(String text) {
        return lease(() -> tokenizer.count(text));
    }

    @Override
    void release() {
        try {
            encoder.close();
        } finally {
            tokenizer.close();
        }
    }

    /** Tells the listener how many texts are done, one report at a time. */
    private static final class Steps {
        private final int sequences;
        private final int texts;
        private final Progress.Listener listener;
        private final long start = System.nanoTime();
        private int done;

        Steps(int sequences, int texts, Progress.Listener listener) {
            this.sequences = sequences;
            this.texts = texts;
            this.listener = listener;
        }

        synchronized void advance(int count) {
            done += count;
            listener.report(new Progress(
                    "embedding", (long) done * texts / sequences, texts, Duration.ofNanos(System.nanoTime() - start)));
        }
    }

    /** The different texts of a request: equal ones are computed once. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Uniques(List<String> texts, int[] target) {
        static Uniques of(List<String> texts, boolean unify) {
            int[] target = new int[texts.size()];
            List<String> unique = new ArrayList<>(texts.size());
            Map<String, Integer> seen = new HashMap<>();
            for (int i = 0; i < target.length; i++) {
                String text = texts.get(i);
                Integer first = unify ? seen.putIfAbsent(text, unique.size()) : null;
                if (first == null) {
                    target[i] = unique.size();
                    unique.add(text);
                } else {
                    target[i] = first;
                }
            }
            return new Uniques(unique, target);
        }

        float[] spread(float[] vectors, int dimensions) {
            if (texts.size() == target.length) {
                return vectors;
            }
            float[] all = new float[Math.multiplyExact(target.length, dimensions)];
            for (int i = 0; i < target.length; i++) {
                System.arraycopy(vectors, target[i] * dimensions, all, i * dimensions, dimensions);
            }
            return all;
        }

        List<TokenUse> spread(List<TokenUse> uses) {
            List<TokenUse> all = new ArrayList<>(target.length);
            for (int row : target) {
                all.add(uses.get(row));
            }
            return all;
        }
    }
}
