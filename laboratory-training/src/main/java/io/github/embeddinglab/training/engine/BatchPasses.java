package io.github.embeddinglab.training.engine;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.encoder.DropoutKey;
import io.github.embeddinglab.training.encoder.LayerTape;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Forward and backward passes of one step, by its plan, side by side on the lanes of the backend. However a batch is cut, gradients
 * are those of the whole batch up to rounding.
 */
@SuppressWarnings("try") // scopes are closed, not read
final class BatchPasses {
    private final TrainingBackend backend;
    private final int lanes;
    private final TrainableModel model;
    private final Objective objective;
    private final EngineSettings settings;
    private final int step;
    private boolean checkpointing;
    /** Texts that fit into the memory together, in however many passes. */
    private int together;

    /**
     * Prepares the passes of a step.
     *
     * @param backend that holds the model
     * @param lanes of it that fit into the memory
     * @param model that is trained
     * @param objective to be made small
     * @param settings of the training
     * @param step from 0
     */
    BatchPasses(
            TrainingBackend backend, int lanes, TrainableModel model, Objective objective, EngineSettings settings, int step) {
        this.backend = backend;
        this.lanes = lanes;
        this.model = model;
        this.objective = objective;
        this.settings = settings;
        this.step = step;
    }

    /** Rows of a batch, or of one of its columns. */
    private record Rows(int first, int count) {
        static List<Rows> of(int all, int size) {
            List<Rows> out = new ArrayList<>();
            for (int first = 0; first < all; first += size) {
                out.add(new Rows(first, Math.min(size, all - first)));
            }
            return out;
        }
    }

    /**
     * Gathers the gradients of a batch.
     *
     * @param plan how it is cut
     * @param batch prepared
     * @return the loss
     */
    double run(StepPlan plan, TrainingBatch batch) {
        checkpointing = plan.checkpointing();
        together = plan.way() == StepPlan.Way.WHOLE ? Integer.MAX_VALUE : plan.microTexts();
        return switch (plan.way()) {
            case WHOLE -> whole(batch);
            case ACCUMULATED -> accumulated(batch, share(plan.microTexts() / batch.columns().size()));
            case CACHED -> cached(batch, plan.microTexts());
        };
    }

    /** What each lane takes of so many that fit together; where there are fewer than lanes, some rest ({@link #inGroups}). */
    private int share(int fitting) {
        return Math.max(1, fitting / lanes);
    }

    private List<Tensor> encode(TokenBatch texts, int column, Rows rows, @Nullable LayerTape tape) {
        return encode(texts.part(rows.first(), rows.count()), column, rows.first(), tape);
    }

    private List<Tensor> encode(TokenBatch part, int column, int firstRow, @Nullable LayerTape tape) {
        DropoutKey masks = settings.dropout() ? new DropoutKey(settings.seed(), step, column, firstRow) : null;
        try (TrainingBackend.Scope precise = backend.precision(settings.precision())) {
            return objective.encode(tape == null ? model : model.taped(tape), part, column, masks);
        }
    }

    /** Of a pass whose layers are computed again on the way back; null where they are kept. */
    private @Nullable LayerTape tape() {
        return checkpointing ? new LayerTape(backend) : null;
    }

    private void back(@Nullable LayerTape tape) {
        if (tape != null) {
            try (TrainingBackend.Scope precise = backend.precision(settings.precision())) {
                tape.back();
            }
        }
    }

    private double whole(TrainingBatch batch) {
        int each = (batch.rows() + lanes - 1) / lanes; // as many parts as lanes
        List<Rows> cut = Rows.of(batch.rows(), each);
        if (cut.size() < 2) {
            return part(batch, 0, 1);
        }
        return objective.meanOfRows() ? accumulated(batch, each) : joined(batch, cut);
    }

    private double part(TrainingBatch part, int firstRow, double share) {
        LayerTape tape = tape();
        List<List<Tensor>> encoded = new ArrayList<>();
        for (int column = 0; column < part.columns().size(); column++) {
            encoded.add(encode(part.columns().get(column), column, firstRow, tape));
        }
        Tensor value = objective.loss(encoded, part);
        double loss = value.item();
        finite("loss", loss);
        (share == 1 ? value : value.multiply(share)).backward();
        back(tape);
        return share * loss;
    }

    /** The lanes encode, the caller derives the loss by what they gave, and the lanes go back from there. */
    private double joined(TrainingBatch batch, List<Rows> cut) {
        int columns = batch.columns().size();
        List<List<Tensor>> encoded = backend.together(cut.stream().<Supplier<List<Tensor>>>map(rows -> () -> {
            List<Tensor> all = new ArrayList<>();
            for (int column = 0; column < columns; column++) {
                all.addAll(encode(batch.columns().get(column), column, rows, null));
            }
            return all;
        }).toList());
        List<List<Tensor>> leaves = encoded.stream().map(lane -> lane.stream().map(backend::leaf).toList()).toList();
        int outputs = leaves.get(0).size() / columns;
        List<List<Tensor>> whole = new ArrayList<>();
        for (int column = 0; column < columns; column++) {
            List<Tensor> joined = new ArrayList<>();
            for (int output = column * outputs; output < (column + 1) * outputs; output++) {
                int at = output;
                List<Tensor> parts = leaves.stream().map(lane -> lane.get(at)).toList();
                parts.forEach(each -> sameWidth(each.shape(), parts.get(0).shape()));
                joined.add(parts.get(0).concat(parts.subList(1, parts.size()), 0));
            }
            whole.add(joined);
        }
        Tensor value = objective.loss(whole, batch);
        double loss = value.item();
        finite("loss", loss);
        value.backward();
        List<Supplier<List<Tensor>>> back = new ArrayList<>();
        for (int lane = 0; lane < cut.size(); lane++) {
            List<Tensor> made = encoded.get(lane);
            List<Tensor> derived = leaves.get(lane);
            back.add(() -> {
                List<@Nullable Tensor> derivatives = new ArrayList<>();
                derived.forEach(leaf -> derivatives.add(leaf.gradient()));
                LayerTape.backward(made, derivatives);
                return List.of();
            });
        }
        backend.together(back);
        return loss;
    }

