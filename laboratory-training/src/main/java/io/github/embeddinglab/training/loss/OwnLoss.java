package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.LossChoice;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.UserLoss;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.Map;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A loss of the caller's own, written on {@link io.github.embeddinglab.training.Tensor}.
 *
 * <pre>{@code
 * LossChoice far = OwnLoss.of("far", Set.of(Form.PAIRS),
 *         batch -> batch.column(0).subtract(batch.column(1)).pow(2).sum(1).mean());
 * lab.training().fineTune(FineTuning.of("minilm").pairs(data).loss(far).build());
 * }</pre>
 *
 * <p>With {@link LossChoice#matryoshka()} and its neighbours it is wrapped as any other loss is.
 *
 * @param name stands in records; resuming needs the same one
 * @param forms of data that it reads; columns and labels of a {@link LossBatch} are those of the form
 * @param maker makes the loss for one training
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record OwnLoss(String name, Set<Form> forms, Maker maker) implements UserLoss {
    /**
     * Copies and checks.
     *
     * @throws InvalidInputException when there is no name or no form
     */
    public OwnLoss {
        forms = Set.copyOf(forms);
        if (name.isBlank() || forms.isEmpty()) {
            throw new InvalidInputException("a loss of your own named \"" + name + "\" reads " + forms + "; give a name and at least one form");
        }
    }

    /** Makes a loss that may have weights of its own. */
    @FunctionalInterface
    public interface Maker {
        /**
         * Makes the loss on the training's thread.
         *
         * @param backend for weights of the loss's own, see {@link Loss#parameters()}
         * @param dimensions of the model
         * @return the loss
         */
        Loss make(TrainingBackend backend, int dimensions);
    }

    /**
     * A loss without weights of its own.
     *
     * @param name stands in records
     * @param forms of data that it reads
     * @param loss on embeddings
     * @return to be given to a fine-tuning
     */
    public static LossChoice of(String name, Set<Form> forms, Loss loss) {
        return with(name, forms, (backend, dimensions) -> loss);
    }

    /**
     * A loss with weights of its own.
     *
     * @param name stands in records
     * @param forms of data that it reads
     * @param maker makes the loss for one training
     * @return to be given to a fine-tuning
     */
    public static LossChoice with(String name, Set<Form> forms, Maker maker) {
        return new LossChoice(name, Map.of(), new OwnLoss(name, forms, maker));
    }
}
