package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.LaboratorySettings;
import io.github.embeddinglab.api.spi.EmbedderProvider;
import io.github.embeddinglab.api.spi.LaboratoryProvider;
import io.github.embeddinglab.api.spi.NamedProvider;
import io.github.embeddinglab.api.spi.RoomProvider;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Opens laboratories without model folders, for tests of rooms and of host code: they have what was handed in or
 * discovered, and a {@link FakeEmbedder} called {@code fake}, which is the default model. Hand it to
 * {@link io.github.embeddinglab.api.LaboratoryBuilder#provider}; it is not discovered. Configuration files and model
 * sources are refused, not ignored.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class FakeLaboratoryProvider implements LaboratoryProvider {
    /** For {@link io.github.embeddinglab.api.LaboratoryBuilder#provider}. */
    public FakeLaboratoryProvider() {}

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public EmbeddingLaboratory open(LaboratorySettings settings) {
        LaboratorySettings.Parts parts = settings.parts();
        if (!settings.configurations().isEmpty() || !parts.sources().isEmpty()) {
            throw new ConfigurationException("the fake laboratory reads neither configuration files "
                    + settings.configurations() + " nor model sources (" + NamedProvider.names(parts.sources())
                    + "); leave them out, or use laboratory-core");
        }
        List<RoomProvider> rooms = new ArrayList<>(parts.rooms());
        List<EmbedderProvider> embedders = new ArrayList<>(parts.embedderProviders());
        if (parts.discovery()) {
            NamedProvider.discover(RoomProvider.class, parts.classLoader()).stream()
                    .filter(found -> parts.rooms().stream().noneMatch(given -> given.room() == found.room()))
                    .forEach(rooms::add);
            embedders.addAll(NamedProvider.discover(EmbedderProvider.class, parts.classLoader()));
        }
        return new FakeLaboratory(
                settings,
                NamedProvider.check(RoomProvider.class, rooms),
                NamedProvider.check(EmbedderProvider.class, embedders));
    }
}
