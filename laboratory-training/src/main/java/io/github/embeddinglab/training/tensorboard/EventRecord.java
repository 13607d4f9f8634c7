package io.github.embeddinglab.training.tensorboard;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The bytes of one event: a Protocol Buffers message {@code tensorflow.Event} in the framing of TFRecord, which is the length (8 bytes,
 * little endian), its checksum, the message, its checksum.
 */
final class EventRecord {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    private static final int STATUS = 1;
    private static final int START = 1;
    private static final int VALUE = 1;
    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;
    private static final int MASK = 0xa282ead8;
    private static final int TURN = 15;

    private final ByteArrayOutputStream message = new ByteArrayOutputStream();

    private EventRecord() {}

    /** The first of a file. */
    static byte[] version(double seconds) {
        EventRecord event = at(seconds, 0);
        event.bytes(FILE_VERSION, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
        return event.framed();
    }

    /** A training begins, anew or again, with a step; what earlier files say of this step and later ones is void. */
    static byte[] start(double seconds, long step) {
        EventRecord log = new EventRecord();
        log.varint(STATUS, START);
        EventRecord event = at(seconds, step);
        event.bytes(SESSION_LOG, log.message.toByteArray());
        return event.framed();
    }

    /** Numbers of a step, in single precision, by name. */
    static byte[] scalars(double seconds, long step, Map<String, Double> values) {
        EventRecord summary = new EventRecord();
        values.forEach((tag, number) -> {
            EventRecord value = new EventRecord();
            value.bytes(TAG, tag.getBytes(StandardCharsets.UTF_8));
            value.key(SIMPLE_VALUE, FIXED_32);
            value.fixed(Integer.BYTES, Float.floatToRawIntBits(number.floatValue()));
            summary.bytes(VALUE, value.message.toByteArray());
        });
        EventRecord event = at(seconds, step);
        event.bytes(SUMMARY, summary.message.toByteArray());
        return event.framed();
    }

    private static EventRecord at(double seconds, long step) {
        EventRecord event = new EventRecord();
        event.key(WALL_TIME, FIXED_64);
        event.fixed(Long.BYTES, Double.doubleToRawLongBits(seconds));
        if (step != 0) { // zero is what an absent number means
            event.varint(STEP, step);
        }
        return event;
    }

    private void key(int field, int type) {
        message.write(field << 3 | type);
    }

    private void varint(int field, long value) {
        key(field, VARINT);
        number(value);
    }

    private void number(long value) {
        long left = value;
        while ((left & ~0x7FL) != 0) {
            message.write((int) ((left & 0x7F) | 0x80));
            left >>>= 7;
        }
        message.write((int) left);
    }

    private void fixed(int size, long bits) {
        for (int i = 0; i < size; i++) {
            message.write((int) (bits >>> (Byte.SIZE * i)));
        }
    }

    private void bytes(int field, byte[] content) {
        key(field, BYTES);
        number(content.length);
        message.writeBytes(content);
    }

    private byte[] framed() {
        byte[] content = message.toByteArray();
        ByteBuffer record = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + content.length + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(content.length);
        record.putInt(checksum(record.array(), 0, Long.BYTES));
        record.put(content);
        record.putInt(checksum(content, 0, content.length));
        return record.array();
    }

    /** CRC-32C, turned and shifted, since a checksum of data that hold checksums is weak. */
    private static int checksum(byte[] data, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(data, from, length);
        int value = (int) crc.getValue();
        return Integer.rotateRight(value, TURN) + MASK;
    }
}
