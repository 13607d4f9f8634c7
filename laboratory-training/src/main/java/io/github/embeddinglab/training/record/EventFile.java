package io.github.embeddinglab.training.record;

import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.training.TrainingListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.zip.CRC32C;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Writes scalars as TensorBoard reads them: records of length, masked CRC-32C of the length, bytes, masked CRC-32C of the bytes;
 * each is an {@code Event} of wall time, step and one value by tag. A file that cannot be written stops being written, and a note on
 * standard logging is not worth a training.
 *
 * <p>Format: TFRecord and {@code event.proto}, {@code summary.proto} of TensorFlow.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class EventFile implements AutoCloseable {
    private static final int MASK_DELTA = 0xa282ead8;
    private static final double MILLIS = 1000.0;

    private @Nullable OutputStream out;

    private EventFile(@Nullable OutputStream out) {
        this.out = out;
    }

    /** A file that takes nothing. */
    public static EventFile none() {
        return new EventFile(null);
    }

    /**
     * Begins a file; those that an interrupted training left stay beside it.
     *
     * @param directory made where needed
     * @return the file
     * @throws LaboratoryException when the disk refuses
     */
    public static EventFile in(Path directory) {
        try {
            Files.createDirectories(directory);
            Path file = directory.resolve("events.out.tfevents." + System.currentTimeMillis() + ".laboratory");
            EventFile made = new EventFile(Files.newOutputStream(file));
            ByteArrayOutputStream event = event(0);
            text(event, 3, "brain.Event:2");
            made.record(event.toByteArray());
            return made;
        } catch (IOException e) {
            throw new LaboratoryException("event files cannot be written into " + directory + " (" + e.getMessage()
                    + "); free space, or set tensorboard=off", e);
        }
    }

    /**
     * A listener that writes what it hears, and passes it on.
     *
     * @param other told first
     * @return the listener
     */
    public TrainingListener beside(TrainingListener other) {
        return new TrainingListener() {
            @Override
            public void planned(List<String> lines) {
                other.planned(lines);
            }

            @Override
            public void stepped(Step step) {
                other.stepped(step);
                scalar(step.step(), "training/loss", step.loss());
                scalar(step.step(), "training/learning_rate", step.learningRate());
                if (!Double.isNaN(step.gradientNorm())) {
                    scalar(step.step(), "training/gradient_norm", step.gradientNorm());
                }
            }

            @Override
            public void looked(Look look) {
                other.looked(look);
                scalar(look.step(), "selection/" + look.metric(), look.value());
            }
        };
    }

    /**
     * Writes one value.
     *
     * @param step at least 0
     * @param tag as in {@code training/loss}
     * @param value single precision is kept
     */
    public void scalar(long step, String tag, double value) {
        ByteArrayOutputStream point = new ByteArrayOutputStream();
        text(point, 1, tag);
        key(point, 2, 5);
        little(point, ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat((float) value));
        ByteArrayOutputStream summary = new ByteArrayOutputStream();
        bytes(summary, 1, point.toByteArray());
        ByteArrayOutputStream event = event(step);
        bytes(event, 5, summary.toByteArray());
        record(event.toByteArray());
    }

    private static ByteArrayOutputStream event(long step) {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        key(event, 1, 1);
        little(event, ByteBuffer.allocate(Double.BYTES).order(ByteOrder.LITTLE_ENDIAN).putDouble(System.currentTimeMillis() / MILLIS));
        key(event, 2, 0);
        varint(event, step);
        return event;
    }

    private static void key(ByteArrayOutputStream to, int field, int wire) {
        varint(to, (long) field << 3 | wire);
    }

    private static void text(ByteArrayOutputStream to, int field, String text) {
        bytes(to, field, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void bytes(ByteArrayOutputStream to, int field, byte[] bytes) {
        key(to, field, 2);
        varint(to, bytes.length);
        to.writeBytes(bytes);
    }

    private static void little(ByteArrayOutputStream to, ByteBuffer buffer) {
        to.writeBytes(buffer.array());
    }

    private static void varint(ByteArrayOutputStream to, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            to.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        to.write((int) rest);
    }

    private void record(byte[] data) {
        OutputStream to = out;
        if (to == null) {
            return;
        }
        byte[] length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(data.length).array();
        ByteBuffer all = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        all.put(length).putInt(masked(length)).put(data).putInt(masked(data));
        try {
            to.write(all.array());
            to.flush();
        } catch (IOException e) {
            close(); // curves are not worth a training: a full disk is told by the checkpoint
        }
    }

    private static int masked(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        int value = (int) crc.getValue();
        return (value >>> 15 | value << 17) + MASK_DELTA;
    }

    /**
     * Moves files of a finished training beside its model.
     *
     * @param from folder of event files, removed
     * @param to made where needed
     */
    public static void move(Path from, Path to) {
        try (var files = Files.list(from)) {
            Files.createDirectories(to);
            for (Path file : files.toList()) {
                Files.move(file, to.resolve(file.getFileName().toString()), StandardCopyOption.REPLACE_EXISTING);
            }
            Files.delete(from);
        } catch (IOException e) {
            throw new LaboratoryException("event files cannot be moved from " + from + " to " + to + " (" + e.getMessage()
                    + "); the model itself is whole", e);
        }
    }

    /** A second call does nothing. */
    @Override
    public void close() {
        OutputStream to = out;
        out = null;
        if (to != null) {
            try {
                to.close();
            } catch (IOException e) {
                throw new LaboratoryException("an event file cannot be closed: " + e.getMessage(), e);
            }
        }
    }
}
