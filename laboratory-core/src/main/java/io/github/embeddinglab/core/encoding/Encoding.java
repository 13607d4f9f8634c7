package io.github.embeddinglab.core.encoding;

import io.github.embeddinglab.api.Codec;
import io.github.embeddinglab.api.EncodedEmbeddings;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.InvalidInputException;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Encodes a matrix in memory. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Encoding {
    private Encoding() {}

    /**
     * Encodes vectors and measures the cost.
     *
     * @param vectors n x d, n at least 1 where the codec takes its ranges from them
     * @param codec which, and over which ranges
     * @return the codes, their codec completed with its ranges
     * @throws InvalidInputException when ranges do not fit, there are no rows to take them from, or a number is NaN
     */
    public static EncodedEmbeddings encode(Embeddings vectors, Codec codec) {
        int d = vectors.dimensions();
        float[] values = vectors.toArray();
        Codec complete = codec;
        if (codec.form() == Codec.Form.INT8 && codec.ranges().isEmpty()) {
            RangeMeter meter = new RangeMeter(d);
            meter.add(values, vectors.rows());
            complete = Codec.int8(meter.ranges());
        }
        RowCoder coder = RowCoder.of(complete, d);
        byte[] codes;
        try {
            codes = coder.encode(values, vectors.rows());
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException("these vectors cannot be encoded: " + e.getMessage(), e);
        }
        CostMeter cost = new CostMeter(coder);
        cost.add(values, codes, vectors.rows());
        return EncodedEmbeddings.of(codes, d, complete, cost.cost(), vectors.fingerprint());
    }
}
