package io.github.embeddinglab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.embeddinglab.api.spi.LaboratoryProvider;
import io.github.embeddinglab.api.spi.ModelSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class LaboratoryBuilderTest {
    /** Refuses to open, with what it was given. */
    private static final class Opened extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient LaboratorySettings settings;

        Opened(LaboratorySettings settings) {
            this.settings = settings;
        }
    }

    private static final class Recorder implements LaboratoryProvider {
        @Override
        public String name() {
            return "recorder";
        }

        @Override
        public EmbeddingLaboratory open(LaboratorySettings settings) {
            throw new Opened(settings);
        }
    }

    private record NoModels(String name) implements ModelSource {
        @Override
        public Optional<Path> find(ModelRef model) {
            return Optional.empty();
        }

        @Override
        public boolean has(ModelRef model) {
            return false;
        }
    }

    private record Named(String model) implements Embedder {
        @Override
        public Embeddings embed(List<String> texts, EmbedOptions options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int dimensions() {
            return 1;
        }

        @Override
        public int maxTokens() {
            return 1;
        }

        @Override
        public int countTokens(String text) {
            return 1;
        }

        @Override
        public Fingerprint fingerprint() {
            return new Fingerprint("0".repeat(64));
        }

        @Override
        public Set<Capability> capabilities() {
            return Set.of();
        }

        @Override
        public void close() {}
    }

    @Test
    void everySettingArrives() {
        Named embedder = new Named("one");
        NoModels source = new NoModels("none");
        LaboratoryBuilder builder = EmbeddingLaboratory.builder()
                .provider(new Recorder())
                .configuration(Path.of("a.yaml"))
                .configuration(Path.of("b.yaml"))
                .defaultModel("one")
                .allowDownloads(false)
                .resources(Resources.defaults().withThreads(3))
                .modelDirectory(Path.of("models"))
                .embedder("one", embedder)
                .modelSource(source)
                .discovery(false);
        LaboratorySettings settings = catchThrowableOfType(Opened.class, builder::build).settings;
        assertThat(settings.configurations()).containsExactly(Path.of("a.yaml"), Path.of("b.yaml"));
        assertThat(settings.defaultModel()).isEqualTo("one");
        assertThat(settings.allowDownloads()).isFalse();
        assertThat(settings.resources()).isEqualTo(Resources.defaults().withThreads(3));
        assertThat(settings.modelDirectory()).isEqualTo(Path.of("models"));
        assertThat(settings.parts().embedders()).containsOnlyKeys("one").containsValue(embedder);
        assertThat(settings.parts().sources()).containsExactly(source);
        assertThat(settings.parts().discovery()).isFalse();
        builder.embedder("two", embedder);
        assertThat(settings.parts().embedders()).as("settings change with their builder").hasSize(1);
    }

    @Test
    void whatIsNotSaidIsNull() {
        LaboratoryBuilder builder = EmbeddingLaboratory.builder().provider(new Recorder());
        LaboratorySettings settings = catchThrowableOfType(Opened.class, builder::build).settings;
        assertThat(settings.defaultModel()).isNull();
        assertThat(settings.allowDownloads()).isNull();
        assertThat(settings.resources()).isNull();
        assertThat(settings.modelDirectory()).isNull();
        assertThat(settings.parts().discovery()).isTrue();
        assertThat(settings.parts().classLoader()).isNotNull();
    }

    @Test
    void twoEmbeddersOfOneNameAreRefused() {
        LaboratoryBuilder builder = EmbeddingLaboratory.builder().embedder("mine", new Named("a"));
        assertThatThrownBy(() -> builder.embedder("mine", new Named("b")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("\"mine\"");
    }
}
