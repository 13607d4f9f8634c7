package io.github.embeddinglab.training.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.api.training.FineTuning.Helpers;
import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.LossChoice;
import io.github.embeddinglab.api.training.Losses;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingSetting;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The section finetuning of a configuration behind a request. */
@Tag("unit")
class ConfiguredTest {
    private static final Map<String, Object> SECTION = Map.of(
            "preset", "quick", "strategy", "contrastive", "loss", Map.of("name", "multiple-negatives", "scale", 30.0),
            "epochs", 3.0, "batch_size", 64L);

    @Test
    void theSectionFillsWhatIsNotAskedFor() {
        Recipe recipe = Configured.recipe(new Recipe(Strategy.AUTO, null, Map.of(TrainingSetting.EPOCHS, 7), Helpers.NONE), SECTION);
        assertThat(recipe.strategy()).isEqualTo(Strategy.CONTRASTIVE);
        assertThat(recipe.loss()).isEqualTo(new LossChoice("multiple-negatives", Map.of("scale", 30.0)));
        assertThat(recipe.number(TrainingSetting.EPOCHS)).contains(7.0);
        assertThat(recipe.whole(TrainingSetting.BATCH_SIZE)).contains(64);
    }

    @Test
    void strategyAndLossOfTheRequestWin() {
        LossChoice own = Losses.coSent();
        Recipe recipe = Configured.recipe(new Recipe(Strategy.TRIPLET, own, Map.of(), Helpers.NONE), SECTION);
        assertThat(recipe.strategy()).isEqualTo(Strategy.TRIPLET);
        assertThat(recipe.loss()).isEqualTo(own);
        assertThat(Configured.recipe(new Recipe(Strategy.AUTO, null, Map.of(), Helpers.NONE), Map.of("loss", "cosent")).loss())
                .isEqualTo(new LossChoice("cosent", Map.of()));
    }
}
