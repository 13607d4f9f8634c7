package io.github.embeddinglab.training.generation;

import java.util.SplittableRandom;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Changes a text so that its meaning mostly stays. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface Augmentation {
    /**
     * Changes a text.
     *
     * @param text with at least one word
     * @param random keyed by seed and row
     * @return a text with at least one word; the same where nothing can be changed
     */
    String apply(String text, SplittableRandom random);
}
