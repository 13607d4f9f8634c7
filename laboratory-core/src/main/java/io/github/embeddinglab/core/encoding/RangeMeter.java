package io.github.embeddinglab.core.encoding;

import io.github.embeddinglab.api.CodeRanges;
import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;

/** The smallest and largest value of each dimension over rows that come in blocks. */
final class RangeMeter {
    private final float[] low;
    private final float[] high;
    private long rows;

    RangeMeter(int dimensions) {
        low = new float[dimensions];
        high = new float[dimensions];
        Arrays.fill(low, Float.POSITIVE_INFINITY);
        Arrays.fill(high, Float.NEGATIVE_INFINITY);
    }

    void add(float[] values, int count) {
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < low.length; j++) {
                float x = values[i * low.length + j];
                if (!Float.isFinite(x)) {
                    throw new InvalidInputException("row " + (rows + i) + " holds " + x + " in dimension " + j
                            + ", which has no code; leave that text out");
                }
                low[j] = Math.min(low[j], x);
                high[j] = Math.max(high[j], x);
            }
        }
        rows += count;
    }

    CodeRanges ranges() {
        if (rows == 0) {
            throw new InvalidInputException("there are no vectors to take the ranges of int8 codes from; give at least one text,"
                    + " better a hundred, or known ranges");
        }
        return CodeRanges.of(low, high);
    }
}
