package io.github.embeddinglab.api.spi;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import java.nio.file.Path;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** What a room gets from its laboratory. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface RoomContext {
    /**
     * The laboratory that the room belongs to.
     *
     * @return the laboratory
     */
    EmbeddingLaboratory laboratory();

    /**
     * A section of the configuration, checked when it was read.
     *
     * @param name as in {@code finetuning}
     * @return settings by key, empty where the section is absent
     */
    Map<String, Object> section(String name);

    /**
     * A folder where the room may keep files.
     *
     * @param name of the room
     * @return an existing folder
     */
    Path directory(String name);
}
