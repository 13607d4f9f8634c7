package io.github.embeddinglab.core.decoration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.DelegatingEmbedder;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.ModelNotFoundException;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.testkit.FakeEmbedder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class DecorationTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private static String longText(long seed, int sentences) {
        return String.join(" ", Sentences.random(seed, sentences, 9).stream()
                .map(sentence -> sentence + ".")
                .toList());
    }

    @Test
    void theDocumentIsTheWeightedMeanOfItsWindowsAndNothingIsDropped() {
        String text = longText(1, 60);
        try (HierarchicalEmbedder embedder = HierarchicalEmbedder.over(FakeEmbedder.open(), 40);
                Embedder plain = FakeEmbedder.open()) {
            HierarchicalEmbedder.Levels levels = embedder.levels(List.of("water", text), EmbedOptions.defaults());
            List<HierarchicalEmbedder.Window> spans = levels.spans().stream().filter(span -> span.document() == 1).toList();
            assertThat(spans).hasSizeGreaterThan(5);
            int end = 0;
            List<String> windows = new ArrayList<>();
            for (HierarchicalEmbedder.Window span : spans) {
                assertThat(span.start()).isEqualTo(end);
                end = span.end();
                windows.add(text.substring(span.start(), span.end()));
            }
            assertThat(end).isEqualTo(text.length());
            Embeddings expected = plain.embed(windows);
            double[] sum = new double[plain.dimensions()];
            for (int i = 0; i < windows.size(); i++) {
                assertThat(plain.countTokens(windows.get(i))).isLessThanOrEqualTo(40);
                assertThat(levels.windows().vector(1 + i)).isEqualTo(expected.vector(i));
                for (int j = 0; j < sum.length; j++) {
                    sum[j] += expected.tokenUse(i).used() / Math.sqrt(1.0 + i) * expected.value(i, j);
                }
            }
            double norm = 0;
            for (double x : sum) {
                norm += x * x;
            }
            for (int j = 0; j < sum.length; j++) {
                assertThat((double) levels.documents().value(1, j)).isCloseTo(sum[j] / Math.sqrt(norm), within(1e-6));
            }
            assertThat(levels.documents().tokenUse(1).windows()).isEqualTo(windows.size());
            assertThat((long) levels.documents().tokenUse(1).used()).isEqualTo(expected.tokens());
            assertThat(levels.documents().truncated()).isEmpty();
            assertThat(levels.documents().vector(0)).isEqualTo(plain.embed(List.of("water")).vector(0));
            int third = 3;
            assertThat(levels.nearest(plain.embed(List.of(windows.get(third))).embedding(0), 1)).isEqualTo(1 + third);
            assertThatThrownBy(() -> levels.nearest(plain.embedQuery("water"), 2)).isInstanceOf(InvalidInputException.class);
        }
    }

    /** The prompt takes room that the cutter does not see; words without a space must end as well. */
    @Test
    void windowsThatTurnOutTooLongAreHalved() {
        try (HierarchicalEmbedder embedder = HierarchicalEmbedder.over(FakeEmbedder.open())) {
            for (String text : List.of(longText(2, 300), "x".repeat(5000), "\uD83D\uDE00".repeat(700), " ".repeat(3000))) {
                Embeddings rows = embedder.embed(List.of(text), EmbedOptions.defaults().role(Role.QUERY));
                assertThat(rows.truncated()).as("%.20s", text).isEmpty();
            }
        }
    }

    /** Where tokens cannot be counted the estimate is corrected by what the model says it dropped. */
    @Test
    void modelsThatDoNotCountTokensAreServed() {
        Embedder silent = new DelegatingEmbedder(FakeEmbedder.open()) {
            @Override
            public Set<Capability> capabilities() {
                EnumSet<Capability> all = EnumSet.allOf(Capability.class);
                all.remove(Capability.COUNT_TOKENS);
                return all;
            }

            @Override
            public int countTokens(String text) {
                throw new InvalidInputException("this model does not count");
            }
        };
        try (HierarchicalEmbedder embedder = HierarchicalEmbedder.over(silent)) {
            Embeddings rows = embedder.embed(List.of(longText(3, 300)));
            assertThat(rows.truncated()).isEmpty();
            assertThat(rows.tokenUse(0).windows()).isGreaterThan(2);
        }
    }

    @Test
    void theBackgroundsMeanIsGone() {
        List<String> background = DecorationContractsTest.background();
        try (Embedder plain = FakeEmbedder.open();
                Embedder contrastive = ContrastiveEmbedder.against(background, FakeEmbedder.open())) {
            double[] mean = new double[plain.dimensions()];
            Embeddings rows = plain.embedDocuments(background);
            for (int row = 0; row < rows.rows(); row++) {
                for (int j = 0; j < mean.length; j++) {
                    mean[j] += rows.value(row, j) / (double) rows.rows();
                }
            }
            float[] vector = plain.embedQuery("water and stone").vector();
            double norm = 0;
            for (int j = 0; j < mean.length; j++) {
                norm += Math.pow(vector[j] - mean[j], 2);
            }
            float[] centred = contrastive.embedQuery("water and stone").vector();
            for (int j = 0; j < mean.length; j++) {
                assertThat((double) centred[j]).isCloseTo((vector[j] - mean[j]) / Math.sqrt(norm), within(1e-5));
            }
            assertThat(contrastive.fingerprint()).isNotEqualTo(plain.fingerprint());
            assertThatThrownBy(() -> ContrastiveEmbedder.against(background.subList(0, 99), plain))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("99 texts");
        }
    }

    @Test
    void decoratedModelsAreAskedForByName() throws IOException {
        Path background = Files.write(folder.resolve("background.txt"), DecorationContractsTest.background());
        try (EmbeddingLaboratory lab = EmbeddingLaboratory.builder()
                .modelDirectory(folder.resolve("models"))
                .embedder("fake", FakeEmbedder.open())
                .defaultModel("hierarchical:fake")
                .build()) {
            String text = longText(4, 200);
            Embeddings rows = lab.embed(List.of(text));
            assertThat(rows.truncated()).isEmpty();
            assertThat(rows.tokenUse(0).windows()).isGreaterThan(1);
            assertThat(lab.embed(List.of(text), EmbedOptions.model("fake")).truncated()).hasSize(1);
            Embeddings finer = lab.embed(List.of(text), EmbedOptions.model("hierarchical=40:fake"));
            assertThat(finer.tokenUse(0).windows()).isGreaterThan(rows.tokenUse(0).windows());
            assertThat(finer.fingerprint()).isNotEqualTo(rows.fingerprint());
            String both = "contrastive=" + background + ":hierarchical:fake";
            Embeddings centred = lab.embed(List.of(text), EmbedOptions.model(both));
            assertThat(centred.tokenUse(0).windows()).isEqualTo(rows.tokenUse(0).windows());
            assertThat(centred.fingerprint()).isEqualTo(lab.models().load(both).fingerprint());
            assertThat(lab.models().show("hierarchical:fake").id().value()).isEqualTo("fake");
            assertThatThrownBy(() -> lab.models().load("hierarchical:nothing-here"))
                    .isInstanceOf(ModelNotFoundException.class)
                    .hasMessageContaining("nothing-here");
            assertThatThrownBy(() -> lab.embed(List.of("water"), EmbedOptions.model("contrastive:fake")))
                    .hasMessageContaining("contrastive=FILE:fake");
            assertThatThrownBy(() -> lab.embed(List.of("water"), EmbedOptions.model("contrastive=missing.txt:fake")))
                    .hasMessageContaining("missing.txt");
            assertThatThrownBy(() -> lab.embed(List.of("water"), EmbedOptions.model("hierarchical=many:fake")))
                    .hasMessageContaining("hierarchical=many");
        }
        assertThat(Decoration.parse("C:\\models\\minilm")).isEmpty();
        assertThat(Decoration.parse("hierarchical:/models/x")).contains(new Decoration("hierarchical", null, "/models/x"));
        assertThat(Decoration.parse("hierarchical=64:C:\\models\\x")).contains(new Decoration("hierarchical", "64", "C:\\models\\x"));
        assertThat(Decoration.parse("contrastive=a.txt:hierarchical:x")).contains(new Decoration("contrastive", "a.txt", "hierarchical:x"));
        assertThat(Decoration.parse("contrastive=C:\\b.txt:minilm")).contains(new Decoration("contrastive", "C:\\b.txt", "minilm"));
    }
}
