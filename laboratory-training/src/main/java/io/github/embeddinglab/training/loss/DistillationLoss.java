package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Tensor;
import java.util.Arrays;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A query's shares among its candidates are the teacher's.
 *
 * <p>Inputs: queries, positives and one or more negatives; labels (n x k), the teacher's scores of the k candidates in this
 * order.
 *
 * <p>Formula, with temperature T: the mean over queries of the Kullback-Leibler divergence of
 * {@code softmax(s(q, c) / T)} from {@code softmax(teacher / T)}, times T squared.
 *
 * <p>Use it with a teacher that scores several candidates a query. {@link MarginMseLoss} compares the gaps themselves, and
 * fits where a teacher's gaps are meaningful far from the top.
 *
 * <p>Source: Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural Network; Lin, Yang and Lin 2020.
 *
 * @param temperature above 0; 1 is usual for dot products
 * @param similarity s of a query and a candidate
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record DistillationLoss(double temperature, Similarity similarity) implements Loss {
    /** Checks the temperature. */
    public DistillationLoss {
        if (!(temperature > 0)) {
            throw new InvalidInputException("DistillationLoss with the temperature " + temperature + "; give a number above 0");
        }
    }

    /**
     * With dot products, as the reference has it.
     *
     * @param temperature above 0
     */
    public DistillationLoss(double temperature) {
        this(temperature, Similarity.DOT);
    }

    @Override
    public boolean meanOfRows() {
        return true;
    }

    @Override
    public Tensor of(LossBatch batch) {
        int candidates = batch.expect("DistillationLoss", 3, Integer.MAX_VALUE).columns().size() - 1;
        Tensor teacher = batch.labels("DistillationLoss", "a teacher's scores");
        if (!Arrays.equals(teacher.shape(), new int[] {batch.rows(), candidates})) {
            throw new InvalidInputException("DistillationLoss got scores of shape " + Arrays.toString(teacher.shape()) + " for " + batch.rows()
                    + " rows with " + candidates + " candidates; give one score a candidate");
        }
        List<Tensor> scores = batch.columns().subList(1, candidates + 1).stream()
                .map(candidate -> similarity.of(batch.column(0), candidate))
                .toList();
        Tensor student = scores.get(0).stack(scores.subList(1, candidates), 1).multiply(1 / temperature).logSoftmax(1);
        Tensor wanted = teacher.multiply(1 / temperature).logSoftmax(1);
        Tensor divergence = wanted.exp().multiply(wanted.subtract(student)).sum();
        return divergence.multiply(temperature * temperature / batch.rows());
    }
}
