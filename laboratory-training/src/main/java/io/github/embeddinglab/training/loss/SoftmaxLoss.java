package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Tensor;
import java.util.Arrays;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A linear classifier on two embeddings and their difference tells the class of a pair.
 *
 * <p>Inputs: two columns u and v; labels (n), classes from 0.
 *
 * <p>Formula: cross entropy of {@code W (u, v, |u - v|) + b}, the mean over rows. W and b are trained with the model and
 * thrown away with the loss.
 *
 * <p>Use it for classified pairs such as entailment. Cosines are trained only by the way: with entailed pairs as positives and
 * contradictions as negatives, {@link MultipleNegativesLoss} gives better embeddings.
 *
 * <p>Source: Conneau et al. 2017, Supervised Learning of Universal Sentence Representations; Reimers and Gurevych 2019.
 *
 * @param weight W (classes x 3 d), a parameter
 * @param bias b (classes), a parameter
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record SoftmaxLoss(Tensor weight, Tensor bias) implements Loss {
    /** Checks the shapes. */
    public SoftmaxLoss {
        if (weight.shape().length != 2 || !Arrays.equals(bias.shape(), new int[] {weight.size(0)})) {
            throw new InvalidInputException("SoftmaxLoss with weights " + Arrays.toString(weight.shape()) + " and biases " + Arrays.toString(bias.shape())
                    + "; give (classes x 3 d) and (classes)");
        }
    }

    @Override
    public List<Tensor> parameters() {
        return List.of(weight, bias);
    }

    @Override
    public boolean meanOfRows() {
        return true;
    }

    @Override
    public Tensor of(LossBatch batch) {
        int[] classes = batch.expect("SoftmaxLoss", 2, 2).classes("SoftmaxLoss");
        for (int i = 0; i < classes.length; i++) {
            if (classes[i] < 0 || classes[i] >= weight.size(0)) {
                throw new InvalidInputException("SoftmaxLoss got the class " + classes[i] + " in row " + i + ", it has " + weight.size(0)
                        + "; number classes from 0");
            }
        }
        Tensor u = batch.column(0);
        Tensor v = batch.column(1);
        Tensor features = u.concat(List.of(v, u.subtract(v).abs()), 1);
        return Similarities.crossEntropy(features.linear(weight, bias), classes);
    }
}
