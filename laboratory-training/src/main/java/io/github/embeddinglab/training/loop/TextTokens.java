package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.Prompts;
import io.github.embeddinglab.core.tokenization.TokenIds;
import io.github.embeddinglab.core.tokenization.Tokenizer;
import io.github.embeddinglab.training.encoder.TokenBatch;
import java.util.List;
import java.util.Map;

/** Texts as the model reads them in use: prompt by role in front, cut at the limit. Safe for several threads. */
final class TextTokens {
    private static final List<String> DOCUMENT_PROMPTS = List.of("document", "passage", "corpus");

    private final Tokenizer tokenizer;
    private final Prompts prompts;
    private final boolean table;
    private final boolean promptIsPooled;
    private final int limit;

    /**
     * Tokens of a model.
     *
     * @param folder its description is read here
     * @param tokenizer stays the caller's
     * @param limit at which texts are cut, the model's or less
     */
    TextTokens(ModelFolder folder, Tokenizer tokenizer, int limit) {
        this.tokenizer = tokenizer;
        this.prompts = folder.prompts();
        this.table = folder.architecture() == Architecture.STATIC;
        this.promptIsPooled = folder.modules().stream()
                .noneMatch(module -> module instanceof ModelModule.Pooling pooling && !pooling.includePrompt());
        this.limit = Math.min(limit, folder.maxTokens());
    }

    int limit() {
        return limit;
    }

    int count(String text) {
        return tokenizer.count(text);
    }

    /** The prompt that inference puts in front for a role. */
    String prompt(Role role) {
        Map<String, String> byName = prompts.byName();
        String fallback = prompts.defaultName() == null ? "" : byName.getOrDefault(prompts.defaultName(), "");
        if (role.equals(Role.NONE)) {
            return fallback;
        }
        if (role.equals(Role.DOCUMENT)) {
            return DOCUMENT_PROMPTS.stream().filter(byName::containsKey).findFirst().map(byName::get).orElse(fallback);
        }
        return byName.getOrDefault(role.promptName(), fallback);
    }

    /** Tokens that a text takes in a batch. */
    int length(String text, Role role) {
        return ids(prompt(role) + text).length;
    }

    /** One batch, in the order of the texts. */
    TokenBatch batch(List<String> texts, Role role) {
        String prompt = prompt(role);
        List<int[]> sequences = texts.stream().map(text -> ids(prompt + text)).toList();
        TokenBatch batch = TokenBatch.of(sequences, tokenizer.padId());
        if (promptIsPooled || prompt.isEmpty()) {
            return batch;
        }
        int promptTokens = tokenizer.count(prompt) - tokenizer.special().added();
        int covered = tokenizer.special().prefixLength() + Math.min(promptTokens, limit - tokenizer.special().added());
        return batch.withoutPooling(
                sequences.stream().mapToInt(sequence -> Math.min(covered, sequence.length)).toArray());
    }

    private int[] ids(String text) {
        TokenIds ids = tokenizer.encode(text);
        return (table ? ids.withoutSpecial() : ids).truncate(limit).toArray();
    }
}
