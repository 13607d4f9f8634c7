package io.github.embeddinglab.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A model that turns texts into vectors. Safe for concurrent callers; a handle is cheap, whatever it stands for is
 * loaded at first use.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Embedder extends AutoCloseable {
    /** Texts that the default {@link #embed(Iterator, EmbedOptions, EmbeddingSink)} holds at a time. */
    int STREAM_ROWS = 2048;

    /** What an embedder can do; a request for anything else is refused before work starts. */
    enum Capability {
        /** {@link #countTokens} is exact. */
        COUNT_TOKENS,
        /** {@link Overflow#SPLIT} works. */
        SPLIT,
        /** {@link EmbedOptions#dimensions(int)} works. */
        DIMENSIONS,
        /** Runs without a network. */
        LOCAL
    }

    /**
     * The model's name.
     *
     * @return as it was asked for or registered
     */
    String model();

    /**
     * Embeds texts.
     *
     * @param texts any number, none null; an empty list gives an empty matrix
     * @param options role, overflow, dimensions, progress
     * @return one row for each text, in order
     * @throws TextTooLongException with {@link Overflow#FAIL}, before anything is computed
     * @throws InvalidInputException when an option does not fit the model
     * @throws CancelledException when the calling thread is interrupted
     */
    Embeddings embed(List<String> texts, EmbedOptions options);

    /**
     * Embeds texts with the defaults.
     *
     * @param texts any number, none null
     * @return one row for each text, in order
     */
    default Embeddings embed(List<String> texts) {
        return embed(texts, EmbedOptions.defaults());
    }

    /**
     * Embeds one query, with the model's query prompt.
     *
     * @param text the query
     * @return its vector
     */
    default Embedding embedQuery(String text) {
        return embed(List.of(text), EmbedOptions.defaults().role(Role.QUERY)).embedding(0);
    }

    /**
     * Embeds documents, with the model's document prompt.
     *
     * @param texts any number, none null
     * @return one row for each text, in order
     */
    default Embeddings embedDocuments(List<String> texts) {
        return embed(texts, EmbedOptions.defaults().role(Role.DOCUMENT));
    }

    /**
     * Embeds any number of texts in bounded memory. Progress counts over the whole stream; its total is -1, not known.
     *
     * @param texts read once, on the calling thread
     * @param options as for a list
     * @param sink takes the rows in order, on the calling thread
     */
    default void embed(Iterator<String> texts, EmbedOptions options, EmbeddingSink sink) {
        long start = System.nanoTime();
        long row = 0;
        List<String> block = new ArrayList<>(STREAM_ROWS);
        while (texts.hasNext()) {
            block.add(texts.next());
            if (block.size() == STREAM_ROWS || !texts.hasNext()) {
                long before = row;
                EmbedOptions counted = options.progress(report -> options.progress()
                        .report(new Progress(
                                report.stage(),
                                before + report.done(),
                                -1,
                                Duration.ofNanos(System.nanoTime() - start))));
                sink.accept(row, embed(block, counted));
                row += block.size();
                block = new ArrayList<>(STREAM_ROWS);
            }
        }
    }

    /**
     * Width of the vectors.
     *
     * @return d
     */
    int dimensions();

    /**
     * The limit of one text, special tokens and prompt included.
     *
     * @return at least 1; {@link Integer#MAX_VALUE} where there is none
     */
    int maxTokens();

    /**
     * Counts the tokens of a text as the model would see it without a limit, special tokens included, prompt excluded.
     *
     * @param text the text
     * @return at least 0
     * @throws InvalidInputException when {@link Capability#COUNT_TOKENS} is not among the capabilities
     */
    int countTokens(String text);

    /**
     * Identifies what the model computes.
     *
     * @return stable over processes and machines
     */
    Fingerprint fingerprint();

    /**
     * Identifies what the model computes for documents: what an index stores and compares. Differs from
     * {@link #fingerprint()} only where queries take a way of their own, as with an adapter on the query side, whose stored
     * vectors stay valid; then rows of {@link Role#DOCUMENT} carry this one. A wrapper passes it on.
     *
     * @return stable over processes and machines
     */
    default Fingerprint documentFingerprint() {
        return fingerprint();
    }

    /**
     * What it can do.
     *
     * @return an immutable set
     */
    Set<Capability> capabilities();

    /** Gives back this handle; calls after it fail. Closing twice is harmless. */
    @Override
    void close();
}
