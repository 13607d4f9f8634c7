package io.github.embeddinglab.api.spi;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.ModelInfo;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Brings models that are no sentence-transformers folder: remote services, other runtimes, hand-made ones. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface EmbedderProvider extends NamedProvider {
    /**
     * The models it has.
     *
     * @return entries for the registry; no work, no connection
     */
    List<ModelInfo> models();

    /**
     * Opens one of them.
     *
     * @param model name of an entry
     * @return an embedder that the laboratory closes
     */
    Embedder open(String model);
}
