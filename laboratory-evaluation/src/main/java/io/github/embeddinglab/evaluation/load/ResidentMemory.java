package io.github.embeddinglab.evaluation.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Memory of this process as Linux counts it: heap, natives and mapped files that are resident. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final long KIB = 1024;

    private ResidentMemory() {}

    /**
     * What is resident now.
     *
     * @return bytes, empty where the system does not tell
     */
    public static OptionalLong now() {
        return field("VmRSS:");
    }

    /**
     * The most that was ever resident.
     *
     * @return bytes, empty where the system does not tell
     */
    public static OptionalLong peak() {
        return field("VmHWM:");
    }

    private static OptionalLong field(String name) {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(name)) {
                    String number = line.substring(name.length()).toLowerCase(Locale.ROOT).replace("kb", "").strip();
                    return OptionalLong.of(Long.parseLong(number) * KIB);
                }
            }
        } catch (IOException e) {
            // no /proc here: another system than Linux
            return OptionalLong.empty();
        }
        return OptionalLong.empty();
    }
}
