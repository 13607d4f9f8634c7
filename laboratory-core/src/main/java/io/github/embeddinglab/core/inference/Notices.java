package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.Fingerprint;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** What users were told already, of prompts and of the runtime; outlives the models, which are evicted and loaded again. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Notices {
    private final Set<Fingerprint> told = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean runtimeTold = new AtomicBoolean();

    /** Nothing was said yet. */
    public Notices() {}

    boolean first(Fingerprint model) {
        return told.add(model);
    }

    /**
     * Whether the hazards of the runtime are still to be told.
     *
     * @return true the first time
     */
    public boolean firstRuntime() {
        return runtimeTold.compareAndSet(false, true);
    }
}
