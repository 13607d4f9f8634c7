package io.github.embeddinglab.core.tokenization;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Who tokenizes; both give the same ids. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public enum TokenizerImplementation {
    /** Plain Java where the file allows it, else the native library. */
    AUTO,
    /** Plain Java; a file that it does not cover is refused. */
    JAVA,
    /** The native library, whatever the file. */
    NATIVE
}
