package io.github.embeddinglab.core.device;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Something that runs graphs.
 *
 * @param kind as in {@code cpu} or {@code cuda}
 * @param index number among devices of its kind, from 0
 * @param description for people
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Device(String kind, int index, String description) {
    /**
     * Short name.
     *
     * @return as in {@code cpu:0}
     */
    public String name() {
        return kind + ":" + index;
    }
}
