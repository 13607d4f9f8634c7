package io.github.embeddinglab.api;

import java.nio.file.Path;
import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/** How an evaluation is run; immutable, each method gives a changed copy. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class EvaluationOptions {
    private static final EvaluationOptions DEFAULTS =
            new EvaluationOptions(Sampling.defaults(), null, null, Progress.Listener.SILENT);

    private final Sampling sampling;
    private final @Nullable Role role;
    private final @Nullable Path cache;
    private final Progress.Listener progress;

    private EvaluationOptions(
            Sampling sampling, @Nullable Role role, @Nullable Path cache, Progress.Listener progress) {
        this.sampling = sampling;
        this.role = role;
        this.cache = cache;
        this.progress = progress;
    }

    /**
     * Default sampling, each task's own roles, no cache, no listener.
     *
     * @return the defaults
     */
    public static EvaluationOptions defaults() {
        return DEFAULTS;
    }

    /**
     * With other sampling.
     *
     * @param other confidence, resamples, seed
     * @return a copy
     */
    public EvaluationOptions sampling(Sampling other) {
        return new EvaluationOptions(other, role, cache, progress);
    }

    /**
     * With one role for all texts, instead of those of the task.
     *
     * @param other chooses the prompt
     * @return a copy
     */
    public EvaluationOptions role(Role other) {
        return new EvaluationOptions(sampling, other, cache, progress);
    }

    /**
     * Keeps vectors in a folder, so that a second run, or one after a kill, computes only what is missing.
     *
     * @param folder made where it is absent; many models may share it
     * @return a copy
     */
    public EvaluationOptions cache(Path folder) {
        return new EvaluationOptions(sampling, role, folder, progress);
    }

    /**
     * With a listener.
     *
     * @param listener told while texts are embedded
     * @return a copy
     */
    public EvaluationOptions progress(Progress.Listener listener) {
        return new EvaluationOptions(sampling, role, cache, listener);
    }

    /**
     * The sampling.
     *
     * @return confidence, resamples, seed
     */
    public Sampling sampling() {
        return sampling;
    }

    /**
     * The role for a text.
     *
     * @param ofTask the role that the task gives it
     * @return the role to use
     */
    public Role roleOr(Role ofTask) {
        return role == null ? ofTask : role;
    }

    /**
     * The cache.
     *
     * @return its folder, empty without one
     */
    public Optional<Path> cache() {
        return Optional.ofNullable(cache);
    }

    /**
     * The listener.
     *
     * @return never null
     */
    public Progress.Listener progress() {
        return progress;
    }
}
