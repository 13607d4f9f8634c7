package io.github.embeddinglab.core.hub;

import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A revision of a model, pinned.
 *
 * @param id {@code org/name}
 * @param revision branch, tag or commit as it was asked for
 * @param commit the 40 hexadecimal digits that the revision stands for
 * @param files everything that the repository holds there
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record HubRevision(String id, String revision, String commit, List<HubFile> files) {
    /** Copies the list. */
    public HubRevision {
        files = List.copyOf(files);
    }
}
