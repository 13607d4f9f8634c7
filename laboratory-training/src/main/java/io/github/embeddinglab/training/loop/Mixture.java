package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.core.model.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Weights between a parent's and those trained from it: {@code parent + share (tuned - parent)}, tensor by tensor. Keeps what the
 * parent knew at little cost to what was learned (Wortsman et al. 2022, WiSE-FT; Xiao et al. 2023, LM-Cocktail).
 */
final class Mixture {
    private Mixture() {}

    static Tensors of(Tensors parent, Tensors tuned, double share) {
        List<Tensors.Tensor> out = new ArrayList<>();
        for (String name : tuned.names()) {
            Tensors.Tensor after = tuned.tensor(name);
            float[] a = parent.floats(name);
            float[] b = tuned.floats(name);
            float[] mixed = new float[a.length];
            for (int i = 0; i < a.length; i++) {
                mixed[i] = (float) (a[i] + share * (b[i] - (double) a[i]));
            }
            out.add(Tensors.Tensor.of(name, after.shape(), mixed));
        }
        return Tensors.of(out);
    }
}
