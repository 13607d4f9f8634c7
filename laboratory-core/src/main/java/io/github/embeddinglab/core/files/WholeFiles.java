package io.github.embeddinglab.core.files;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Files and folders that appear whole or not at all. Each is written under a hidden name beside its place, synced to the
 * disk and renamed; a process that is killed leaves at most the hidden sibling, which starts with a dot and the target's
 * name.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class WholeFiles {
    private WholeFiles() {}

    /**
     * Writes to an open channel or into a folder.
     *
     * @param <T> what is written to
     */
    @FunctionalInterface
    public interface Writer<T> {
        /**
         * Writes.
         *
         * @param target to write to; the caller syncs and closes it
         * @throws IOException when the file system refuses
         */
        void write(T target) throws IOException;
    }

    /**
     * Writes a file; an older one is replaced.
     *
     * @param target the file; folders above it are made
     * @param writer writes the content
     * @throws InvalidInputException when something stands there that is no file
     * @throws CancelledException when the thread is interrupted; nothing changed
     * @throws LaboratoryException when the file system refuses; nothing changed
     */
    public static void file(Path target, Writer<FileChannel> writer) {
        Path parent = parent(target);
        refuseOther(target);
        Path temporary = hidden(parent, target);
        try {
            Files.createDirectories(parent);
            synced(temporary, writer);
            replace(temporary, target);
        } catch (IOException e) {
            throw failed(target, e);
        } finally {
            discard(temporary);
        }
    }

    /**
     * Writes a small file; an older one is replaced. An interrupt does not stop it half-way.
     *
     * @param target the file; folders above it are made
     * @param content all of it
     * @throws InvalidInputException when something stands there that is no file
     * @throws IOException when the file system refuses; nothing changed
     */
    public static void file(Path target, byte[] content) throws IOException {
        Path parent = parent(target);
        refuseOther(target);
        Files.createDirectories(parent);
        Path temporary = hidden(parent, target);
        try {
            // not a channel: an interrupt would close it
            try (FileOutputStream out = new FileOutputStream(temporary.toFile())) {
                out.write(content);
                out.getFD().sync();
            }
            replace(temporary, target);
        } finally {
            discard(temporary);
        }
    }

    /**
     * Gives a finished and synced file its name; an older one is replaced.
     *
     * @param finished on the same file system
     * @param target its name
     * @throws IOException when the file system refuses
     */
    public static void replace(Path finished, Path target) throws IOException {
        try {
            Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(finished, target, StandardCopyOption.REPLACE_EXISTING);
        }
        sync(parent(target));
    }

    /**
     * Makes a folder that must not exist, or be empty.
     *
     * @param target the folder; folders above it are made
     * @param writer fills a folder that then gets the target's name; files that it wrote are synced here
     * @throws InvalidInputException when the target is there and not empty
     * @throws CancelledException when the thread is interrupted; nothing is there
     * @throws LaboratoryException when the file system refuses; nothing is there
     */
    public static void folder(Path target, Writer<Path> writer) {
        refuseFilled(target);
        make(target, writer, false);
    }

    /**
     * Makes a folder unless it is there: of several threads and processes one wins, and its folder stands.
     *
     * @param target the folder; folders above it are made
     * @param writer fills a folder that then gets the target's name; files that it wrote are synced here
     * @return false when the folder stood already or another was quicker
     * @throws CancelledException when the thread is interrupted; nothing is there
     * @throws LaboratoryException when the file system refuses; nothing is there
     */
    public static boolean folderOnce(Path target, Writer<Path> writer) {
        return !Files.isDirectory(target) && make(target, writer, true);
    }

    private static boolean make(Path target, Writer<Path> writer, boolean mayLose) {
        Path parent = parent(target);
        Path temporary = null;
        try {
            Files.createDirectories(parent);
            temporary = Files.createTempDirectory(parent, "." + target.getFileName() + ".");
            Path folder = Files.createDirectory(temporary.resolve("whole")); // default permissions, not a temporary folder's
            writer.write(folder);
            syncTree(folder);
            return publish(folder, target, mayLose);
        } catch (IOException e) {
            throw failed(target, e);
        } finally {
            discard(temporary);
        }
    }

    private static boolean publish(Path folder, Path target, boolean mayLose) throws IOException {
        try {
            // an empty folder that stands in the way is replaced by the rename where the system can, else removed first
            if (!mayLose) {
                refuseFilled(target);
                Files.deleteIfExists(target);
            }
            Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (mayLose && Files.isDirectory(target)) {
                return false;
            }
            throw e;
        }
        sync(parent(target));
        return true;
    }

    /**
     * Writes a file inside a folder that is itself renamed into place, and syncs it.
     *
     * @param file the file, overwritten
     * @param writer writes the content
     * @throws IOException when the file system refuses
     */
    public static void synced(Path file, Writer<FileChannel> writer) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            writer.write(channel);
            channel.force(true);
        }
    }

    /**
     * Writes a file inside a folder that is itself renamed into place, and syncs it.
     *
     * @param file the file, overwritten
     * @param content all of it
     * @throws IOException when the file system refuses
     */
    public static void synced(Path file, byte[] content) throws IOException {
        synced(file, channel -> all(channel, ByteBuffer.wrap(content)));
    }

    /**
     * Writes all bytes that remain in a buffer.
     *
     * @param channel to write to
     * @param bytes emptied
     * @throws IOException when the file system refuses
     */
    public static void all(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /**
     * Deletes a file, or a folder and all below it; links are deleted, not followed. Nothing happens where nothing is.
     *
     * @param path what to delete
     * @throws IOException when a part cannot be deleted
     */
    public static void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
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
    }

    private static void refuseFilled(Path target) {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
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

    /** A rename would put the file in the place of whatever stands there: {@code /dev/stdout} is a link. */
    private static void refuseOther(Path target) {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
            String kind = Files.isSymbolicLink(target) ? "link" : Files.isDirectory(target) ? "folder" : "device or pipe";
            throw new InvalidInputException("target " + target + " is a " + kind + ", which the finished file would replace; name a file");
        }
    }

    private static Path parent(Path target) {
        Path parent = target.toAbsolutePath().normalize().getParent();
        if (parent == null) {
            throw new InvalidInputException("target " + target + " is the root of a file system; name a folder below it");
        }
        return parent;
    }

    /** Not createTempFile, which would leave the file readable for its owner only. */
    private static Path hidden(Path parent, Path target) {
        return parent.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
    }

    private static void syncTree(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.toList()) {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                        channel.force(true);
                    }
                } else {
                    sync(path);
                }
            }
        }
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
        if (e instanceof ClosedByInterruptException) {
            return new CancelledException("writing " + target + " was cancelled by an interrupt; nothing was left there", e);
        }
        String reason = e.getMessage() == null ? "" : ": " + e.getMessage().replaceAll("\\s+", " ");
        return new LaboratoryException(target + " could not be written (" + e.getClass().getSimpleName() + reason
                + "), nothing was left there; free space or choose another place", e);
    }

    /** Clears up after a failure without hiding it. */
    private static void discard(@Nullable Path temporary) {
        if (temporary != null) {
            try {
                delete(temporary);
            } catch (IOException e) {
                temporary.toFile().deleteOnExit();
            }
        }
    }
}
