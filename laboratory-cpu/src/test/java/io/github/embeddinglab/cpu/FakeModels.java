package io.github.embeddinglab.cpu;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.api.ModelId;
import io.github.embeddinglab.api.ModelInfo;
import io.github.embeddinglab.api.spi.EmbedderProvider;
import io.github.embeddinglab.testkit.FakeEmbedder;
import java.util.List;
import java.util.Map;

/** Found by the service loader in the tests of this module. */
public final class FakeModels implements EmbedderProvider {
    static final String MODEL = "fake-from-service";
    static final Map<String, String> PROMPTS = Map.of("query", "query: ", "document", "passage: ");

    /** For {@link java.util.ServiceLoader}. */
    public FakeModels() {}

    @Override
    public String name() {
        return "fake-models";
    }

    @Override
    public List<ModelInfo> models() {
        return List.of(new ModelInfo(
                ModelId.of(MODEL),
                List.of("fake-alias"),
                new ModelFacts("for tests", 0, 0, List.of(), "", "", PROMPTS, List.of()),
                ModelInfo.Availability.READY,
                "test class path",
                false));
    }

    @Override
    public Embedder open(String model) {
        return FakeEmbedder.builder().model(model).prompts(PROMPTS).build();
    }
}
