package io.github.embeddinglab.evaluation.comparison;

import io.github.embeddinglab.api.DelegatingEmbedder;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.cache.CachingEmbedder;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * How a model is used, as a specification for an {@link Ablation}: each method gives a changed copy.
 *
 * @param model registry name or folder
 * @param dimensions columns kept, 0 for all
 * @param overflow of long texts
 * @param role of all texts, empty for the roles of the task
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Setting(String model, int dimensions, Overflow overflow, Optional<Role> role) {
    /**
     * A model as it is.
     *
     * @param name registry name or folder
     * @return the setting
     */
    public static Setting model(String name) {
        return new Setting(name, 0, Overflow.TRUNCATE, Optional.empty());
    }

    /**
     * With another model.
     *
     * @param name registry name or folder
     * @return a copy
     */
    public Setting withModel(String name) {
        return new Setting(name, dimensions, overflow, role);
    }

    /**
     * Keeps only the first columns.
     *
     * @param columns 1 to the model's dimensions, 0 for all
     * @return a copy
     */
    public Setting dimensions(int columns) {
        return new Setting(model, columns, overflow, role);
    }

    /**
     * With another treatment of long texts.
     *
     * @param policy what to do
     * @return a copy
     */
    public Setting overflow(Overflow policy) {
        return new Setting(model, dimensions, policy, role);
    }

    /**
     * With one role for all texts, as {@link Role#NONE} to leave prompts out.
     *
     * @param prompt chooses the prompt
     * @return a copy
     */
    public Setting role(Role prompt) {
        return new Setting(model, dimensions, overflow, Optional.of(prompt));
    }

    /**
     * Judges the model used this way.
     *
     * @param laboratory has the model
     * @param evaluator the task
     * @param options sampling, cache, progress
     * @return scores
     */
    public Scores measure(EmbeddingLaboratory laboratory, Evaluator evaluator, EvaluationOptions options) {
        EvaluationOptions own = role.map(options::role).orElse(options);
        try (Embedder embedder = laboratory.models().load(model)) {
            Embedder cached = options.cache().<Embedder>map(folder -> CachingEmbedder.over(embedder, folder)).orElse(embedder);
            return evaluator.evaluate(new Changed(cached, this), own);
        }
    }

    /** The model with dimensions and overflow of the setting. */
    private static final class Changed extends DelegatingEmbedder {
        private final Setting setting;

        Changed(Embedder embedder, Setting setting) {
            super(embedder);
            this.setting = setting;
        }

        @Override
        public Embeddings embed(List<String> texts, EmbedOptions options) {
            return delegate().embed(texts, options.dimensions(setting.dimensions()).overflow(setting.overflow()));
        }

        @Override
        public int dimensions() {
            return setting.dimensions() == 0 ? super.dimensions() : setting.dimensions();
        }

        /** Does nothing: the model is the caller's to close. */
        @Override
        public void close() {}
    }
}
