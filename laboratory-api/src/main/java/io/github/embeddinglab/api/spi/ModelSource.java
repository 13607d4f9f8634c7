package io.github.embeddinglab.api.spi;

import io.github.embeddinglab.api.ModelRef;
import java.nio.file.Path;
import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Brings sentence-transformers folders. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface ModelSource extends NamedProvider {
    /**
     * Looks for a model.
     *
     * @param model what is asked for
     * @return its folder, empty when this source does not have it
     * @throws io.github.embeddinglab.api.LaboratoryException when it has it but cannot give it
     */
    Optional<Path> find(ModelRef model);

    /**
     * Tells whether {@link #find} would give the model at once, without connections or long work.
     *
     * @param model what is asked for
     * @return true when it is at hand
     */
    boolean has(ModelRef model);
}
