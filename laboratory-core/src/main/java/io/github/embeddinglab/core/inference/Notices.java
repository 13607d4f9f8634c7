package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.Fingerprint;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Of which models users were told about prompts; outlives the models, which are evicted and loaded again. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Notices {
    private final Set<Fingerprint> told = ConcurrentHashMap.newKeySet();

    /** Nothing was said yet. */
    public Notices() {}

    boolean first(Fingerprint model) {
        return told.add(model);
    }
}
