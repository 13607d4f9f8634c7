package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Tensor;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Another loss on the first columns of the embeddings, at several widths, so that vectors can be cut afterwards.
 *
 * <p>Inputs: those of the inner loss, which must not need a width of its own ({@link MseLoss}, {@link SoftmaxLoss}).
 *
 * <p>Formula: the sum over widths of the inner loss on the embeddings cut to that width and normalised.
 *
 * <p>Use it where vectors of several sizes are wanted from one model; the full width loses little.
 * {@link io.github.embeddinglab.training.objective.AdaptiveLayers} makes the model shorter instead; {@link OrthogonalRegularisation} spreads
 * vectors, and can stand around it.
 *
 * <p>Source: Kusupati et al. 2022, Matryoshka Representation Learning.
 *
 * @param inner the loss
 * @param widths columns kept, each at least 1 and at most the model's dimensions
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record MatryoshkaLoss(Loss inner, List<Integer> widths) implements Loss {
    /** Copies and checks the list. */
    public MatryoshkaLoss {
        widths = List.copyOf(widths);
        if (widths.isEmpty() || widths.stream().anyMatch(width -> width < 1)) {
            throw new InvalidInputException("MatryoshkaLoss with the widths " + widths + "; give one or more, each at least 1");
        }
    }

    @Override
    public List<Tensor> parameters() {
        return inner.parameters();
    }

    @Override
    public boolean meanOfRows() {
        return inner.meanOfRows();
    }

    @Override
    public Tensor of(LossBatch batch) {
        int dimensions = batch.column(0).size(1);
        @Nullable Tensor total = null;
        for (int width : widths) {
            if (width > dimensions) {
                throw new InvalidInputException("MatryoshkaLoss with the width " + width + " of a model with " + dimensions
                        + " dimensions; give widths up to it");
            }
            List<Tensor> cut = batch.columns().stream()
                    .map(column -> column.narrow(1, 0, width).normalise(1))
                    .toList();
            Tensor part = inner.of(new LossBatch(cut, batch.labels()));
            total = total == null ? part : total.add(part);
        }
        return java.util.Objects.requireNonNull(total);
    }
}
