package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What a codec cost, measured on the vectors that were encoded.
 *
 * @param meanCosine mean over all rows of the cosine between a vector and what its code stands for (bits stand for +1 and -1);
 *     1 loses nothing, NaN without rows
 * @param recall mean share of a vector's nearest {@code neighbours} by cosine that are among its nearest by codes alone (int8:
 *     cosine of the decoded vectors; bits: Hamming distance), without rescoring; NaN with less than two rows
 * @param neighbours 10, or the number of other rows in the sample where that is less
 * @param sample rows that {@code recall} was measured among: all, or a random 2,000
 * @param clipped numbers that lay outside the ranges
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record EncodingCost(double meanCosine, double recall, int neighbours, int sample, long clipped) {}
