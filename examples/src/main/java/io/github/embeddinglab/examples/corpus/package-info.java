/**
 * The text that the demo and the benchmarks embed: descriptions of packages, classes and methods out of Javadoc jars.
 *
 * <p>{@link io.github.embeddinglab.examples.corpus.JavadocCorpus} is the door. To add a library, add its {@code javadoc}
 * artifact to the dependencies of this module and a constant to the list in that class.
 */
@NullMarked
package io.github.embeddinglab.examples.corpus;

import org.jspecify.annotations.NullMarked;
