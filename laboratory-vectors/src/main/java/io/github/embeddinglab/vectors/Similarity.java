package io.github.embeddinglab.vectors;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** How two vectors are scored; higher is nearer. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public enum Similarity {
    /** The dot product; for vectors of length 1 it is the cosine, and its order is that of Euclidean distance. */
    DOT,
    /** The cosine of the angle; 0 where a vector is all zeros. */
    COSINE
}
