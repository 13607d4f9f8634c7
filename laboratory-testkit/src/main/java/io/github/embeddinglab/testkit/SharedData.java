package io.github.embeddinglab.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * Data and oracles that live beside the checkout. The build names their folder in the system property
 * {@value #PROPERTY}; a test that needs them skips visibly where they are absent.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class SharedData {
    /** The system property that holds the absolute folder. */
    public static final String PROPERTY = "laboratory.shared";

    private SharedData() {}

    /**
     * Gives a file or folder, or skips the calling test with a line that says why.
     *
     * @param relative path below the shared folder, as in {@code fixtures/models/bert-mean}
     * @return an existing absolute path
     * @throws org.opentest4j.TestAbortedException when it is not there
     */
    public static Path require(String relative) {
        return require(System.getProperty(PROPERTY), relative);
    }

    static Path require(@Nullable String folder, String relative) {
        assume(
                folder != null && !folder.isBlank(),
                "skipped: needs " + relative + " and the system property " + PROPERTY + " is not set");
        Path path = Path.of(String.valueOf(folder)).resolve(relative).toAbsolutePath().normalize();
        assume(Files.exists(path), "skipped: needs " + path + ", which is not there");
        return path;
    }

    /** Says the reason itself, since build tools print a count of skipped tests only. */
    private static void assume(boolean there, String reason) {
        if (!there) {
            System.out.println(reason);
        }
        Assumptions.assumeTrue(there, reason);
    }

    /**
     * Gives a file or folder without skipping.
     *
     * @param relative path below the shared folder
     * @return its absolute path, empty where it is absent
     */
    public static Optional<Path> find(String relative) {
        return Optional.ofNullable(System.getProperty(PROPERTY))
                .map(folder -> Path.of(folder).resolve(relative).toAbsolutePath().normalize())
                .filter(Files::exists);
    }
}
