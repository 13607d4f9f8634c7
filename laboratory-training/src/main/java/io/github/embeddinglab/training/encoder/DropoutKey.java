package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.training.spi.DropoutMask;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Names the masks of a forward pass. A mask belongs to (seed, step, role, row of the loss batch, layer, place), so it does not
 * change with the cut into micro-batches or with padding, and both passes of gradient caching and a resumed run see it again.
 *
 * @param seed of the training
 * @param step from 0
 * @param role which text of a row, normally the column; the same text in two roles is thinned differently
 * @param firstRow row of the loss batch that stands first in the pass
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record DropoutKey(long seed, long step, int role, int firstRow) {

    /** Seeds of one place, row by row. */
    long[] seeds(int rows, int layer, int place) {
        long[] out = new long[rows];
        for (int row = 0; row < rows; row++) {
            out[row] = DropoutMask.mix(seed, step, role, firstRow + row, layer, place);
        }
        return out;
    }
}
