package io.github.embeddinglab.api;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * The way in: embeds texts and opens the seven rooms. Safe for concurrent use; closing it closes whatever it loaded.
 *
 * <pre>{@code
 * try (EmbeddingLaboratory lab = EmbeddingLaboratory.open()) {
 *     Embeddings e = lab.embed(List.of("How do I rotate a key?", "Keys are rotated every ninety days."));
 *     System.out.println(e.cosine(0, 1));
 * }
 * }</pre>
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface EmbeddingLaboratory extends AutoCloseable {
    /**
     * Opens a laboratory with the defaults.
     *
     * @return the laboratory
     * @throws MissingArtifactException when no implementation is on the class path
     */
    static EmbeddingLaboratory open() {
        return builder().build();
    }

    /**
     * Opens a laboratory as a configuration file says.
     *
     * @param configuration a {@code laboratory.yaml}
     * @return the laboratory
     * @throws ConfigurationException with the line that is wrong
     */
    static EmbeddingLaboratory open(Path configuration) {
        return builder().configuration(configuration).build();
    }

    /**
     * Begins a laboratory that is set up in code.
     *
     * @return a builder
     */
    static LaboratoryBuilder builder() {
        return new LaboratoryBuilder();
    }

    /**
     * Embeds texts with the default model.
     *
     * @param texts any number, none null
     * @return one row for each text, in order
     */
    default Embeddings embed(List<String> texts) {
        return embed(texts, EmbedOptions.defaults());
    }

    /**
     * Embeds texts.
     *
     * @param texts any number, none null
     * @param options model, role, overflow, dimensions, progress
     * @return one row for each text, in order
     */
    Embeddings embed(List<String> texts, EmbedOptions options);

    /**
     * Embeds any number of texts in bounded memory.
     *
     * @param texts read once, on the calling thread
     * @param options as for a list
     * @param sink takes the rows in order, on the calling thread
     */
    void embed(Iterator<String> texts, EmbedOptions options, EmbeddingSink sink);

    /**
     * Embeds any number of texts in bounded memory with the default model.
     *
     * @param texts read once, on the calling thread
     * @param sink takes the rows in order, on the calling thread
     */
    default void embed(Iterator<String> texts, EmbeddingSink sink) {
        embed(texts, EmbedOptions.defaults(), sink);
    }

    /**
     * Embeds texts in the background.
     *
     * @param texts any number, none null
     * @param options model, role, overflow, dimensions, progress
     * @return the job
     */
    Job<Embeddings> submitEmbed(List<String> texts, EmbedOptions options);

    /**
     * Encodes vectors by a codec that is lossy and reports what it cost. Fewer dimensions come first, by
     * {@link EmbedOptions#dimensions(int)}.
     *
     * @param vectors n x d, n at least 1 where the codec takes its ranges from them
     * @param codec which, and over which ranges
     * @return n codes and their cost; measuring it takes O(n d) and, among at most 2,000 rows, a search
     * @throws InvalidInputException when the ranges have other dimensions, or there are none and no rows to take them from
     */
    EncodedEmbeddings encode(Embeddings vectors, Codec codec);

    /**
     * The model that is used where none is named.
     *
     * @return name, alias or folder
     */
    String defaultModel();

    /**
     * Opens a room.
     *
     * @param <R> the room's type
     * @param room its interface
     * @return the room, one for this laboratory
     * @throws MissingArtifactException when its artifact is not on the class path; names the artifact
     */
    <R extends Room> R room(Class<R> room);

    /**
     * The model zoo.
     *
     * @return the room
     */
    default Models models() {
        return room(Models.class);
    }

    /**
     * Fine-tuning.
     *
     * @return the room
     * @throws MissingArtifactException when {@code laboratory-training} is absent
     */
    default Training training() {
        return room(Training.class);
    }

    /**
     * Compression.
     *
     * @return the room
     * @throws MissingArtifactException when {@code laboratory-compression} is absent
     */
    default Compression compression() {
        return room(Compression.class);
    }

    /**
     * Analysis.
     *
     * @return the room
     * @throws MissingArtifactException when {@code laboratory-analysis} is absent
     */
    default Analysis analysis() {
        return room(Analysis.class);
    }

    /**
     * Indexes.
     *
     * @return the room
     * @throws MissingArtifactException when {@code laboratory-index} is absent
     */
    default Indexes indexes() {
        return room(Indexes.class);
    }

    /**
     * Languages.
     *
     * @return the room
     * @throws MissingArtifactException when {@code laboratory-languages} is absent
     */
    default Languages languages() {
        return room(Languages.class);
    }

    /**
     * Evaluation and benchmarks.
     *
     * @return the room
     * @throws MissingArtifactException when {@code laboratory-evaluation} is absent
     */
    default Benchmarks benchmarks() {
        return room(Benchmarks.class);
    }

    /** Closes the models that were loaded; work in flight ends first. Closing twice is harmless. */
    @Override
    void close();
}
