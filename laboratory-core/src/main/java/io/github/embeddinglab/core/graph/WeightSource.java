package io.github.embeddinglab.core.graph;

import java.io.IOException;

/** Produces the floats of one weight, in row-major order, when the weight file is written. */
@FunctionalInterface
interface WeightSource {

    /** Writes all floats of the weight. */
    void writeTo(FloatSink sink) throws IOException;
}
