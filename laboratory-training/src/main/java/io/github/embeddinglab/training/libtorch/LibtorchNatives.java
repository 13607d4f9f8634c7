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

    /**
     * Lifts JavaCPP's own ceiling of native memory, four times the Java heap, before JavaCPP starts: near it, every tensor that is made
     * calls the collector, and then fails. A step's memory is planned by the engine's own ceiling, and tensors are freed by scopes.
     * What is set already wins.
     */
    static void liftCeiling() {
        System.getProperties().putIfAbsent("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        System.getProperties().putIfAbsent("org.bytedeco.javacpp.maxBytes", "0");
    }
}
