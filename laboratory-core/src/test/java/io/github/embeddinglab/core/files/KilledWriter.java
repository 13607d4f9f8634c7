package io.github.embeddinglab.core.files;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a folder, says when it is half done, and goes on for longer than its parent lets it live. */
final class KilledWriter {
    private KilledWriter() {}

    public static void main(String[] args) {
        WholeFiles.folder(Path.of(args[0]), partial -> {
            Files.writeString(partial.resolve("config.json"), "{}");
            System.out.println("half");
            WholeFiles.synced(partial.resolve("model.safetensors"), channel -> {
                while (channel.size() < 1L << 36) {
                    WholeFiles.all(channel, ByteBuffer.allocate(1 << 16));
                    channel.position(channel.position() % (1 << 26));
                }
            });
        });
    }
}
