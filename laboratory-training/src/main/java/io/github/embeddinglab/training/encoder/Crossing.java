package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.training.Tensor;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What reaches one layer of a decoder from elsewhere: cross-attention to a single vector has one weight, which is 1, so it is an affine
 * map of that vector.
 *
 * @param sum added to every token behind the layer's own attention, (n x 1 x h)
 * @param scale of the layer normalisation after it (h); not read by models that normalise first
 * @param shift of the layer normalisation after it (h); not read by models that normalise first
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Crossing(Tensor sum, Tensor scale, Tensor shift) {}
