package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.TextTooLongException;
import io.github.embeddinglab.api.TokenUse;
import io.github.embeddinglab.core.tokenization.TokenIds;
import io.github.embeddinglab.core.tokenization.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/** Texts to token sequences: prompt in front, tokenised, and the overflow policy applied. */
final class TextPreparation {
    private static final int TEXTS_PER_TASK = 64;

    /** A text of so many characters takes some tens of microseconds; to wait for a thread of the budget takes longer. */
    private static final int SHORT = 2_000;

    private final Tokenizer tokenizer;
    private final int maxTokens;
    private final boolean promptIsPooled;

    TextPreparation(Tokenizer tokenizer, int maxTokens, boolean promptIsPooled) {
        this.tokenizer = tokenizer;
        this.maxTokens = maxTokens;
        this.promptIsPooled = promptIsPooled;
    }

    /**
     * Sequences of all texts, and what each text used and lost.
     *
     * @param sequences in the order of texts; several for a text that was split
     * @param uses one for each text
     */
    record Prepared(List<Sequence> sequences, List<TokenUse> uses) {}

    Prepared prepare(List<String> texts, String prompt, Overflow overflow, Workers workers) {
        int promptTokens = prompt.isEmpty()
                ? 0
                : tokenizer.count(prompt) - tokenizer.special().added();
        TokenIds[] encoded = new TokenIds[texts.size()];
        int tasks = (texts.size() + TEXTS_PER_TASK - 1) / TEXTS_PER_TASK;
        boolean one = texts.size() == 1 && texts.get(0).length() <= SHORT;
        if (one) {
            encoded[0] = tokenizer.encode(prompt + texts.get(0));
        }
        workers.run(one ? 0 : tasks, task -> {
            int end = Math.min(texts.size(), (task + 1) * TEXTS_PER_TASK);
            for (int i = task * TEXTS_PER_TASK; i < end; i++) {
                encoded[i] = tokenizer.encode(prompt + texts.get(i));
            }
        });
        List<Sequence> sequences = new ArrayList<>(texts.size());
        List<TokenUse> uses = new ArrayList<>(texts.size());
        for (int row = 0; row < encoded.length; row++) {
            TokenIds ids = encoded[row];
            int tokens = ids.length();
            List<TokenIds> windows = tokens <= maxTokens ? List.of(ids) : cut(row, ids, promptTokens, overflow);
            int used = 0;
            for (TokenIds window : windows) {
                sequences.add(sequence(row, window, promptTokens));
                used += window.length();
            }
            boolean dropped = tokens > maxTokens && overflow == Overflow.TRUNCATE;
            uses.add(new TokenUse(used, dropped ? tokens - used : 0, windows.size()));
        }
        return new Prepared(sequences, uses);
    }

    private List<TokenIds> cut(int row, TokenIds ids, int promptTokens, Overflow overflow) {
        return switch (overflow) {
            case FAIL -> throw new TextTooLongException("text " + row + " has " + ids.length() + " tokens, the model takes "
                    + maxTokens + "; shorten it, or ask for Overflow.TRUNCATE or Overflow.SPLIT");
            case TRUNCATE -> List.of(ids.truncate(maxTokens));
            case SPLIT -> ids.windows(maxTokens, promptTokens);
        };
    }

    private Sequence sequence(int row, TokenIds ids, int promptTokens) {
        int prefix = tokenizer.special().prefixLength();
        // the reference cuts a prompt like any text, and a prompt whose end melts into the text may cover all of it
        int covered = Math.min(promptTokens, maxTokens - tokenizer.special().added());
        int notPooled = promptIsPooled || promptTokens == 0 ? 0 : prefix + covered;
        return new Sequence(
                row, ids, Math.min(notPooled, ids.length()), Math.max(1, ids.contentLength() - promptTokens));
    }
}
