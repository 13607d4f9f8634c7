package io.github.embeddinglab.training.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.Losses;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.SharedFixtures;
import io.github.embeddinglab.training.loop.LossMaker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every loss by its name, from a request to a verdict, on rows of the first form that it reads. */
@Tag("integration")
class EveryLossTest {
    /** Labelled pairs cannot judge a model: {@link JudgingTest} trains these with rows of another form beside them. */
    private static final List<String> WITHOUT_JUDGE = List.of("softmax");

    @TempDir
    Path directory = Path.of("");

    @Test
    void everyLossTrainsByItsName() {
        List<String> risen = new ArrayList<>();
        List<String> names = new ArrayList<>(List.of("cached-multiple-negatives", "matryoshka", "orthogonal", "adaptive-layers"));
        try (EmbeddingLaboratory lab = EmbeddingLaboratory.builder().modelDirectory(directory.resolve("models")).build()) {
            lab.training().losses().stream().filter(name -> !WITHOUT_JUDGE.contains(name)).forEach(names::add);
            assertThat(names).hasSize(4 + lab.training().losses().size() - WITHOUT_JUDGE.size());
            for (String name : names) {
                Form form = lab.training().losses().contains(name) ? LossMaker.forms(name).get(0) : Form.PAIRS;
                FineTuning.Builder request = StrategiesTest.request(StrategiesTest.BERT, StrategiesTest.rows(form, 100, 6)).loss(Losses.named(name)).epochs(2);
                if (form == Form.DOCUMENTS) {
                    request.set(TrainingSetting.GENERATORS, "title");
                }
                if (LossMaker.needsTeacher(LossMaker.resolve(Losses.named(name), form), form)) {
                    request.teacher(SharedFixtures.path("models/mpnet-mean").toString());
                }
                List<TrainingListener.Step> steps = new ArrayList<>();
                FineTuningReport report = lab.training().fineTune(request.listener(new TrainingListener() {
                    @Override
                    public void stepped(Step step) {
                        steps.add(step);
                    }
                }).build());
                assertThat(report.course().notes()).as(name).anyMatch(note -> note.contains("expands to: loss "));
                assertThat(steps).as(name).hasSizeGreaterThan(6).allMatch(step -> Double.isFinite(step.loss()));
                // a small batch may have no hard pair
                assertThat(steps.stream().filter(step -> step.gradientNorm() > 0).count()).as(name).isGreaterThanOrEqualTo(steps.size() - 2);
                // the warm-up begins at nothing
                assertThat(steps.subList(1, steps.size())).as(name).allMatch(step -> step.learningRate() > 0);
                int third = steps.size() / 3;
                if (mean(steps.subList(steps.size() - third, steps.size())) >= mean(steps.subList(0, third))) {
                    risen.add(name + " " + report.course().losses());
                }
            }
            // a dozen steps on other rows each: what some of them learned is less than what rows differ by
            assertThat(risen).as("losses that did not fall").hasSizeLessThan(names.size() / 4);
        }
    }

    private static double mean(List<TrainingListener.Step> steps) {
        return steps.stream().mapToDouble(TrainingListener.Step::loss).average().orElseThrow();
    }
}
