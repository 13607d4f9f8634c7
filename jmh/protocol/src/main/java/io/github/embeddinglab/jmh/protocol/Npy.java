package io.github.embeddinglab.jmh.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes NumPy's format, version 1.0: little-endian float32, row-major. */
final class Npy {
    private static final int PREFIX = 10;
    private static final int ALIGNMENT = 64;

    private Npy() {}

    static void write(Path file, float[][] rows) throws IOException {
        int columns = rows[0].length;
        String shape = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows.length + ", " + columns + "), }";
        int padding = (ALIGNMENT - (PREFIX + shape.length() + 1) % ALIGNMENT) % ALIGNMENT;
        byte[] header = (shape + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(PREFIX + header.length + rows.length * columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0).putShort((short) header.length).put(header);
        for (float[] row : rows) {
            for (float value : row) {
                bytes.putFloat(value);
            }
        }
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        Files.write(partial, bytes.array());
        Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
