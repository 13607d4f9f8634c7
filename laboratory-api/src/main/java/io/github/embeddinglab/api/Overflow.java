package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** What to do with a text that has more tokens than the model takes. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public enum Overflow {
    /** Keep the first tokens, count the dropped ones in the result. */
    TRUNCATE,
    /** Refuse the request before anything is computed. */
    FAIL,
    /** Embed windows of the limit's size and average them, weighted by their tokens. */
    SPLIT
}
