package io.github.embeddinglab.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.embeddinglab.api.DelegatingEmbedder;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.ModelRef;
import io.github.embeddinglab.api.RemoteException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class HostileWrapperTest {
    private static final List<String> TEXTS = List.of("a", "b", "c", "d");

    @Test
    void leaksAreNamed() {
        LeakCheck leaks = new LeakCheck();
        Embedder embedder = AssertingEmbedder.judgingCallers(FakeEmbedder.open(), leaks);
        assertThatThrownBy(leaks::close)
                .isInstanceOf(AssertionError.class)
                .hasMessage("1 opened and not closed: embedder fake")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        embedder.close();
        embedder.close();
        assertThatCode(leaks::close).doesNotThrowAnyException();
    }

    @Test
    void callersFaultsAreFailures() {
        try (LeakCheck leaks = new LeakCheck()) {
            Embedder embedder = AssertingEmbedder.judgingCallers(FakeEmbedder.open(), leaks);
            assertThatThrownBy(() -> embedder.embed(Arrays.asList("a", null)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("text 1 of 2 is null");
            assertThatThrownBy(() -> embedder.embed(TEXTS, EmbedOptions.model("other"))).isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> embedder.embed(TEXTS, EmbedOptions.defaults().dimensions(999)))
                    .isInstanceOf(AssertionError.class);
            embedder.close();
            assertThatThrownBy(() -> embedder.embed(TEXTS)).isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> embedder.countTokens("a")).isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void embeddersFaultsAreFailures() {
        try (LeakCheck leaks = new LeakCheck();
                Embedder dropping = AssertingEmbedder.judgingResults(
                        new DelegatingEmbedder(FakeEmbedder.open()) {
                            @Override
                            public Embeddings embed(List<String> texts, EmbedOptions options) {
                                return super.embed(texts.subList(1, texts.size()), options);
                            }
                        },
                        leaks)) {
            assertThatThrownBy(() -> dropping.embed(TEXTS))
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("3 rows for 4 texts");
        }
    }

    @Test
    void failuresComeWhenPlanned() {
        try (Embedder embedder = FailingEmbedder.before(FakeEmbedder.open(), Failures.atCall(2))) {
            assertThat(embedder.embed(TEXTS).rows()).isEqualTo(4);
            assertThatThrownBy(() -> embedder.embed(TEXTS))
                    .isInstanceOf(LaboratoryException.class)
                    .hasMessageContaining("call 2");
            assertThat(embedder.embed(TEXTS).rows()).isEqualTo(4);
        }
        Failures later = Failures.fromCall(1).throwing(IllegalStateException::new);
        try (Embedder embedder = FailingEmbedder.after(FakeEmbedder.open(), later)) {
            assertThatThrownBy(() -> embedder.embed(TEXTS)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> embedder.embed(TEXTS)).isInstanceOf(IllegalStateException.class);
        }
        try (Embedder embedder = FailingEmbedder.partly(FakeEmbedder.open(), Failures.atCall(1))) {
            RemoteException error = catchThrowableOfType(RemoteException.class, () -> embedder.embed(TEXTS));
            assertThat(error.failedRows()).containsExactly(0, 3);
            assertThat(error.retryAfter()).contains(Duration.ofMillis(1));
        }
    }

    @Test
    void randomFailuresFollowTheirSeed() {
        assertThat(failedCalls(7)).isEqualTo(failedCalls(7)).hasSizeBetween(100, 300);
        assertThat(failedCalls(7)).isNotEqualTo(failedCalls(8));
        Failures failures = Failures.random(1, 42);
        assertThatThrownBy(() -> failures.check("a test"))
                .isInstanceOf(LaboratoryException.class)
                .hasMessageContaining("seed 42");
        assertThatThrownBy(() -> Failures.random(1.5, 1)).isInstanceOf(LaboratoryException.class);
    }

    private static List<Integer> failedCalls(long seed) {
        Failures failures = Failures.random(.2, seed);
        return IntStream.range(0, 1000).filter(i -> failures.next() > 0).boxed().toList();
    }

    @Test
    void sourcesAreJudged(@TempDir Path folder) {
        AssertingModelSource lying = new AssertingModelSource(new FolderSourceTest.FolderSource(folder) {
            @Override
            public boolean has(ModelRef model) {
                return true;
            }

            @Override
            public Optional<Path> find(ModelRef model) {
                return Optional.empty();
            }
        });
        assertThatThrownBy(() -> lying.find(ModelRef.parse("x"))).isInstanceOf(AssertionError.class);
        FailingModelSource failing = new FailingModelSource(new FolderSourceTest.FolderSource(folder), Failures.atCall(1));
        assertThatThrownBy(() -> failing.find(ModelRef.parse("x"))).isInstanceOf(LaboratoryException.class);
        assertThat(failing.find(ModelRef.parse("x"))).isEmpty();
    }
}
