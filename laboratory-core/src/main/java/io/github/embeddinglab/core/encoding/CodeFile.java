package io.github.embeddinglab.core.encoding;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.Codec;
import io.github.embeddinglab.api.CodeRanges;
import io.github.embeddinglab.api.EmbeddingSink;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.EncodedEmbeddings;
import io.github.embeddinglab.api.EncodingCost;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Npy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Encodes any number of vectors to a NumPy file in bounded memory. Where int8 has to take its ranges from the vectors
 * themselves, the floats wait in a hidden file beside the target until the last has come.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class CodeFile implements EmbeddingSink, AutoCloseable {
    private static final int BLOCK_ROWS = 4096;

    private final Path file;
    private final int dimensions;
    private final Npy.Writer codes;
    private final @Nullable FloatSpool spool;
    private @Nullable RowCoder coder;
    private @Nullable CostMeter cost;

    /**
     * Opens hidden siblings of the target.
     *
     * @param file target; replaced where it exists, and {@link EncodedEmbeddings#rangesFile} as well
     * @param dimensions d of the vectors
     * @param codec which, and over which ranges
     * @throws InvalidInputException when the ranges have other dimensions
     * @throws LaboratoryException when the folder cannot be written
     */
    public CodeFile(Path file, int dimensions, Codec codec) {
        this.file = file;
        this.dimensions = dimensions;
        boolean waits = codec.form() == Codec.Form.INT8 && codec.ranges().isEmpty();
        if (!waits) {
            begin(codec);
        }
        this.codes = new Npy.Writer(file, codec.form().bytes(dimensions), codec.form().type());
        try {
            this.spool = waits ? new FloatSpool(file, dimensions) : null;
        } catch (RuntimeException e) {
            codes.close();
            throw e;
        }
    }

    private RowCoder begin(Codec codec) {
        RowCoder ready = RowCoder.of(codec, dimensions);
        coder = ready;
        cost = new CostMeter(ready);
        return ready;
    }

    @Override
    public void accept(long firstRow, Embeddings rows) {
        float[] values = rows.toArray();
        if (spool != null) {
            spool.append(values, rows.rows());
        } else {
            encode(values, rows.rows(), firstRow);
        }
    }

    private void encode(float[] values, int count, long firstRow) {
        if (coder == null || cost == null) {
            throw new IllegalStateException("encoding begins when the ranges are known");
        }
        try {
            byte[] encoded = coder.encode(values, count);
            codes.append(encoded, 0, count);
            cost.add(values, encoded, count);
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException("the vectors from row " + firstRow + " on cannot be encoded: " + e.getMessage(), e);
        }
    }

    /**
     * Encodes what waits and gives the files their names, the ranges first.
     *
     * @return what the codec cost
     * @throws InvalidInputException when ranges were to be taken and no vector came
     */
    public EncodingCost finish() {
        if (spool != null) {
            begin(Codec.int8(spool.ranges()));
            spool.replay(this::encode);
        }
        if (coder == null || cost == null) {
            throw new IllegalStateException("encoding begins when the ranges are known");
        }
        coder.codec().ranges().ifPresent(ranges -> ranges.writeNpy(EncodedEmbeddings.rangesFile(file)));
        codes.finish();
        return cost.cost();
    }

    /** Removes what is not finished, and the floats. */
    @Override
    public void close() {
        try {
            codes.close();
        } finally {
            if (spool != null) {
                spool.close();
            }
        }
    }

    /** Floats on disk, and their ranges. */
    private static final class FloatSpool implements AutoCloseable {
        private final Path path;
        private final Path file;
        private final FileChannel channel;
        private final int dimensions;
        private final RangeMeter meter;
        private long rows;

        /** Takes rows again, in order. */
        interface Replay {
            void take(float[] values, int count, long firstRow);
        }

        FloatSpool(Path file, int dimensions) {
            this.file = file;
            this.dimensions = dimensions;
            this.meter = new RangeMeter(dimensions);
            this.path = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".floats.part");
            try {
                this.channel = FileChannel.open(
                        path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ);
            } catch (IOException e) {
                throw failed(e);
            }
        }

        CodeRanges ranges() {
            return meter.ranges();
        }

        void append(float[] values, int count) {
            meter.add(values, count);
            for (int row = 0; row < count; row += BLOCK_ROWS) {
                int part = Math.min(count - row, BLOCK_ROWS);
                ByteBuffer block = ByteBuffer.allocate(part * dimensions * Float.BYTES).order(ByteOrder.nativeOrder());
                block.asFloatBuffer().put(values, row * dimensions, part * dimensions);
                try {
                    while (block.hasRemaining()) {
                        channel.write(block);
                    }
                } catch (IOException e) {
                    throw failed(e);
                }
            }
            rows += count;
        }

        void replay(Replay replay) {
            try {
                channel.position(0);
                for (long row = 0; row < rows; row += BLOCK_ROWS) {
                    int part = (int) Math.min(rows - row, BLOCK_ROWS);
                    ByteBuffer block = ByteBuffer.allocate(part * dimensions * Float.BYTES).order(ByteOrder.nativeOrder());
                    while (block.hasRemaining()) {
                        if (channel.read(block) < 0) {
                            throw new LaboratoryException(path + " was cut while it was in use; run it again");
                        }
                    }
                    float[] values = new float[part * dimensions];
                    block.flip().asFloatBuffer().get(values);
                    replay.take(values, part, row);
                }
            } catch (IOException e) {
                throw failed(e);
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
                Files.deleteIfExists(path);
            } catch (IOException e) {
                throw failed(e);
            }
        }

        private LaboratoryException failed(IOException e) {
            if (e instanceof ClosedByInterruptException) {
                return new CancelledException(
                        "writing " + file + " was cancelled by an interrupt; nothing was kept, run it again", e);
            }
            return new LaboratoryException("the floats that wait for the ranges of " + file + " cannot be kept beside it ("
                    + e.getMessage() + "); nothing was kept: free space, choose another place, or give known ranges", e);
        }
    }
}
