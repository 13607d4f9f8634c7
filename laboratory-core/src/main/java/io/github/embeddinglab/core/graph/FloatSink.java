package io.github.embeddinglab.core.graph;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/** Floats into a channel as little-endian bytes through one small buffer. Not safe for concurrent use. */
final class FloatSink {
    private static final int BUFFER_BYTES = 1 << 18;

    private final WritableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long written;

    FloatSink(WritableByteChannel channel) {
        this.channel = channel;
    }

    /** Bytes accepted so far. */
    long written() {
        return written;
    }

    void put(float[] values, int from, int count) throws IOException {
        int at = from;
        int end = from + count;
        while (at < end) {
            if (buffer.remaining() < Float.BYTES) {
                flush();
            }
            int step = Math.min(end - at, buffer.remaining() / Float.BYTES);
            buffer.asFloatBuffer().put(values, at, step);
            buffer.position(buffer.position() + step * Float.BYTES);
            at += step;
        }
        written += (long) count * Float.BYTES;
    }

    /** Copies bytes that are little-endian floats already. */
    void put(ByteBuffer bytes) throws IOException {
        flush();
        written += bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Fills with zero bytes up to a position. */
    void padTo(long position) throws IOException {
        while (written < position) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            buffer.put((byte) 0);
            written++;
        }
    }

    void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }
}
