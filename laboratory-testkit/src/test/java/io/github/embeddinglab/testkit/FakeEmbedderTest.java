package io.github.embeddinglab.testkit;

import static io.github.embeddinglab.testkit.LaboratoryAssertions.assertThat;
import static io.github.embeddinglab.testkit.LaboratoryAssertions.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.TokenUse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class FakeEmbedderTest {
    @Test
    void relatedTextsAreNear() {
        try (FakeEmbedder embedder = FakeEmbedder.open()) {
            assertThat(embedder.embed(List.of(
                            "How do I rotate an API key?", "Credentials are renewed often.", "The kitten sleeps on a roof.")))
                    .hasRows(3)
                    .hasDimensions(128)
                    .isFinite()
                    .isNormalised()
                    .hasNoTruncation()
                    .row(0)
                    .isCloserTo(1)
                    .than(2);
            Embeddings cars = embedder.embed(List.of("a fast car", "a rapid automobile", "fasting", "the moon"));
            assertThat(cars).row(0).isCloserTo(1).than(2).row(2).isCloserTo(0).than(3);
            assertThat(cars.embedding(0)).isSimilarTo(cars.embedding(1)).withCosineAtLeast(.4);
            assertThat(cars.embedding(1)).isSimilarTo(cars.embedding(3)).withCosineAtMost(.35);
        }
    }

    @Test
    void ownSynonymsAreNear() {
        List<String> texts = List.of("wug", "blicket", "zorp");
        try (FakeEmbedder with = FakeEmbedder.builder().synonyms("wug", "blicket").build();
                FakeEmbedder without = FakeEmbedder.open()) {
            assertThat(with.embed(texts)).row(0).isCloserTo(1).than(2);
            assertThat(with.embed(texts).cosine(0, 1)).isGreaterThan(without.embed(texts).cosine(0, 1) + .3);
            assertThat(with.fingerprint()).isNotEqualTo(without.fingerprint());
        }
    }

    @Test
    void countsTokensExactly() {
        try (FakeEmbedder embedder = FakeEmbedder.open()) {
            assertThat(embedder.countTokens("")).isEqualTo(2);
            assertThat(embedder.countTokens("Rotate the key, now!")).isEqualTo(2 + 4 + 2);
            assertThat(embedder.countTokens("東京は hot")).isEqualTo(2 + 2 + 1 + 1);
            assertThat(embedder.countTokens("\uD83D\uDE80\uD83D\uDE80")).isEqualTo(2 + 2);
        }
    }

    @Test
    void overflowIsExact() {
        String text = "one two three four five six seven eight nine ten eleven";
        try (FakeEmbedder embedder = FakeEmbedder.builder().maxTokens(6).build()) {
            assertThat(embedder.embed(List.of(text)).tokenUse(0)).isEqualTo(new TokenUse(6, 7, 1));
            Embeddings split = embedder.embed(List.of(text), EmbedOptions.defaults().overflow(Overflow.SPLIT));
            assertThat(split.tokenUse(0)).isEqualTo(new TokenUse(17, 0, 3));
            assertThat(split).hasNoTruncation().isNormalised();
            assertThat(embedder.embed(List.of("x", text))).hasTruncatedRows(1);
        }
    }

    @Test
    void fingerprintFollowsWhatChangesVectors() {
        try (FakeEmbedder one = FakeEmbedder.open();
                FakeEmbedder named = FakeEmbedder.builder().model("other").batchRows(1).build();
                FakeEmbedder seeded = FakeEmbedder.builder().seed(2).build();
                FakeEmbedder prompted = FakeEmbedder.builder().prompts(Map.of("query", "q: ")).build()) {
            assertThat(named.fingerprint()).isEqualTo(one.fingerprint());
            assertThat(named.embed(List.of("key"))).isCloseTo(one.embed(List.of("key")), within(1e-9));
            assertThat(seeded.fingerprint()).isNotEqualTo(one.fingerprint());
            assertThat(seeded.embed(List.of("key")).vector(0)).isNotEqualTo(one.embed(List.of("key")).vector(0));
            assertThat(prompted.fingerprint()).isNotEqualTo(one.fingerprint());
        }
    }

    @Test
    void interruptStopsAtTheNextBatch() {
        List<Progress> reports = new ArrayList<>();
        try (FakeEmbedder embedder = FakeEmbedder.builder().batchRows(10).build()) {
            EmbedOptions options = EmbedOptions.defaults().progress(progress -> {
                reports.add(progress);
                Thread.currentThread().interrupt();
            });
            assertThatThrownBy(() -> embedder.embed(Collections.nCopies(35, "text"), options))
                    .isInstanceOf(CancelledException.class)
                    .hasMessageContaining("10 of 35");
            assertThat(Thread.interrupted()).as("interrupt flag").isTrue();
        }
        assertThat(reports).hasSize(1);
    }

    @Test
    void settingsAreCheckedTogether() {
        assertThatThrownBy(() -> FakeEmbedder.builder().dimensions(0).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("dimensions is 0, allowed are 1 to 65536");
        assertThatThrownBy(() -> FakeEmbedder.builder()
                        .maxTokens(4)
                        .prompts(Map.of("query", "two words"))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("allowed are 5 to");
        assertThatThrownBy(() -> FakeEmbedder.builder().defaultPrompt("nope").build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("nope")
                .hasMessageContaining("document, query");
        assertThatThrownBy(() -> FakeEmbedder.builder().model(" ").build())
                .isInstanceOf(ConfigurationException.class);
    }
}
