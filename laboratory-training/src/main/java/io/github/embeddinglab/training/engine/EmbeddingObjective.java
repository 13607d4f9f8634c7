package io.github.embeddinglab.training.engine;

import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.encoder.DropoutKey;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.loss.Loss;
import io.github.embeddinglab.training.loss.LossBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A loss on the model's embeddings. */
record EmbeddingObjective(Loss inner) implements Objective {
    @Override
    public boolean meanOfRows() {
        return inner.meanOfRows();
    }

    @Override
    public List<Tensor> encode(TrainableModel model, TokenBatch column, int index, @Nullable DropoutKey masks) {
        return List.of(model.embed(column, masks));
    }

    @Override
    public Tensor loss(List<List<Tensor>> encoded, TrainingBatch batch) {
        return inner.of(lossBatch(encoded.stream().map(column -> column.get(0)).toList(), batch));
    }

    static LossBatch lossBatch(List<Tensor> columns, TrainingBatch batch) {
        int[] shape = batch.labelShape();
        return new LossBatch(columns, shape.length == 0 ? null : columns.get(0).constant(batch.labels(), shape));
    }

    @Override
    public List<Tensor> parameters() {
        return inner.parameters();
    }
}
