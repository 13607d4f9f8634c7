package io.github.embeddinglab.training.libtorch;

import java.nio.file.Path;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Where the natives of libtorch go; knowing it loads nothing of them. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class LibtorchNatives {
    private LibtorchNatives() {}

    /**
     * Has them (435 MB) unpacked below a folder of models rather than in the home folder, and what JavaCPP says logged. For the main method
     * of a program, before the first {@link LibtorchBackend#open}; system properties that are set already win.
     *
     * @param models the folder
     */
    public static void unpackBeside(Path models) {
        System.getProperties().putIfAbsent(
                "org.bytedeco.javacpp.cachedir", models.resolve("natives").resolve("javacpp").toAbsolutePath().toString());
        System.getProperties().putIfAbsent("org.bytedeco.javacpp.logger", "slf4j");
    }
}
