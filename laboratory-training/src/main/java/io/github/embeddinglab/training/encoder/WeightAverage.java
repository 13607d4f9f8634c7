package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.model.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Weights between a parent's and a tuned model's. The mean of both often keeps most of what was learned and loses less of what was
 * there (Wortsman et al. 2022, Robust fine-tuning of zero-shot models; Xiao et al. 2023, LM-Cocktail).
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class WeightAverage {
    private WeightAverage() {}

    /**
     * Interpolates.
     *
     * @param parent holds at least the tuned tensors
     * @param tuned as a model gives them
     * @param share of the tuned weights, 0 (the parent) to 1 (as tuned)
     * @return {@code (1 - share) parent + share tuned} for each tuned tensor, single precision
     */
    public static Tensors of(Tensors parent, Tensors tuned, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new InvalidInputException("a share of " + share + " of the tuned weights; give 0 to 1");
        }
        List<Tensors.Tensor> out = new ArrayList<>();
        for (String name : tuned.names()) {
            float[] from = parent.floats(name);
            float[] to = tuned.floats(name);
            if (from.length != to.length) {
                throw new InvalidInputException("tensor \"" + name + "\" has " + to.length + " elements tuned and " + from.length
                        + " in the parent; average models of one shape");
            }
            for (int i = 0; i < to.length; i++) {
                to[i] = (float) ((1 - share) * from[i] + share * to[i]);
            }
            out.add(Tensors.Tensor.of(name, tuned.tensor(name).shape(), to));
        }
        return Tensors.of(out);
    }
}
