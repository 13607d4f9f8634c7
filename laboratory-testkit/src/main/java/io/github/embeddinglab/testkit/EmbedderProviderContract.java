package io.github.embeddinglab.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.api.ModelInfo;
import io.github.embeddinglab.api.ModelNotFoundException;
import io.github.embeddinglab.api.spi.EmbedderProvider;
import io.github.embeddinglab.api.spi.NamedProvider;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.junit.jupiter.api.Test;

/** What every {@link EmbedderProvider} keeps. Its embedders are judged by {@link EmbedderContract}. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public abstract class EmbedderProviderContract {
    /** For subclasses. */
    protected EmbedderProviderContract() {}

    /**
     * The provider that is judged.
     *
     * @return a provider with at least one model that can be opened
     */
    protected abstract EmbedderProvider provider();

    /**
     * The model to open.
     *
     * @return a name of {@link EmbedderProvider#models()}; the first READY one by default
     */
    protected String model() {
        return provider().models().stream()
                .filter(model -> model.availability() == ModelInfo.Availability.READY)
                .map(model -> model.id().value())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no model of " + provider().name() + " is READY; override model()"));
    }

    /** Name and version pass discovery. */
    @Test
    protected void passesDiscovery() {
        assertThat(NamedProvider.check(EmbedderProvider.class, List.of(provider()))).hasSize(1);
        assertThat(provider().apiVersion()).isEqualTo(NamedProvider.API_VERSION);
    }

    /** Entries are stable, names and aliases unique, and say where the model is. */
    @Test
    protected void entriesAreStableAndUnique() {
        EmbedderProvider provider = provider();
        List<ModelInfo> models = provider.models();
        assertThat(models).isNotEmpty();
        assertThat(provider.models()).isEqualTo(models);
        List<String> names = new ArrayList<>();
        models.forEach(model -> {
            names.add(model.id().value());
            names.addAll(model.aliases());
            assertThat(model.where()).as("where %s is", model.id()).isNotBlank();
            assertThat(model.builtIn()).as("%s is built in", model.id()).isFalse();
        });
        assertThat(names).doesNotHaveDuplicates();
    }

    /** An opened model is what its entry says. */
    @Test
    protected void openedModelIsWhatItsEntrySays() {
        EmbedderProvider provider = provider();
        String name = model();
        ModelFacts facts = provider.models().stream()
                .filter(model -> model.id().value().equals(name))
                .findFirst()
                .orElseThrow()
                .facts();
        try (Embedder embedder = provider.open(name)) {
            assertThat(embedder.model()).isEqualTo(name);
            if (facts.dimensions() > 0) {
                assertThat(embedder.dimensions()).isEqualTo(facts.dimensions());
            }
            if (facts.maxTokens() > 0) {
                assertThat(embedder.maxTokens()).isEqualTo(facts.maxTokens());
            }
            assertThat(embedder.embed(List.of("water")).dimensions()).isEqualTo(embedder.dimensions());
        }
    }

    /** Two handles are closed apart. */
    @Test
    protected void handlesAreIndependent() {
        try (Embedder other = provider().open(model())) {
            Embedder embedder = provider().open(model());
            assertThat(embedder).isNotSameAs(other);
            embedder.close();
            assertThat(other.embed(List.of("water")).rows()).isEqualTo(1);
        }
    }

    /** A model that it does not have is refused by name, with the names that it has. */
    @Test
    protected void unknownModelIsRefusedByName() {
        assertThatThrownBy(() -> provider().open("no-such-model"))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("no-such-model")
                .hasMessageContaining(provider().models().get(0).id().value());
    }
}
