package io.github.embeddinglab.api.spi;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.LaboratorySettings;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Opens laboratories; {@code laboratory-core} has the one that is used in practice. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface LaboratoryProvider extends NamedProvider {
    /**
     * Opens a laboratory.
     *
     * @param settings as the builder collected them
     * @return a laboratory
     */
    EmbeddingLaboratory open(LaboratorySettings settings);
}
