package io.github.embeddinglab.training.objective;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.encoder.DropoutKey;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.engine.Objective;
import io.github.embeddinglab.training.engine.TrainingBatch;
import io.github.embeddinglab.training.loss.Loss;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * A loss on the embeddings of every layer, so that the last layers can be cut off afterwards.
 *
 * <p>Inputs: those of the inner loss; the model is a transformer.
 *
 * <p>Formula, with L layers: the inner loss on the last layer, plus the mean over the layers before it of the inner loss times
 * {@code priorWeight}, plus the sum over them of {@code klWeight T KL(softmax(last / T) || softmax(layer / T))} per text, the last
 * layer being fixed there. The vectors below the first layer, which the reference counts as a layer, are left out.
 *
 * <p>Use it for models that are to run with fewer layers. {@link io.github.embeddinglab.training.loss.MatryoshkaLoss} makes vectors shorter
 * instead of models, and as the inner loss both; {@link io.github.embeddinglab.training.loss.EmbeddingDistillationLoss} makes a
 * smaller model of its own from a teacher.
 *
 * <p>Source: Li et al. 2024, 2D Matryoshka Sentence Embeddings.
 *
 * @param inner loss on embeddings
 * @param priorWeight of the layers before the last, at least 0; 1 is usual
 * @param klWeight of the divergence, at least 0; 1 is usual
 * @param temperature T, above 0; 0.3 is usual
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record AdaptiveLayers(Loss inner, double priorWeight, double klWeight, double temperature) implements Objective {
    /** Checks the settings together. */
    public AdaptiveLayers {
        if (!(priorWeight >= 0 && klWeight >= 0 && temperature > 0)) {
            throw new InvalidInputException("AdaptiveLayers with the weights " + priorWeight + " and " + klWeight + " and the temperature "
                    + temperature + "; give weights of at least 0 and a temperature above 0");
        }
    }

    @Override
    public void check(TrainableModel model) {
        if (model.description().architecture() == Architecture.STATIC) {
            throw new InvalidInputException("a static token table has no layers to train for; choose another loss");
        }
    }

    @Override
    public boolean meanOfRows() {
        return inner.meanOfRows();
    }

    @Override
    public List<Tensor> encode(TrainableModel model, TokenBatch column, int index, @Nullable DropoutKey masks) {
        return model.layers(column, masks).stream().map(tokens -> model.pool(tokens, column)).toList();
    }

    @Override
    public Tensor loss(List<List<Tensor>> encoded, TrainingBatch batch) {
        Objective each = Objective.of(inner);
        int layers = encoded.get(0).size();
        Tensor total = each.loss(layer(encoded, layers - 1), batch);
        if (layers == 1) {
            return total;
        }
        Tensor last = together(encoded, layers - 1).detach().multiply(1 / temperature).logSoftmax(1);
        for (int i = 0; i < layers - 1; i++) {
            total = total.add(each.loss(layer(encoded, i), batch).multiply(priorWeight / (layers - 1)));
            Tensor here = together(encoded, i).multiply(1 / temperature).logSoftmax(1);
            Tensor divergence = last.exp().multiply(last.subtract(here)).sum();
            total = total.add(divergence.multiply(klWeight * temperature / here.size(0)));
        }
        return total;
    }

    private static List<List<Tensor>> layer(List<List<Tensor>> encoded, int index) {
        return encoded.stream().map(column -> List.of(column.get(index))).toList();
    }

    private static Tensor together(List<List<Tensor>> encoded, int index) {
        List<Tensor> columns = new ArrayList<>();
        encoded.forEach(column -> columns.add(column.get(index)));
        return columns.get(0).concat(columns.subList(1, columns.size()), 0);
    }

    @Override
    public List<Tensor> parameters() {
        return inner.parameters();
    }
}
