package io.github.embeddinglab.jmh.springai;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OrtException;
import io.github.embeddinglab.jmh.protocol.Engine;
import io.github.embeddinglab.jmh.protocol.Measurement;
import io.github.embeddinglab.jmh.protocol.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.ai.transformers.TransformersEmbeddingModel;
import org.springframework.core.io.ClassPathResource;

/** Spring AI's {@code TransformersEmbeddingModel} on all-MiniLM-L6-v2. */
public final class SpringAiRival implements Engine {
    private static final ClassPathResource GRAPH = new ClassPathResource("all-minilm-l6-v2.onnx");
    private static final ClassPathResource TOKENIZER = new ClassPathResource("all-minilm-l6-v2-tokenizer.json");
    private static final Pattern JAR = Pattern.compile("spring-ai-transformers-([0-9][^/]*)\\.jar");

    private final TransformersEmbeddingModel model = new TransformersEmbeddingModel();
    private final Map<String, String> tokenizerOptions;
    private final int threads;

    private SpringAiRival(Settings settings) throws Exception {
        threads = settings.threads();
        tokenizerOptions = settings.maxTokens() == 0 ? Map.of() : Map.of("padding", "true", "truncation", "true", "maxLength", Integer.toString(settings.maxTokens()));
        model.setModelResource(GRAPH);
        model.setTokenizerResource(TOKENIZER);
        model.setTokenizerOptions(tokenizerOptions);
        model.setDisableCaching(true); // the files are local: no copy in the temporary folder
        model.afterPropertiesSet();
    }

    /**
     * Measures it.
     *
     * @param args see {@link Settings}
     */
    public static void main(String[] args) {
        Measurement.main(args, SpringAiRival::new);
    }

    @Override
    public String name() {
        return "spring-ai";
    }

    @Override
    public String version() {
        Matcher jar = JAR.matcher(TransformersEmbeddingModel.class.getProtectionDomain().getCodeSource().getLocation().toString());
        return jar.find() ? jar.group(1) : "unknown";
    }

    @Override
    public String model() {
        return "all-MiniLM-L6-v2";
    }

    @Override
    public int callers() {
        return threads;
    }

    @Override
    public float[][] embed(List<String> texts) {
        return model.embed(texts).toArray(float[][]::new);
    }

    @Override
    public long tokens(List<String> texts) throws Exception {
        long tokens = 0;
        try (InputStream json = TOKENIZER.getInputStream(); HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(json, tokenizerOptions)) {
            for (Encoding encoding : tokenizer.batchEncode(texts)) {
                for (long kept : encoding.getAttentionMask()) {
                    tokens += kept;
                }
            }
        }
        return tokens;
    }

    @Override
    public void close() throws IOException {
        try {
            model.close();
        } catch (OrtException e) {
            throw new IOException(e);
        }
    }
}
