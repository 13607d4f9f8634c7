package io.github.embeddinglab.core.hub;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * A file as the hub lists it.
 *
 * @param path inside the repository, with {@code /}
 * @param size bytes, -1 where the hub did not say
 * @param sha256 of the content in lower-case hex, known for large files, else null
 * @param gitSha1 the git blob digest in lower-case hex, known for small files, else null
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record HubFile(String path, long size, @Nullable String sha256, @Nullable String gitSha1) {
    /** The name of the file without its folder. */
    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The folder of the file, empty for the root. */
    String folder() {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }
}
