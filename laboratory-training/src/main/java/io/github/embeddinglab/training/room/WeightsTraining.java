package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.training.FineTuningReport.Course;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.ModelFolderWriter;
import io.github.embeddinglab.training.loop.TrainingInputs;
import io.github.embeddinglab.training.loop.TrainingLoop;
import io.github.embeddinglab.training.loop.TrainingOutcome;
import java.nio.file.Path;

/** Strategies of one stage that train weights: contrastive, triplet, mlm, distill. */
final class WeightsTraining {
    private WeightsTraining() {}

    /** Weights in the parent's folder. */
    record Tuned(TrainingOutcome outcome, Path parent) implements Product {
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
                ModelFolderWriter.copyWith(from, outcome.weights(), folder);
            }
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
        return new Tuned(TrainingLoop.run(inputs, work.running(), work.places("")), parent);
    }
}
