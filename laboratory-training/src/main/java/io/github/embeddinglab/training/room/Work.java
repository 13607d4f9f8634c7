package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.gate.Judge;
import io.github.embeddinglab.training.gate.Keeping;
import io.github.embeddinglab.training.loop.SelectionLook;
import io.github.embeddinglab.training.loop.TrainingPlaces;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a strategy works with.
 *
 * @param laboratory loads models
 * @param spec as asked for
 * @param expansion strategy, loss and all settings
 * @param parts of the data
 * @param others models beside the trained one
 * @param keeping what the tuned model must not lose
 * @param places of this training alone
 * @param listener told of steps and looks
 */
record Work(
        EmbeddingLaboratory laboratory,
        FineTuning spec,
        Expansion expansion,
        RoomParts parts,
        Others others,
        Keeping keeping,
        TrainingPlaces places,
        TrainingListener listener) {
    FineTuning.Recipe recipe() {
        return expansion.recipe();
    }

    int threads() {
        return recipe().whole(TrainingSetting.THREADS).orElse(Runtime.getRuntime().availableProcessors());
    }

    FineTuning.Running running() {
        return spec.running().listener(listener);
    }

    Path parentFolder() {
        return laboratory.models().folder(spec.model());
    }

    /** The parent's folder; empty where an object or a service gives its vectors. */
    Optional<Path> folderIfAny() {
        try {
            return Optional.of(parentFolder());
        } catch (InvalidInputException e) {
            return Optional.empty();
        }
    }

    /** Null where nothing can choose among states. */
    @Nullable SelectionLook look() {
        Judge selection = parts.selection();
        return selection == null ? null : new SelectionLook(selection.evaluator(), selection.metric(), keeping);
    }

    TrainingPlaces places(String stage) {
        return new TrainingPlaces(places.natives(), places.run().resolveSibling(places.run().getFileName() + stage));
    }
}
