package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.training.FineTuningReport.Course;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.ModelFolderWriter;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.training.loop.TrainingInputs;
import io.github.embeddinglab.training.loop.TrainingLoop;
import io.github.embeddinglab.training.loop.TrainingOutcome;
import io.github.embeddinglab.training.loop.TrainingPlaces;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Strategies of one stage that train weights: contrastive, triplet, mlm, distill. */
final class WeightsTraining {
    private WeightsTraining() {}

    /**
     * Weights in the parent's folder.
     *
     * @param stored setting {@code weights}
     * @param forgetting removes what the training would be resumed from
     */
    record Tuned(TrainingOutcome outcome, Path parent, String stored, Runnable forgetting) implements Product {
        @Override
        public Course course() {
            return outcome.course();
        }

        @Override
        public String chosen() {
            return outcome.chosen();
        }

        @Override
        public void write(Path folder) {
            try (ModelFolder from = ModelFolder.open(parent)) {
                ModelFolderWriter.copyWith(from, outcome.weights(), folder, Map.of(), type());
            }
        }

        private Tensors.@Nullable Type type() {
            return switch (stored) {
                case "float32" -> Tensors.Type.F32;
                case "float16" -> Tensors.Type.F16;
                case "bfloat16" -> Tensors.Type.BF16;
                default -> null;
            };
        }

        @Override
        public void forget() {
            forgetting.run();
        }
    }

    static Product run(Work work) {
        Path parent = work.parentFolder();
        TrainingInputs inputs = new TrainingInputs(
                new TrainingInputs.From(parent, parent, work.others().outside()),
                work.parts().training(),
                work.recipe(),
                work.expansion().loss(),
                work.look());
        TrainingPlaces places = work.places("");
        return new Tuned(
                TrainingLoop.run(inputs, work.running(), places), parent, work.recipe().word(TrainingSetting.WEIGHTS), places::forget);
    }
}
