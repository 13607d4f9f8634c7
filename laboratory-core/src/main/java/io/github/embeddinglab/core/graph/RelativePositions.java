package io.github.embeddinglab.core.graph;

import java.io.IOException;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * The relative position bias of MPNet (after T5, Raffel et al. 2020) by distance: half of the buckets for keys before
 * the query, half for keys after it; near distances have a bucket each, far ones share buckets of logarithmic width up
 * to a distance of 128.
 *
 * @param bias stored table (at least buckets x heads)
 * @param buckets rows of it that are used
 * @param heads columns of it
 * @param reach largest distance, exclusive
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
@SuppressWarnings("ArrayRecordComponent")
public record RelativePositions(float[] bias, int buckets, int heads, int reach) {
    private static final int FARTHEST = 128;

    /**
     * Bucket of a distance.
     *
     * @param distance {@code key - query}
     * @param buckets rows of the table
     * @return row
     */
    public static int bucket(int distance, int buckets) {
        int half = buckets / 2;
        int exact = half / 2;
        int offset = distance > 0 ? half : 0;
        int d = Math.abs(distance);
        if (d < exact) {
            return offset + d;
        }
        // single precision step by step, as the reference: the borders of the buckets depend on it
        float log = (float) Math.log((float) d / exact) / (float) Math.log((double) FARTHEST / exact);
        int far = exact + (int) (log * (half - exact));
        return offset + Math.min(far, half - 1);
    }

    /** Columns of the expanded table. */
    int columns() {
        return 2 * reach - 1;
    }

    /** Writes (heads x columns): column {@code key - query + reach - 1}. */
    void writeTo(FloatSink sink) throws IOException {
        float[] row = new float[columns()];
        for (int head = 0; head < heads; head++) {
            for (int column = 0; column < row.length; column++) {
                row[column] = bias[bucket(column - reach + 1, buckets) * heads + head];
            }
            sink.put(row, 0, row.length);
        }
    }
}
