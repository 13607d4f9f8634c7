package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Role;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all models from folders share: checks, prompts by role, shortening of vectors, and closing after the last call. */
abstract class LocalEmbedder implements Embedder {
    private static final Logger LOG = LoggerFactory.getLogger(LocalEmbedder.class);
    private static final Set<Capability> ALL = Set.copyOf(EnumSet.allOf(Capability.class));
    private static final List<String> DOCUMENT_PROMPTS = List.of("document", "passage", "corpus");
    private static final double SMALLEST_NORM = 1e-12;

    private final ModelProfile profile;
    private final Lifetime life;

    LocalEmbedder(ModelProfile profile) {
        this.profile = profile;
        this.life = new Lifetime("model " + profile.name(), this::release);
    }

    /** Embeds texts that were checked, at full width. */
    abstract Embeddings compute(List<String> texts, String prompt, EmbedOptions options);

    /** Frees whatever the embedder holds; nothing runs any more. */
    abstract void release();

    final ModelProfile profile() {
        return profile;
    }

    @Override
    public final Embeddings embed(List<String> texts, EmbedOptions options) {
        checkOptions(options);
        for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i) == null) {
                throw new InvalidInputException("text " + i + " is null; give an empty text or leave it out");
            }
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new CancelledException("embedding was cancelled by an interrupt");
        }
        String prompt = prompt(options.role());
        EmbedOptions watched = options.progress(life.guarded(options.progress()));
        Embeddings whole = lease(() -> compute(texts, prompt, watched));
        return options.dimensions() == 0 || options.dimensions() == dimensions()
                ? whole
                : shortened(whole, options.dimensions());
    }

    private void checkOptions(EmbedOptions options) {
        if (options.dimensions() > dimensions()) {
            throw new InvalidInputException("dimensions is " + options.dimensions() + ", model " + model() + " has "
                    + dimensions() + "; ask for at most that many");
        }
        options.model().filter(name -> !name.equals(model())).ifPresent(name -> {
            throw new InvalidInputException("options name the model \"" + name + "\", this embedder is \"" + model()
                    + "\"; ask the laboratory instead, or leave the model out");
        });
    }

    /** The text to put in front, chosen as the reference's encode, encode_query and encode_document do. */
    private String prompt(Role role) {
        Map<String, String> prompts = profile.prompts().byName();
        String byDefault = profile.prompts().defaultName() == null
                ? ""
                : prompts.getOrDefault(profile.prompts().defaultName(), "");
        if (role.equals(Role.NONE)) {
            mentionPrompts(byDefault);
            return byDefault;
        }
        if (role.equals(Role.DOCUMENT)) {
            return DOCUMENT_PROMPTS.stream().filter(prompts::containsKey).findFirst().map(prompts::get).orElse(byDefault);
        }
        String prompt = prompts.get(role.promptName());
        if (prompt != null) {
            return prompt;
        }
        if (role.equals(Role.QUERY)) {
            return byDefault;
        }
        throw new InvalidInputException("model " + model() + " has no prompt \"" + role.promptName() + "\"; it has "
                + (prompts.isEmpty() ? "none" : String.join(", ", prompts.keySet())));
    }

    private void mentionPrompts(String used) {
        Map<String, String> prompts = profile.prompts().byName();
        String query = prompts.getOrDefault("query", "");
        String document = DOCUMENT_PROMPTS.stream().filter(prompts::containsKey).findFirst().map(prompts::get).orElse("");
        if (used.isEmpty() && !query.equals(document) && profile.notices().first(fingerprint())) {
            LOG.info("model {} was trained with prompts for queries (\"{}\") and documents (\"{}\"); embed(texts) uses none:"
                    + " choose Role.QUERY or Role.DOCUMENT for search", model(), query, document);
        }
    }

    private Embeddings shortened(Embeddings whole, int columns) {
        float[] values = new float[whole.rows() * columns];
        float[] row = new float[whole.dimensions()];
        for (int i = 0; i < whole.rows(); i++) {
            whole.copyRows(i, 1, row, 0);
            System.arraycopy(row, 0, values, i * columns, columns);
            if (profile.normalizes()) {
                normalize(values, i * columns, columns);
            }
        }
        return Embeddings.adopt(
                values, columns, java.util.stream.IntStream.range(0, whole.rows()).mapToObj(whole::tokenUse).toList(), whole.fingerprint());
    }

    static void normalize(float[] values, int from, int count) {
        double squares = 0;
        for (int i = from; i < from + count; i++) {
            squares += (double) values[i] * values[i];
        }
        double norm = Math.max(Math.sqrt(squares), SMALLEST_NORM);
        for (int i = from; i < from + count; i++) {
            values[i] = (float) (values[i] / norm);
        }
    }

    final <T> T lease(Supplier<T> work) {
        life.enter();
        try {
            return work.get();
        } finally {
            life.leave();
        }
    }

    @Override
    public final String model() {
        return profile.name();
    }

    @Override
    public final int dimensions() {
        return profile.dimensions();
    }

    @Override
    public final int maxTokens() {
        return profile.maxTokens();
    }

    @Override
    public final Fingerprint fingerprint() {
        return profile.fingerprint();
    }

    @Override
    public final Set<Capability> capabilities() {
        return ALL;
    }

    @Override
    public final void close() {
        life.close();
    }
}
