package io.github.embeddinglab.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * NumPy's array files, versions 1 to 3 of the format, for matrices in C order: little-endian float32, and bytes.
 *
 * <p>Source: NEP 1, "A simple file format for NumPy arrays".
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");
    private static final int BLOCK = 1 << 20;

    private Npy() {}

    /** What a matrix holds. */
    public enum Type {
        /** Little-endian, four bytes. */
        FLOAT32("<f4"),
        /** Signed bytes. */
        INT8("|i1"),
        /** Unsigned bytes. */
        UINT8("|u1");

        private final String descr;

        Type(String descr) {
            this.descr = descr;
        }
    }

    /**
     * A matrix.
     *
     * @param values rows x columns numbers, row-major
     * @param rows n
     * @param columns d
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Matrix(float[] values, int rows, int columns) {}

    /**
     * Writes a matrix, whole or not at all.
     *
     * @param file target; replaced where it exists
     * @param values rows x columns numbers, row-major
     * @param rows n
     * @param columns d
     * @throws LaboratoryException when it cannot be written
     */
    public static void write(Path file, float[] values, int rows, int columns) {
        try (Writer writer = new Writer(file, columns)) {
            writer.append(values, 0, rows);
            writer.finish();
        }
    }

    /**
     * Reads a matrix.
     *
     * @param file the file
     * @return the matrix; a vector is read as one column
     * @throws InvalidInputException when it is not a float32 matrix in C order, or cut, or has bytes left over
     */
    public static Matrix read(Path file) {
        return read(file, Set.of("<f4"));
    }

    /**
     * Reads a matrix of any common type: float32, float64, float16, int8 or uint8; numbers become float32.
     *
     * @param file the file
     * @return the matrix; a vector is read as one column
     * @throws InvalidInputException when it is not such a matrix in C order, or cut, or has bytes left over
     */
    public static Matrix readNumbers(Path file) {
        return read(file, Set.of("<f4", "<f8", "<f2", "|i1", "|u1"));
    }

    private static Matrix read(Path file, Set<String> types) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] head = in.readNBytes(8);
            if (head.length < 8 || !Arrays.equals(head, 0, 6, MAGIC, 0, 6)) {
                throw wrong(file, "does not start as a NumPy file");
            }
            int width = head[6] == 1 ? 2 : 4;
            ByteBuffer size = ByteBuffer.wrap(in.readNBytes(width)).order(ByteOrder.LITTLE_ENDIAN);
            if (size.remaining() < width) {
                throw wrong(file, "is cut in its header");
            }
            int length = width == 2 ? Short.toUnsignedInt(size.getShort()) : size.getInt();
            if (length < 0 || length > 1 << 20) {
                throw wrong(file, "names a header of " + length + " bytes");
            }
            String header = new String(in.readNBytes(length), StandardCharsets.UTF_8);
            String descr = group(DESCR, header, file);
            if (!types.contains(descr)) {
                throw wrong(file, "holds " + descr + " where '<f4' is needed: save it with astype('float32')");
            }
            int bytesEach = Character.digit(descr.charAt(2), 10);
            if (group(ORDER, header, file).equals("True")) {
                throw wrong(file, "is in Fortran order: save it with numpy.ascontiguousarray");
            }
            String[] extents = group(SHAPE, header, file).split(",", -1);
            int[] shape = new int[2];
            int axes = 0;
            for (String extent : extents) {
                if (!extent.isBlank()) {
                    if (axes == 2) {
                        throw wrong(file, "has more than two axes");
                    }
                    shape[axes++] = extent(extent.trim(), file);
                }
            }
            if (axes == 0) {
                throw wrong(file, "holds a scalar");
            }
            int columns = axes == 2 ? shape[1] : 1;
            if ((long) shape[0] * columns > Integer.MAX_VALUE - 8) {
                throw wrong(file, "has " + shape[0] + " x " + columns + " numbers, more than one array holds");
            }
            // a damaged header must not make an array that the file cannot fill
            if (Files.size(file) - 8 - width - length < (long) bytesEach * shape[0] * columns) {
                throw wrong(file, "is cut: " + shape[0] + " x " + columns + " numbers are announced");
            }
            float[] values = new float[shape[0] * columns];
            int filled = 0;
            while (filled < values.length) {
                byte[] bytes = in.readNBytes((int) Math.min((values.length - (long) filled) * bytesEach, BLOCK));
                if (bytes.length == 0 || bytes.length % bytesEach != 0) {
                    throw wrong(file, "is cut: " + shape[0] + " x " + columns + " numbers are announced");
                }
                decode(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), descr, values, filled);
                filled += bytes.length / bytesEach;
            }
            if (in.read() >= 0) {
                throw wrong(file, "has bytes after its " + shape[0] + " x " + columns + " numbers");
            }
            return new Matrix(values, shape[0], columns);
        } catch (IOException e) {
            throw new InvalidInputException(file + " cannot be read: " + e, e);
        }
    }

    private static void decode(ByteBuffer bytes, String type, float[] values, int from) {
        int at = from;
        switch (type) {
            case "<f4" -> bytes.asFloatBuffer().get(values, from, bytes.remaining() / 4);
            case "<f8" -> {
                while (bytes.hasRemaining()) {
                    values[at++] = (float) bytes.getDouble();
                }
            }
            case "<f2" -> {
                while (bytes.hasRemaining()) {
                    values[at++] = half(bytes.getShort());
                }
            }
            default -> {
                while (bytes.hasRemaining()) {
                    byte value = bytes.get();
                    values[at++] = type.equals("|u1") ? Byte.toUnsignedInt(value) : value;
                }
            }
        }
    }

    /** IEEE 754 binary16: 1 sign bit, 5 of the exponent, 10 of the fraction. */
    private static float half(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        float size = switch (exponent) {
            case 0 -> Math.scalb((float) fraction, -24);
            case 0x1f -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
            default -> Math.scalb((float) (fraction | 0x400), exponent - 25);
        };
        return bits < 0 ? -size : size;
    }

    private static int extent(String text, Path file) {
        try {
            int extent = Integer.parseInt(text.endsWith("L") ? text.substring(0, text.length() - 1) : text);
            if (extent >= 0) {
                return extent;
            }
        } catch (NumberFormatException e) {
            throw new InvalidInputException(file + " has the extent " + text + ", which no array of ours holds", e);
        }
        throw wrong(file, "has the extent " + text);
    }

    private static String group(Pattern pattern, String header, Path file) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw wrong(file, "has a header without " + pattern.pattern().substring(1, pattern.pattern().indexOf('\'', 1)));
        }
        return matcher.group(1);
    }

    private static InvalidInputException wrong(Path file, String what) {
        return new InvalidInputException(file + " " + what + "; expected a float32 matrix in C order (.npy)");
    }

    /** Writes rows as they come; the file appears under its name only when finished. */
    public static final class Writer implements AutoCloseable {
        private static final int HEADER = 128;

        private final Path file;
        private final Path partial;
        private final int columns;
        private final Type type;
        private final FileChannel channel;
        private final ByteBuffer block;
        private long rows;
        private boolean finished;

        /**
         * Opens a hidden sibling of the target, for floats.
         *
         * @param file target; replaced where it exists
         * @param columns d, at least 1
         * @throws LaboratoryException when the folder cannot be written
         */
        public Writer(Path file, int columns) {
            this(file, columns, Type.FLOAT32);
        }

        /**
         * Opens a hidden sibling of the target.
         *
         * @param file target; replaced where it exists
         * @param columns numbers or bytes in a row, at least 1
         * @param type of the numbers
         * @throws LaboratoryException when the folder cannot be written
         */
        public Writer(Path file, int columns, Type type) {
            this.file = file;
            this.columns = columns;
            this.type = type;
            this.block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
            Path folder = file.toAbsolutePath().getParent();
            if (folder == null || Files.isDirectory(file)) {
                throw new InvalidInputException("output " + file + " is a folder; name a file in it");
            }
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new InvalidInputException("output " + file + " is a "
                        + (Files.isSymbolicLink(file) ? "link" : "device or pipe")
                        + ", which the finished file would replace; name a file");
            }
            if (!Files.isDirectory(folder)) {
                throw new InvalidInputException("output " + file + " cannot be written: the folder " + folder
                        + (Files.exists(folder) ? " is a file" : " does not exist") + "; make it, or choose another place");
            }
            try {
                // not createTempFile, which would leave the file readable for its owner only
                this.partial = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
                this.channel = FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                channel.position(HEADER);
            } catch (IOException e) {
                throw failed(e);
            }
        }

        /**
         * Appends rows.
         *
         * @param values row-major numbers
         * @param offset first number to write
         * @param count rows to write
         */
        public void append(float[] values, int offset, int count) {
            require(type == Type.FLOAT32, "floats");
            int end = offset + count * columns;
            try {
                for (int at = offset; at < end; ) {
                    int part = Math.min(end - at, BLOCK / 4);
                    block.clear();
                    block.asFloatBuffer().put(values, at, part);
                    block.limit(part * 4);
                    while (block.hasRemaining()) {
                        channel.write(block);
                    }
                    at += part;
                }
            } catch (IOException e) {
                throw failed(e);
            }
            rows += count;
        }

        /**
         * Appends rows of bytes.
         *
         * @param codes row-major bytes
         * @param offset first byte to write
         * @param count rows to write
         */
        public void append(byte[] codes, int offset, int count) {
            require(type != Type.FLOAT32, "bytes");
            ByteBuffer bytes = ByteBuffer.wrap(codes, offset, count * columns);
            try {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } catch (IOException e) {
                throw failed(e);
            }
            rows += count;
        }

        private void require(boolean fits, String given) {
            if (!fits) {
                throw new InvalidInputException(file + " was opened for " + type + " and got " + given);
            }
        }

        /**
         * Appends all rows of a matrix.
         *
         * @param rows of d columns
         */
        public void append(Embeddings rows) {
            append(rows.valuesWithoutCopy(), 0, rows.rows());
        }

        /** Completes the header, syncs, and gives the file its name. */
        public void finish() {
            String text = "{'descr': '" + type.descr + "', 'fortran_order': False, 'shape': (" + rows + ", " + columns + "), }";
            ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
            header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (HEADER - 10));
            header.put(text.getBytes(StandardCharsets.US_ASCII));
            while (header.position() < HEADER - 1) {
                header.put((byte) ' ');
            }
            header.put((byte) '\n').flip();
            try {
                channel.position(0);
                while (header.hasRemaining()) {
                    channel.write(header);
                }
                channel.force(true);
                channel.close();
                Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                finished = true;
            } catch (IOException e) {
                throw failed(e);
            }
        }

        /** Removes what is not finished. */
        @Override
        public void close() {
            if (!finished) {
                try {
                    channel.close();
                    Files.deleteIfExists(partial);
                } catch (IOException e) {
                    throw failed(e);
                }
            }
        }

        private LaboratoryException failed(IOException e) {
            if (e instanceof ClosedByInterruptException) {
                return new CancelledException(
                        "writing " + file + " was cancelled by an interrupt; nothing was kept, run it again", e);
            }
            return new LaboratoryException(file + " cannot be written ("
                    + (e instanceof AccessDeniedException ? "no permission" : e.getMessage())
                    + "); nothing was kept: free space or choose another place", e);
        }
    }
}
