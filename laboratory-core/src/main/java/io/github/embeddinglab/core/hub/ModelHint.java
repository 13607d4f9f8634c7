package io.github.embeddinglab.core.hub;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a model before any connection, for the message that refuses a download.
 *
 * @param downloadBytes how much would be downloaded, -1 where unknown
 * @param jar Maven coordinates of a class-path jar with the same model, null where there is none
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record ModelHint(long downloadBytes, @Nullable String jar) {
    /** Nothing is known. */
    public static final ModelHint NONE = new ModelHint(-1, null);
}
