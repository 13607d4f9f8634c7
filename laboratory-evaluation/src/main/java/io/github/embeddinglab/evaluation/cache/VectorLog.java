package io.github.embeddinglab.evaluation.cache;

import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.TokenUse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * An append-only file of records of one size: key (16 bytes), tokens used and dropped, d floats, checksum. A record that a
 * kill cut short or spoilt ends the file: it is cut off there when the file is opened. One process writes at a time; where
 * another holds the file, this one reads what is there and keeps its own vectors to itself.
 */
final class VectorLog implements AutoCloseable {
    private static final int KEY = 16;

    private final Path file;
    private final int dimensions;
    private final FileChannel channel;
    private final boolean writable;
    private final Map<Key, Long> places = new HashMap<>();

    /** The first half of a SHA-256. */
    record Key(long high, long low) {}

    /** A vector with its tokens; not to be written to. */
    static final class Entry {
        final float[] vector;
        final TokenUse use;

        Entry(float[] vector, TokenUse use) {
            this.vector = vector;
            this.use = use;
        }
    }

    private VectorLog(Path file, int dimensions, FileChannel channel, boolean writable) {
        this.file = file;
        this.dimensions = dimensions;
        this.channel = channel;
        this.writable = writable;
    }

    static VectorLog open(Path file, int dimensions) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            VectorLog log = new VectorLog(file, dimensions, channel, locked(channel));
            log.index();
            return log;
        } catch (IOException e) {
            throw new LaboratoryException("the cache " + file + " cannot be opened (" + e.getMessage()
                    + "); choose another folder, or run without a cache", e);
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            // held until the channel closes
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, false);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private int recordBytes() {
        return KEY + 2 * Integer.BYTES + dimensions * Float.BYTES + Integer.BYTES;
    }

    private void index() throws IOException {
        ByteBuffer record = ByteBuffer.allocate(recordBytes());
        long place = 0;
        while (read(record, place)) {
            places.put(new Key(record.getLong(0), record.getLong(Long.BYTES)), place);
            place += recordBytes();
        }
        if (writable) {
            channel.truncate(place);
        }
    }

    private boolean read(ByteBuffer record, long place) throws IOException {
        record.clear();
        while (record.hasRemaining()) {
            if (channel.read(record, place + record.position()) < 0) {
                return false;
            }
        }
        return record.getInt(recordBytes() - Integer.BYTES) == checksum(record);
    }

    private int checksum(ByteBuffer record) {
        CRC32C crc = new CRC32C();
        crc.update(record.duplicate().clear().limit(recordBytes() - Integer.BYTES));
        return (int) crc.getValue();
    }

    synchronized @Nullable Entry find(Key key) {
        Long place = places.get(key);
        if (place == null) {
            return null;
        }
        try {
            ByteBuffer record = ByteBuffer.allocate(recordBytes());
            if (!read(record, place)) {
                return null;
            }
            record.position(KEY);
            TokenUse use = new TokenUse(record.getInt(), record.getInt(), 1);
            float[] vector = new float[dimensions];
            record.asFloatBuffer().get(vector);
            return new Entry(vector, use);
        } catch (IOException e) {
            throw new LaboratoryException("the cache " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Appends and syncs; without effect where another process holds the file. */
    synchronized void append(List<Key> keys, List<Entry> entries) {
        if (!writable || keys.isEmpty()) {
            return;
        }
        try {
            long place = channel.size() / recordBytes() * recordBytes();
            for (int i = 0; i < keys.size(); i++) {
                ByteBuffer record = ByteBuffer.allocate(recordBytes());
                Entry entry = entries.get(i);
                record.putLong(keys.get(i).high()).putLong(keys.get(i).low());
                record.putInt(entry.use.used()).putInt(entry.use.dropped());
                record.asFloatBuffer().put(entry.vector);
                record.putInt(recordBytes() - Integer.BYTES, checksum(record));
                record.clear();
                for (long at = place; record.hasRemaining(); ) {
                    at += channel.write(record, at);
                }
                places.put(keys.get(i), place);
                place += recordBytes();
            }
            channel.force(false);
        } catch (IOException e) {
            throw new LaboratoryException("the cache " + file + " cannot be written (" + e.getMessage()
                    + "); free disk space, or run without a cache", e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new LaboratoryException("the cache " + file + " cannot be closed: " + e.getMessage(), e);
        }
    }
}
