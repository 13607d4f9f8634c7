/**
 * The arithmetic of vectors: kernels, exact top-k, matrix products and codecs.
 *
 * <p>Module {@code jdk.incubator.vector} is read when the JVM has it, by a call at run time: naming it here would print
 * the incubator warning for every class of the module.
 */
module io.github.embeddinglab.vectors {
    requires static transitive org.jspecify;
    requires static transitive org.apiguardian.api;

    exports io.github.embeddinglab.vectors;
}
