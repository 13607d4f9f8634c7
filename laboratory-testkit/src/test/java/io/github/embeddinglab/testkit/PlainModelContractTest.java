package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.Embedder;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/** A model with a default prompt, no query prompt, and vectors of any length: the other side of each switch. */
@Tag("unit")
class PlainModelContractTest extends EmbedderContract {
    @Override
    protected Embedder open() {
        return FakeEmbedder.builder()
                .dimensions(100)
                .maxTokens(17)
                .normalise(false)
                .prompts(prompts())
                .defaultPrompt(defaultPrompt())
                .build();
    }

    @Override
    protected Map<String, String> prompts() {
        return Map.of("document", "title: none text: ", "clustering", "cluster: ");
    }

    @Override
    protected String defaultPrompt() {
        return "clustering";
    }

    @Override
    protected boolean normalises() {
        return false;
    }
}
