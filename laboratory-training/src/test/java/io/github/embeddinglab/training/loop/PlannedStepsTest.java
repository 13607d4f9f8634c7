package io.github.embeddinglab.training.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.api.training.TrainingSetting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class PlannedStepsTest {
    @TempDir
    Path folder = Path.of("");

    private static Recipe recipe(double minutes, int epochs) {
        return FineTuning.of("a model")
                .pairs(TrainingData.pairs(List.of(TrainingRow.pair("a", "b"))))
                .epochs(epochs)
                .set(TrainingSetting.MINUTES, minutes)
                .build()
                .recipe();
    }

    @Test
    void stepsBeforeAnInterruptionCount() {
        PlannedSteps plan = PlannedSteps.of(recipe(1, 100), 1000);
        assertThat(plan.within(PlannedSteps.MEASURED, 10, 1, 0, 0).steps()).isEqualTo(70);
        assertThat(plan.within(25, 10, 1, 0, 0).steps()).isEqualTo(75);
    }

    @Test
    void aWarmUpThatIsCutIsTold() {
        assertThat(PlannedSteps.of(recipe(1, 1), 1000)).hasToString("1,000 steps, warm-up 100, a look every 100 (warm-up cut from 500)");
        assertThat(PlannedSteps.of(recipe(1, 5), 1000).told(false)).isEqualTo("5,000 steps, warm-up 500");
    }

    @Test
    void aPlanIsThatOfItsSettingsAndCheckpoints() {
        Recipe recipe = recipe(1, 100);
        PlannedSteps plan = PlannedSteps.of(recipe, 1000).within(20, 10, 1, 0, 0);
        RunState state = new RunState(folder);
        List<String> notes = new ArrayList<>();
        state.fix(plan, 0);
        assertThat(state.plan(recipe, notes)).contains(plan);
        assertThat(notes).isEmpty();
        assertThat(state.plan(recipe(2, 100), notes)).isEmpty();
        assertThat(notes).singleElement().asString().contains("plan of the interrupted training is dropped").contains("minutes=1.0, epochs=100");
        // killed before a checkpoint had the rates of the plan
        state.fix(plan, 20);
        assertThat(state.plan(recipe, notes)).isEmpty();
        assertThat(notes).hasSize(1);
    }
}
