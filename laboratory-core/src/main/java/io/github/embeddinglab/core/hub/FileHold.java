package io.github.embeddinglab.core.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A lock file held by one thread of one JVM. It saves bandwidth only: writers of the same partial file write the same
 * bytes at the same places and check the digest, so a file system that ignores locks corrupts nothing.
 */
final class FileHold {
    private static final long POLL_MILLIS = 50;
    private final FileChannel channel;

    private FileHold(FileChannel channel) {
        this.channel = channel;
    }

    /** Work under a lock. */
    interface Work<T> {
        T run() throws IOException;
    }

    /** Waits as long as another holds the lock, then works; an interrupt ends the wait. */
    static <T> T during(Path file, Work<T> work) throws IOException {
        FileHold hold = take(file);
        try {
            return work.run();
        } finally {
            hold.close();
        }
    }

    private static FileHold take(Path file) throws IOException {
        Files.createDirectories(HubCache.parent(file));
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean held = false;
        try {
            while (!tryLock(channel)) {
                Thread.sleep(POLL_MILLIS);
            }
            held = true;
            return new FileHold(channel);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while another process downloads the same file");
        } finally {
            if (!held) {
                channel.close();
            }
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;  // another thread of this JVM has it
        }
    }

    private void close() throws IOException {
        channel.close();
    }
}
