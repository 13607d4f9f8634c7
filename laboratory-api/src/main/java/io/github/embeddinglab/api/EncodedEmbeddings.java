package io.github.embeddinglab.api;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** An immutable row-major n x w matrix of bytes that stand for vectors, with what they cost. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class EncodedEmbeddings {
    private final byte[] codes;
    private final int dimensions;
    private final int rows;
    private final Codec codec;
    private final EncodingCost cost;
    private final Fingerprint fingerprint;

    private EncodedEmbeddings(byte[] codes, int dimensions, Codec codec, EncodingCost cost, Fingerprint fingerprint) {
        this.codes = codes;
        this.dimensions = dimensions;
        this.rows = codes.length / codec.form().bytes(dimensions);
        this.codec = codec;
        this.cost = cost;
        this.fingerprint = fingerprint;
    }

    /**
     * Makes a matrix of codes that were computed; the array is copied.
     *
     * @param codes n x w bytes, row-major
     * @param dimensions d of the vectors
     * @param codec with its ranges
     * @param cost as measured
     * @param fingerprint of the model that made the vectors
     * @return the matrix
     * @throws InvalidInputException when the bytes are no whole number of rows, or the codec lacks its ranges
     */
    public static EncodedEmbeddings of(
            byte[] codes, int dimensions, Codec codec, EncodingCost cost, Fingerprint fingerprint) {
        if (dimensions < 1 || codes.length % codec.form().bytes(dimensions) != 0) {
            throw new InvalidInputException(codes.length + " bytes are no whole number of " + codec.form() + " codes of " + dimensions
                    + " dimensions");
        }
        int measured = codec.ranges().map(CodeRanges::dimensions).orElse(codec.form() == Codec.Form.INT8 ? 0 : dimensions);
        if (measured != dimensions) {
            throw new InvalidInputException(codec + " has ranges of " + measured + " dimensions, the vectors have " + dimensions);
        }
        return new EncodedEmbeddings(codes.clone(), dimensions, codec, cost, fingerprint);
    }

    /**
     * Number of rows.
     *
     * @return n
     */
    public int rows() {
        return rows;
    }

    /**
     * Width of the vectors.
     *
     * @return d
     */
    public int dimensions() {
        return dimensions;
    }

    /**
     * Width of a code.
     *
     * @return w bytes
     */
    public int bytesPerRow() {
        return codec.form().bytes(dimensions);
    }

    /**
     * The codec, with its ranges; encode queries with it.
     *
     * @return the codec
     */
    public Codec codec() {
        return codec;
    }

    /**
     * The ranges of int8 codes.
     *
     * @return empty for bits
     */
    public Optional<CodeRanges> ranges() {
        return codec.ranges();
    }

    /**
     * Copies one code.
     *
     * @param row 0 to n - 1
     * @return w bytes
     */
    public byte[] code(int row) {
        Objects.checkIndex(row, rows);
        return Arrays.copyOfRange(codes, row * bytesPerRow(), (row + 1) * bytesPerRow());
    }

    /**
     * All codes, row-major.
     *
     * @return a copy of n x w bytes
     */
    public byte[] toArray() {
        return codes.clone();
    }

    /**
     * What the codec cost.
     *
     * @return measured on the vectors that were encoded
     */
    public EncodingCost cost() {
        return cost;
    }

    /**
     * The fingerprint of the model that made the vectors.
     *
     * @return as of the floats
     */
    public Fingerprint fingerprint() {
        return fingerprint;
    }

    /**
     * Writes the codes as a NumPy file (int8 n x d, or uint8 n x w), whole or not at all, and int8 ranges beside it under
     * {@link #rangesFile}, first.
     *
     * @param file target; replaced where it exists
     * @throws LaboratoryException when it cannot be written
     */
    public void writeNpy(Path file) {
        ranges().ifPresent(ranges -> ranges.writeNpy(rangesFile(file)));
        try (Npy.Writer writer = new Npy.Writer(file, bytesPerRow(), codec.form().type())) {
            writer.append(codes, 0, rows);
            writer.finish();
        }
    }

    /**
     * Where the ranges of a file of int8 codes are kept.
     *
     * @param file of the codes
     * @return {@code NAME.ranges.npy} beside {@code NAME.npy}
     */
    public static Path rangesFile(Path file) {
        String name = String.valueOf(file.getFileName());
        String stem = name.endsWith(".npy") ? name.substring(0, name.length() - ".npy".length()) : name;
        return file.resolveSibling(stem + ".ranges.npy");
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof EncodedEmbeddings other
                && dimensions == other.dimensions
                && codec.form() == other.codec.form()
                && ranges().equals(other.ranges())
                && fingerprint.equals(other.fingerprint)
                && Arrays.equals(codes, other.codes);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(codes) + dimensions;
    }

    @Override
    public String toString() {
        return "EncodedEmbeddings[" + rows + " x " + dimensions + " as " + codec.form() + ", model " + fingerprint.abbreviated() + "]";
    }
}
