package io.github.embeddinglab.api;

import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/** A lossy form of vectors, always asked for by name. Immutable. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Codec {
    private static final Codec INT8 = new Codec(Form.INT8, null);
    private static final Codec BINARY = new Codec(Form.BINARY, null);

    private final Form form;
    private final @Nullable CodeRanges ranges;

    /** The codecs there are. */
    public enum Form {
        /**
         * One signed byte a dimension: {@code trunc((x - low) / ((high - low) / 255) - 128)}, the {@code int8} of
         * sentence-transformers' {@code quantize_embeddings}; a value outside the range is clipped to -128 or 127, and counted.
         */
        INT8,
        /**
         * One bit a dimension, {@code x > 0}, eight to an unsigned byte, the first dimension in the most significant bit: its
         * {@code ubinary}, as {@code numpy.packbits} packs each row.
         */
        BINARY;

        /**
         * Width of a code.
         *
         * @param dimensions d, at least 1
         * @return d, or d / 8 rounded up
         */
        public int bytes(int dimensions) {
            return this == INT8 ? dimensions : (dimensions + 7) >>> 3;
        }

        /**
         * How its codes lie in a NumPy file.
         *
         * @return the type
         */
        public Npy.Type type() {
            return this == INT8 ? Npy.Type.INT8 : Npy.Type.UINT8;
        }
    }

    private Codec(Form form, @Nullable CodeRanges ranges) {
        this.form = form;
        this.ranges = ranges;
    }

    /**
     * Bytes over the ranges of the very vectors that are encoded; a hundred and more make them stable.
     *
     * @return the codec
     */
    public static Codec int8() {
        return INT8;
    }

    /**
     * Bytes over known ranges: those of the documents, when queries are encoded.
     *
     * @param ranges as {@link EncodedEmbeddings#ranges()} of the documents gives them
     * @return the codec
     */
    public static Codec int8(CodeRanges ranges) {
        return new Codec(Form.INT8, ranges);
    }

    /**
     * Packed bits.
     *
     * @return the codec
     */
    public static Codec binary() {
        return BINARY;
    }

    /**
     * Which one.
     *
     * @return the form
     */
    public Form form() {
        return form;
    }

    /**
     * The ranges that were given.
     *
     * @return empty where they are taken from what is encoded, and for bits
     */
    public Optional<CodeRanges> ranges() {
        return Optional.ofNullable(ranges);
    }

    @Override
    public String toString() {
        return "Codec[" + form + (ranges == null ? "" : ", " + ranges) + "]";
    }
}
