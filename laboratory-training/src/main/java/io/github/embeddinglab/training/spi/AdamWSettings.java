package io.github.embeddinglab.training.spi;

import io.github.embeddinglab.api.InvalidInputException;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Settings of AdamW.
 *
 * @param beta1 decay of the mean of gradients, 0 to 1
 * @param beta2 decay of the mean of their squares, 0 to 1
 * @param epsilon added to the root of the corrected mean of squares, above 0
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record AdamWSettings(double beta1, double beta2, double epsilon) {
    /** What torch and the literature use: 0.9, 0.999, 1e-8. */
    public static final AdamWSettings STANDARD = new AdamWSettings(0.9, 0.999, 1e-8);

    /** Checks the settings together. */
    public AdamWSettings {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0)) {
            throw new InvalidInputException("AdamW with beta1 " + beta1 + ", beta2 " + beta2 + ", epsilon " + epsilon
                    + " does not converge; give betas from 0 to below 1 and an epsilon above 0");
        }
    }
}
