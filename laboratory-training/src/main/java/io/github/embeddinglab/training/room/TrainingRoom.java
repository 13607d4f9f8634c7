package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.Job;
import io.github.embeddinglab.api.Training;
import io.github.embeddinglab.api.spi.RoomContext;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.core.laboratory.BackgroundJob;
import io.github.embeddinglab.training.loop.LossMaker;
import java.util.List;

/** Fine-tunes models of one laboratory. */
final class TrainingRoom implements Training {
    private final RoomContext context;

    TrainingRoom(RoomContext context) {
        this.context = context;
    }

    @Override
    public FineTuningReport fineTune(FineTuning spec) {
        return new FineTuningRun(context, spec).run();
    }

    @Override
    public Job<FineTuningReport> submitFineTune(FineTuning spec) {
        return BackgroundJob.start("laboratory-fine-tune", listener -> fineTune(new FineTuning(
                spec.model(), spec.data(), spec.recipe(), spec.judging(), spec.running().progress(report -> {
                    listener.report(report);
                    spec.running().progress().report(report);
                }))));
    }

    @Override
    public List<String> plan(FineTuning spec) {
        return new FineTuningRun(context, spec).plan();
    }

    @Override
    public List<String> losses() {
        return LossMaker.names();
    }
}
