package io.github.embeddinglab.training.objective;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.encoder.DropoutKey;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.engine.Objective;
import io.github.embeddinglab.training.engine.TrainingBatch;
import io.github.embeddinglab.training.loss.MultipleNegativesLoss;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * SimCSE: a text is its own positive under another dropout (unsupervised), or a text is near to what it entails and far from what
 * contradicts it (supervised).
 *
 * <p>Inputs: one column, unsupervised; or two or three, premises, entailed texts and contradictions, supervised; no labels.
 *
 * <p>Formula: {@link MultipleNegativesLoss} on the columns, the single one being encoded twice with different masks.
 *
 * <p>Use the unsupervised form where there are texts and no pairs; it needs a model with dropout, and is refused without.
 * {@link MaskedLanguage} teaches the words of a new domain before it; {@link DenoisingAutoencoder} reads the same texts and needs more
 * steps. With pairs of any kind take {@link MultipleNegativesLoss} itself, which is the supervised form by another name.
 *
 * <p>Source: Gao, Yao and Chen 2021, SimCSE: Simple Contrastive Learning of Sentence Embeddings.
 *
 * @param scale inverse temperature; 20 is the paper's
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record SimCse(double scale) implements Objective {

    @Override
    public TrainingBatch prepare(TrainingBatch batch, long seed) {
        TokenBatch first = batch.columns().get(0);
        return batch.columns().size() == 1 ? batch.withColumns(List.of(first, first)) : batch;
    }

    @Override
    public void check(TrainableModel model) {
        if (model.dropout().embedding() + model.dropout().attention() + model.dropout().output() == 0) {
            throw new InvalidInputException("SimCSE needs dropout, the model has none; load it with a share of 0.1, or give pairs");
        }
    }

    @Override
    public boolean meanOfRows() {
        return false;
    }

    @Override
    public List<Tensor> encode(TrainableModel model, TokenBatch column, int index, @Nullable DropoutKey masks) {
        return List.of(model.embed(column, masks));
    }

    @Override
    public Tensor loss(List<List<Tensor>> encoded, TrainingBatch batch) {
        return Objective.of(new MultipleNegativesLoss(scale)).loss(encoded, batch);
    }

    @Override
    public List<Tensor> parameters() {
        return List.of();
    }
}
