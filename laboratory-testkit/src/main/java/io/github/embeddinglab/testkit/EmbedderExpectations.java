package io.github.embeddinglab.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embedder.Capability;
import io.github.embeddinglab.api.Embeddings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** What a test of an embedder states about it: how to open it, and the switches of {@link EmbedderContract}. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public abstract class EmbedderExpectations {
    /** For subclasses. */
    protected EmbedderExpectations() {}

    /**
     * Opens the embedder that is judged; called at least once for each test, which closes it.
     *
     * @return a new handle each time, of the same model with the same settings
     */
    protected abstract Embedder open();

    /**
     * What the embedder must declare; anything else must be refused.
     *
     * @return all capabilities by default
     */
    protected Set<Capability> capabilities() {
        return Set.of(Capability.values());
    }

    /**
     * The prompts it has.
     *
     * @return text by name, in front of the text; by default {@code query} ("query: ") and {@code document} ("passage: ")
     */
    protected Map<String, String> prompts() {
        return Map.of("query", "query: ", "document", "passage: ");
    }

    /**
     * The prompt of role none.
     *
     * @return a name of {@link #prompts()}; empty, the default, for none
     */
    protected String defaultPrompt() {
        return "";
    }

    /**
     * Whether a role gives the vector of prompt plus text.
     *
     * @return true by default; false where pooling leaves the prompt out
     */
    protected boolean promptIsPrefix() {
        return true;
    }

    /**
     * Whether vectors have length 1.
     *
     * @return true by default
     */
    protected boolean normalises() {
        return true;
    }

    /**
     * Whether one text has a limit.
     *
     * @return true by default
     */
    protected boolean hasTokenLimit() {
        return true;
    }

    /**
     * Whether token use is known: exact numbers in {@link Embeddings#tokenUse}.
     *
     * @return true by default
     */
    protected boolean reportsTokenUse() {
        return true;
    }

    /**
     * How far a vector may depend on its batch.
     *
     * @return largest difference of a component, relative to the length of the vector; 1e-6 by default
     */
    protected double tolerance() {
        return 1e-6;
    }

    /**
     * Texts that are worth several batches; progress and interruption are tested with so many.
     *
     * @return 600 by default
     */
    protected int manyTexts() {
        return 600;
    }

    /**
     * Texts that a stream may hold: read from the iterator and not yet given to the sink.
     *
     * @return two blocks of {@link Embedder#STREAM_ROWS} by default
     */
    protected int textsInFlight() {
        return 2 * Embedder.STREAM_ROWS;
    }

    /** Tells whether a capability is expected. */
    final boolean can(Capability capability) {
        return capabilities().contains(capability);
    }

    /** Gives the prompt text of role none. */
    final String defaultPromptText() {
        return prompts().getOrDefault(defaultPrompt(), "");
    }

    /** Compares one vector with another within {@link #tolerance()}. */
    final void assertSame(float[] actual, float[] expected, String what) {
        assertThat(actual.length).as("width of %s", what).isEqualTo(expected.length);
        double norm = Math.max(1e-12, norm(expected));
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) actual[i] - expected[i]) / norm;
            worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
        }
        assertThat(worst).as("largest difference of %s", what).isLessThanOrEqualTo(tolerance());
    }

    /** Tells whether two vectors differ by more than {@link #tolerance()}. */
    final boolean differ(float[] a, float[] b) {
        double norm = Math.max(1e-12, norm(b));
        for (int i = 0; i < b.length; i++) {
            if (Math.abs((double) a[i] - b[i]) / norm > tolerance()) {
                return true;
            }
        }
        return false;
    }

    /** Embeds each text in a call of its own. */
    static List<float[]> oneByOne(Embedder embedder, List<String> texts) {
        List<float[]> vectors = new ArrayList<>();
        texts.forEach(text -> vectors.add(embedder.embed(List.of(text)).vector(0)));
        return vectors;
    }

    static double norm(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }

    static double cosine(float[] a, float[] b) {
        double dot = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
        }
        return dot / (norm(a) * norm(b));
    }

    static void assertFinite(Embeddings embeddings) {
        for (int row = 0; row < embeddings.rows(); row++) {
            for (float value : embeddings.vector(row)) {
                assertThat(Float.isFinite(value)).as("row %d holds %s", row, value).isTrue();
            }
        }
    }
}
