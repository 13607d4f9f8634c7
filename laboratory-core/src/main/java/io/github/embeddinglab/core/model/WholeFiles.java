package io.github.embeddinglab.core.model;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Files and folders that appear whole or not at all: written beside their place, synced, renamed. */
final class WholeFiles {
    private WholeFiles() {}

    /** Writes to an open channel or into a folder. */
    interface Writer<T> {
        void write(T target) throws IOException;
    }

    static void file(Path target, Writer<FileChannel> writer) {
        Path parent = parent(target);
        Path temporary = null;
        try {
            Files.createDirectories(parent);
            // not createTempFile, which would leave the file readable for its owner only
            temporary = parent.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
            synced(temporary, writer);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            sync(parent);
        } catch (IOException e) {
            throw failed(target, e);
        } finally {
            remove(temporary);
        }
    }

    static void folder(Path target, Writer<Path> writer) {
        refuseFilled(target);
        Path parent = parent(target);
        Path temporary = null;
        try {
            Files.createDirectories(parent);
            temporary = Files.createTempDirectory(parent, "." + target.getFileName() + ".part");
            Path folder = Files.createDirectory(temporary.resolve("model")); // default permissions, not a temporary folder's
            writer.write(folder);
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path folderInside : all.filter(Files::isDirectory).toList()) {
                    sync(folderInside);
                }
            }
            refuseFilled(target);
            Files.deleteIfExists(target);
            Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
            sync(parent);
        } catch (AtomicMoveNotSupportedException e) {
            throw failed(target, e);
        } catch (IOException e) {
            throw failed(target, e);
        } finally {
            remove(temporary);
        }
    }

    /** A file inside a folder that is itself renamed into place. */
    static void synced(Path file, Writer<FileChannel> writer) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            writer.write(channel);
            channel.force(true);
        }
    }

    static void synced(Path file, byte[] bytes) throws IOException {
        synced(file, channel -> all(channel, ByteBuffer.wrap(bytes)));
    }

    static void all(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void refuseFilled(Path target) {
        if (!Files.exists(target)) {
            return;
        }
        try (Stream<Path> inside = Files.isDirectory(target) ? Files.list(target) : Stream.of(target)) {
            if (inside.findAny().isPresent()) {
                throw new InvalidInputException("target " + target
                        + " exists and is not an empty folder; name a new folder or remove this one first");
            }
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    private static Path parent(Path target) {
        Path parent = target.toAbsolutePath().normalize().getParent();
        if (parent == null) {
            throw new InvalidInputException("target " + target + " is the root of a file system; name a folder below it");
        }
        return parent;
    }

    /** Makes a rename durable where the system can open a folder; elsewhere the file system has to. */
    private static void sync(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            return; // Windows cannot open folders
        }
    }

    private static LaboratoryException failed(Path target, IOException e) {
        return new LaboratoryException(target + " could not be written (" + JsonObjects.reason(e)
                + "), nothing was left there; free space or choose another place", e);
    }

    private static void remove(@Nullable Path temporary) {
        if (temporary == null || !Files.exists(temporary)) {
            return;
        }
        try {
            Files.walkFileTree(temporary, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                    Files.delete(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            temporary.toFile().deleteOnExit();
        }
    }
}
