package io.github.embeddinglab.jmh.protocol;

import java.io.IOException;
import java.util.List;

/** An inference engine with its model loaded. {@link #embed} is called from {@link #callers()} threads at once. */
public interface Engine extends AutoCloseable {

    /** Loads an engine. */
    @FunctionalInterface
    interface Opener {
        /**
         * Loads the engine and its model.
         *
         * @param settings what the run asks for; the threads and the token limit are the engine's to apply
         * @return the engine, ready
         * @throws Exception whatever the engine throws
         */
        Engine open(Settings settings) throws Exception;
    }

    /**
     * The engine's name in the results.
     *
     * @return lower case, as in {@code langchain4j}
     */
    String name();

    /**
     * The engine's version.
     *
     * @return as its jar states it
     */
    String version();

    /**
     * The model's name.
     *
     * @return as in {@code all-MiniLM-L6-v2}
     */
    String model();

    /**
     * How many threads call {@link #embed} at once: 1 where the engine spreads a batch over threads of its own.
     *
     * @return 1 or more
     */
    int callers();

    /**
     * Embeds a batch.
     *
     * @param texts one or more texts
     * @return one vector for each text, in order
     * @throws Exception whatever the engine throws
     */
    float[][] embed(List<String> texts) throws Exception;

    /**
     * Counts, outside the time measured, the tokens that {@link #embed} keeps of these texts: special ones included, padding not.
     *
     * @param texts the texts
     * @return the sum
     * @throws Exception whatever the engine throws
     */
    long tokens(List<String> texts) throws Exception;

    @Override
    void close() throws IOException;
}