    private double accumulated(TrainingBatch batch, int rows) {
        double all = objective.weight(batch);
        List<Rows> cut = Rows.of(batch.rows(), rows);
        double[] losses = new double[cut.size()];
        inGroups(cut.size(), rows * batch.columns().size(), i -> {
            TrainingBatch part = batch.part(cut.get(i).first(), cut.get(i).count());
            double share = objective.weight(part) / all;
            if (share > 0) {
                losses[i] = part(part, cut.get(i).first(), share);
            }
        });
        return Arrays.stream(losses).sum();
    }

    private double cached(TrainingBatch batch, int texts) {
        List<List<Tensor>> leaves = new ArrayList<>();
        for (int column = 0; column < batch.columns().size(); column++) {
            leaves.add(forward(batch.columns().get(column), column, share(texts)));
        }
        Tensor value = objective.loss(leaves, batch);
        double loss = value.item();
        finite("loss", loss);
        value.backward();
        for (int column = 0; column < batch.columns().size(); column++) {
            backward(batch.columns().get(column), column, share(texts), leaves.get(column));
        }
        return loss;
    }

    /** What all parts of a column give, as leaves that the loss is derived by. */
    private List<Tensor> forward(TokenBatch texts, int column, int size) {
        List<Rows> cut = Rows.of(texts.rows(), size);
        List<List<double[]>> parts = new ArrayList<>();
        List<List<int[]>> shapes = new ArrayList<>();
        cut.forEach(rows -> {
            parts.add(List.of());
            shapes.add(List.of());
        });
        inGroups(cut.size(), size, i -> {
            try (TrainingBackend.Scope fixed = backend.withoutGradients()) {
                List<Tensor> encoded = encode(texts, column, cut.get(i), null);
                parts.set(i, encoded.stream().map(Tensor::values).toList());
                shapes.set(i, encoded.stream().map(Tensor::shape).toList());
            }
        });
        List<Tensor> leaves = new ArrayList<>();
        for (int output = 0; output < shapes.get(0).size(); output++) {
            int at = output;
            int[] shape = shapes.get(0).get(output).clone();
            shapes.forEach(part -> sameWidth(part.get(at), shape));
            shape[0] = texts.rows();
            double[] joined = parts.stream().flatMapToDouble(part -> Arrays.stream(part.get(at))).toArray();
            leaves.add(backend.leaf(model.parameters().values().iterator().next().constant(joined, shape)));
        }
        return leaves;
    }

    private static void sameWidth(int[] part, int[] first) {
        if (!Arrays.equals(part, 1, part.length, first, 1, first.length)) {
            throw new InvalidInputException("an objective encodes rows to tensors whose extents depend on other rows; "
                    + "its batches cannot be cut, raise the memory ceiling and train on one thread");
        }
    }

    private void backward(TokenBatch texts, int column, int size, List<Tensor> leaves) {
        List<Rows> cut = Rows.of(texts.rows(), size);
        inGroups(cut.size(), size, i -> {
            Rows rows = cut.get(i);
            List<@Nullable Tensor> derivatives = new ArrayList<>();
            for (Tensor leaf : leaves) {
                Tensor derivative = leaf.gradient();
                derivatives.add(derivative == null ? null : derivative.narrow(0, rows.first(), rows.count()));
            }
            LayerTape tape = tape();
            LayerTape.backward(encode(texts, column, rows, tape), derivatives);
            back(tape);
        });
    }

    private interface Pass {
        void run(int index);
    }

    /** Runs passes of so many texts whose tensors nobody reads afterwards, as many at a time as there are lanes and as fit together. */
    private void inGroups(int count, int texts, Pass pass) {
        for (Rows group : Rows.of(count, Math.min(lanes, Math.max(1, together / texts)))) {
            List<Supplier<List<Tensor>>> passes = new ArrayList<>();
            for (int i = group.first(); i < group.first() + group.count(); i++) {
                int at = i;
                passes.add(() -> {
                    try (TrainingBackend.Scope scope = backend.scope()) {
                        pass.run(at);
                    }
                    return List.of();
                });
            }
            backend.together(passes);
        }
    }

    static void finite(String what, double value) {
        if (!Double.isFinite(value)) {
            throw new InvalidInputException("the " + what + " is " + value
                    + "; lower the learning rate, or look for empty texts and wild labels in this batch");
        }
    }
}
