package io.github.embeddinglab.training.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.SharedFixtures;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.data.TrainingWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings on two files, each of which is a set. */
@Tag("integration")
class MixedSetsTest {
    @TempDir
    private Path directory = Path.of("");

    private Path large = Path.of("");
    private Path small = Path.of("");

    @BeforeEach
    void write() {
        List<TrainingRow> rows = WordPairs.rows(300, false, 21);
        large = directory.resolve("large.jsonl");
        small = directory.resolve("small.jsonl");
        TrainingWriter.write(TrainingSet.read(TrainingData.pairs(rows.subList(0, 220))), large);
        TrainingWriter.write(TrainingSet.read(TrainingData.pairs(rows.subList(220, 300))), small);
    }

    private EmbeddingLaboratory laboratory() {
        return EmbeddingLaboratory.builder().modelDirectory(directory.resolve("models")).build();
    }

    private FineTuning.Builder request(String mixing) {
        return FineTuning.of(SharedFixtures.path("models/bert-mean").toString())
                .data(TrainingData.files(large, small))
                .set(TrainingSetting.MIXING, mixing)
                .batchSize(16)
                .learningRate(5e-3)
                .epochs(3)
                .set(TrainingSetting.THREADS, 1)
                .set(TrainingSetting.PRECISION, "fp32")
                .set(TrainingSetting.PRESERVATION, -1);
    }

    @Test
    @DisplayName("A cancelled training on two sets in turn resumes to the same losses; its notes tell the share of each set")
    void inTurn() {
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport whole = lab.training().fineTune(request("round-robin").build());
            assertThat(whole.course().notes()).anySatisfy(note -> assertThat(note)
                    .startsWith("mixing round-robin, batches of the first epoch: large.jsonl ")
                    .contains("small.jsonl ")
                    .contains("(50 %"));
            assertThatThrownBy(() -> lab.training().fineTune(request("round-robin").listener(new TrainingListener() {
                        @Override
                        public void stepped(Step step) {
                            if (step.step() == 7) {
                                Thread.currentThread().interrupt();
                            }
                        }
                    }).build()))
                    .isInstanceOf(CancelledException.class)
                    .hasMessageContaining("cancelled after 7 of ");
            assertThatThrownBy(() -> lab.training().fineTune(request("temperature").resume(false).build()))
                    .as("another mixing is another training")
                    .hasMessageContaining("no checkpoint in");
            FineTuningReport resumed = lab.training().fineTune(request("round-robin").resume(false).build());
            assertThat(resumed.course().notes()).contains("resumed after step 7");
            assertThat(resumed.course().losses()).isEqualTo(whole.course().losses());
            assertThat(resumed.after()).isEqualTo(whole.after());
        }
    }

    @Test
    @DisplayName("Every epoch of proportional mixing is as long as the batches of both sets; an adapter does not mix")
    void proportional() {
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training().fineTune(request("proportional").build());
            FineTuningReport turns = lab.training().fineTune(request("round-robin").build());
            assertThat(report.course().steps()).isGreaterThan(turns.course().steps());
            assertThat(report.course().losses()).isNotEqualTo(turns.course().losses());
            assertThatThrownBy(() -> lab.training().fineTune(request("proportional").strategy(Strategy.ADAPTER).build()))
                    .hasMessageContaining("strategy adapter").hasMessageContaining("does not read mixing");
        }
    }
}
