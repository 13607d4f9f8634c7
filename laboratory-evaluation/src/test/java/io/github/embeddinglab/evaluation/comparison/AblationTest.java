package io.github.embeddinglab.evaluation.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import io.github.embeddinglab.evaluation.statistics.Bootstrap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An ablation finds a planted effect, and none where there is none. */
@Tag("unit")
class AblationTest {
    private static final Sampling SAMPLING = Sampling.defaults().withResamples(1000);

    /** A specification that needs no model: how much is added to each unit, and noise of its own. */
    private record Recipe(double shift, long noise) {}

    private static Scores measured(Recipe recipe, String data) {
        SplittableRandom units = new SplittableRandom(1);
        SplittableRandom noise = new SplittableRandom(recipe.noise());
        double[] values = new double[300];
        for (int i = 0; i < values.length; i++) {
            values[i] = units.nextDouble() + recipe.shift() + 0.01 * (noise.nextDouble() - 0.5);
        }
        Measure measure = MeanMeasure.of(values);
        return new Scores(
                new Scores.Subject("made", data, "recipe", new Fingerprint("0".repeat(64))),
                SAMPLING,
                Map.of("mean", new Scores.Figure(Bootstrap.interval(measure, SAMPLING), measure)),
                List.of());
    }

    @Test
    void eachChangeHasItsEffectWithAnInterval() {
        Ablation.Table table = Ablation.of(new Recipe(0, 5))
                .change("a tenth more", base -> new Recipe(base.shift() + 0.1, 6))
                .change("other noise", base -> new Recipe(base.shift(), 7))
                .change("a little less", base -> new Recipe(base.shift() - 0.02, 8))
                .run("mean", recipe -> measured(recipe, "units"));
        assertThat(table.effects()).extracting(Difference::name).containsExactly("a tenth more", "other noise", "a little less");
        assertThat(table.effects()).extracting(Difference::shown).containsExactly(true, false, true);
        assertThat(table.effects().get(0).change().value()).isCloseTo(0.1, within(0.002));
        assertThat(table.effects().get(2).change().high()).isNegative();
        assertThat(table.toMarkdown())
                .startsWith("| change | mean |")
                .containsPattern("\\| a tenth more \\| 0\\.\\d{4} \\| \\+0\\.\\d{4} \\| .* \\| better \\|")
                .contains("| no difference shown |", "| worse |", "| (base) |");
    }

    @Test
    void whatCannotBeComparedIsRefused() {
        Ablation<Recipe> none = Ablation.of(new Recipe(0, 5));
        assertThatThrownBy(() -> none.run("mean", recipe -> measured(recipe, "units"))).isInstanceOf(InvalidInputException.class);
        Ablation<Recipe> one = none.change("more", base -> new Recipe(1, 5));
        assertThatThrownBy(() -> one.change("more", base -> base)).hasMessageContaining("rename");
        assertThatThrownBy(() -> one.run("median", recipe -> measured(recipe, "units"))).hasMessageContaining("mean");
        assertThatThrownBy(() -> one.run("mean", recipe -> measured(recipe, "units of " + recipe.shift())))
                .hasMessageContaining("same data");
    }

    @Test
    void settingsChangeOneThingAtATime() {
        Setting base = Setting.model("wide");
        assertThat(base.dimensions(8)).isEqualTo(new Setting("wide", 8, Overflow.TRUNCATE, Optional.empty()));
        assertThat(base.overflow(Overflow.SPLIT).overflow()).isEqualTo(Overflow.SPLIT);
        assertThat(base.role(Role.NONE).role()).contains(Role.NONE);
        assertThat(base.withModel("narrow").model()).isEqualTo("narrow");
    }
}
