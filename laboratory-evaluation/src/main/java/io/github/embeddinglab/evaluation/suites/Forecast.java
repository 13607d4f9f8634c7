package io.github.embeddinglab.evaluation.suites;

import io.github.embeddinglab.api.DelegatingEmbedder;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.evaluation.cache.CachingEmbedder;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What an evaluation will take, from a look at the first texts that it asks for: their tokens, how many of them a cache has
 * already, and how long a few of them take. An estimate: machines drift, and other texts of the task may be longer.
 *
 * @param texts to embed
 * @param tokens in them, cut at the model's limit; 0 where the model does not count
 * @param cached share that the cache has, 0 to 1
 * @param seconds for what the cache does not have
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Forecast(long texts, long tokens, double cached, double seconds) {
    private static final int LOOK = 200;
    private static final int TIMED = 48;
    private static final double NANOS = 1e9;

    /**
     * Looks.
     *
     * @param evaluator what will run
     * @param embedder the model; embeds up to 48 texts
     * @param options that it will run with
     * @return the forecast
     */
    public static Forecast of(Evaluator evaluator, Embedder embedder, EvaluationOptions options) {
        First first = new First(embedder);
        try {
            evaluator.evaluate(first, options);
        } catch (First.Asked asked) {
            return look(evaluator, embedder, options, asked);
        }
        // it needs no vector
        return new Forecast(evaluator.texts(), 0, 0, 0);
    }

    private static Forecast look(Evaluator evaluator, Embedder embedder, EvaluationOptions options, First.Asked asked) {
        List<String> sample = new ArrayList<>();
        int n = Math.min(LOOK, asked.texts.size());
        for (int i = 0; i < n; i++) {
            sample.add(asked.texts.get((int) ((long) i * asked.texts.size() / n)));
        }
        long tokens = 0;
        if (embedder.capabilities().contains(Embedder.Capability.COUNT_TOKENS)) {
            tokens = sample.stream().mapToLong(text -> Math.min(embedder.countTokens(text), embedder.maxTokens())).sum();
        }
        double cached = options.cache()
                .map(folder -> (double) CachingEmbedder.over(embedder, folder).known(sample, asked.options) / Math.max(1, n))
                .orElse(0.0);
        List<String> timed = new ArrayList<>();
        for (int i = 0; i < Math.min(TIMED, n); i++) {
            timed.add(sample.get(i * n / Math.min(TIMED, n)));
        }
        double seconds = 0;
        if (cached < 1 && !timed.isEmpty()) {
            // not those of the cache: what is timed must be computed
            EmbedOptions plain = EmbedOptions.defaults().role(asked.options.role());
            embedder.embed(timed.subList(0, 1), plain);
            long start = System.nanoTime();
            embedder.embed(timed, plain);
            seconds = (System.nanoTime() - start) / NANOS / timed.size() * evaluator.texts() * (1 - cached);
        }
        return new Forecast(evaluator.texts(), n == 0 ? 0 : tokens * evaluator.texts() / n, cached, seconds);
    }

    /** Tells what is asked for first, and computes nothing. */
    private static final class First extends DelegatingEmbedder {
        First(Embedder embedder) {
            super(embedder);
        }

        /** Carries the texts out of the evaluation. */
        static final class Asked extends LaboratoryException {
            private static final long serialVersionUID = 1L;
            final transient List<String> texts;
            final transient EmbedOptions options;

            Asked(List<String> texts, EmbedOptions options) {
                super("a forecast looked at the texts");
                this.texts = texts;
                this.options = options;
            }
        }

        @Override
        public Embeddings embed(List<String> texts, EmbedOptions options) {
            throw new Asked(texts, options);
        }

        @Override
        public void close() {}
    }
}
