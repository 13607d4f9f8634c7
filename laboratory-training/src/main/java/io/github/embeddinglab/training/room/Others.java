package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.loop.LossMaker;
import org.jspecify.annotations.Nullable;

/**
 * Models that a training reads beside the one that it changes.
 *
 * @param parent as it is in use, frozen
 * @param teacher null where nothing is learned from one
 * @param guide null where the loss has none
 */
record Others(Embedder parent, @Nullable Embedder teacher, @Nullable Embedder guide) implements AutoCloseable {
    static Others open(EmbeddingLaboratory laboratory, String model, Expansion expansion) {
        Recipe recipe = expansion.recipe();
        String teacher = recipe.text(TrainingSetting.TEACHER).orElse("");
        // domain adaptation gives its rows margins itself
        boolean taught = expansion.strategy() != Strategy.DOMAIN_ADAPTIVE && LossMaker.needsTeacher(expansion.loss(), expansion.form());
        if (taught && teacher.isEmpty()) {
            throw new InvalidInputException("loss " + expansion.loss().name() + " learns from a teacher, but none is named; give one with"
                    + " --set teacher=MODEL or teacher(...)");
        }
        boolean guided = LossMaker.needsGuide(expansion.loss(), expansion.form());
        String guide = recipe.text(TrainingSetting.GUIDE).orElse(model);
        Embedder parent = laboratory.models().load(model);
        Others opened = new Others(parent, null, null);
        try {
            opened = new Others(parent, taught ? laboratory.models().load(teacher) : null, null);
            return new Others(parent, opened.teacher(), guided ? laboratory.models().load(guide) : null);
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    @Nullable Embedder outside() {
        return teacher == null ? guide : teacher;
    }

    @Override
    public void close() {
        parent.close();
        if (teacher != null) {
            teacher.close();
        }
        if (guide != null) {
            guide.close();
        }
    }
}
