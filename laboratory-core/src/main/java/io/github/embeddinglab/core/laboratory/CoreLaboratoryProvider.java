package io.github.embeddinglab.core.laboratory;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.LaboratorySettings;
import io.github.embeddinglab.api.spi.LaboratoryProvider;
import io.github.embeddinglab.core.host.HostEnvironment;
import org.apiguardian.api.API.Status;
import org.apiguardian.api.API;

/** Opens laboratories that run models in this process. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class CoreLaboratoryProvider implements LaboratoryProvider {
    /** For {@link java.util.ServiceLoader}. */
    public CoreLaboratoryProvider() {}

    @Override
    public String name() {
        return "core";
    }

    @Override
    public EmbeddingLaboratory open(LaboratorySettings settings) {
        return CoreLaboratory.open(settings, HostEnvironment.current());
    }
}
