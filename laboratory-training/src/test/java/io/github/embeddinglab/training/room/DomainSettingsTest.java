package io.github.embeddinglab.training.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.Losses;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.core.files.WholeFiles;
import io.github.embeddinglab.training.SharedFixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings of what is learned from plain documents do what they say. */
@Tag("integration")
class DomainSettingsTest {
    private static final Pattern ROWS = Pattern.compile("queries stage: (\\d+) rows with margins of the parent and BM25");
    private static final Pattern QUERIES = Pattern.compile("queries stage: (\\d+) queries by ([a-z-]+),.*");

    @TempDir
    private static Path directory = Path.of("");

    private static EmbeddingLaboratory lab;

    @BeforeAll
    static void open() {
        lab = EmbeddingLaboratory.builder().modelDirectory(directory.resolve("models")).build();
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    private static FineTuning.Builder anyStage() {
        List<TrainingRow> rows = new ArrayList<>();
        List<TrainingRow> words = WordPairs.rows(320, false, 31);
        for (int i = 0; i < 80; i++) {
            StringBuilder text = new StringBuilder();
            for (int step : new int[] {0, 1, 7, 31}) {
                text.append(words.get(i + step).texts().get(1)).append(' ');
            }
            rows.add(TrainingRow.document(words.get(i).texts().get(0), text.toString().strip()));
        }
        return FineTuning.of(SharedFixtures.path("models/bert-mean").toString()).data(TrainingData.documents(rows))
                .batchSize(16)
                .set(TrainingSetting.GENERATORS, "title")
                .set(TrainingSetting.THREADS, 1)
                .set(TrainingSetting.PRECISION, "fp32")
                .set(TrainingSetting.INTERPOLATION, "off")
                .set(TrainingSetting.PRESERVATION, -1);
    }

    private static FineTuning.Builder request() {
        return anyStage().learningRate(1e-3).epochs(1);
    }

    private static FineTuning.Builder queries() {
        return request().set(TrainingSetting.STAGES, "queries");
    }

    private static FineTuningReport run(FineTuning.Builder request) {
        return lab.training().fineTune(request.build());
    }

    /** The loss of the first step; interrupted behind it, so that nothing is judged. */
    private static double first(FineTuning.Builder request) {
        List<Double> losses = new ArrayList<>();
        assertThatThrownBy(() -> run(request.listener(new TrainingListener() {
            @Override
            public void stepped(Step step) {
                losses.add(step.loss());
                Thread.currentThread().interrupt();
            }
        }))).isInstanceOf(CancelledException.class);
        assertThat(losses).hasSize(1);
        return losses.get(0);
    }

    private static MatchResult told(Pattern pattern, FineTuningReport report) {
        return report.course().notes().stream().flatMap(note -> pattern.matcher(note).results()).findFirst()
                .orElseThrow(() -> new AssertionError(pattern + " is in none of " + report.course().notes()));
    }

    @Test
    void keywordsWeighInTheMargins() {
        double half = first(queries().set(TrainingSetting.KEYWORD_WEIGHT, 0.5));
        assertThat(first(queries())).isEqualTo(first(queries().set(TrainingSetting.KEYWORD_WEIGHT, 0.2)))
                .isNotEqualTo(half);
        assertThat(first(queries().set(TrainingSetting.KEYWORD_WEIGHT, 0))).isNotEqualTo(half);
    }

    @Test
    void eachQueryHasItsNegativesFromTheFirstRanks() {
        FineTuningReport one = run(queries());
        FineTuningReport two = run(queries().set(TrainingSetting.NEGATIVES, 2));
        assertThat(Integer.parseInt(told(ROWS, two).group(1))).isEqualTo(2 * Integer.parseInt(told(ROWS, one).group(1)));
        assertThat(first(queries().set(TrainingSetting.DEEPEST_RANK, 1))).isNotEqualTo(one.course().losses().get(0));
    }

    @Test
    void generatorsAreThoseThatAreNamed() {
        assertThat(told(QUERIES, run(queries())).group(2)).isEqualTo("title");
        assertThat(told(QUERIES, run(queries().set(TrainingSetting.GENERATORS, "keywords"))).group(2)).isEqualTo("keywords");
    }

    @Test
    void sharesOfWhatIsHiddenOrDeletedAreTold() {
        FineTuning.Builder masked = request().strategy(Strategy.MLM);
        double usual = first(masked);
        assertThat(lab.training().plan(masked.set(TrainingSetting.MASKED_SHARE, 0.4).build())).anyMatch(line -> line.endsWith(", 40 % of the tokens hidden"));
        assertThat(first(masked)).isNotEqualTo(usual);
        FineTuning.Builder deleted = request().loss(Losses.denoising());
        double most = first(deleted);
        assertThat(lab.training().plan(deleted.set(TrainingSetting.DELETED_SHARE, 0.2).build())).anyMatch(line -> line.endsWith(", 20 % of the tokens deleted"));
        assertThat(first(deleted)).isNotEqualTo(most);
    }

    @Test
    void theFirstStageHasItsOwnEpochsAndRate() {
        assertThatThrownBy(() -> run(request().set(TrainingSetting.STAGES, "first")))
                .hasMessageContaining("does not read epochs, learning_rate; leave them out, or set first_epochs and first_learning_rate");
        FineTuning.Builder first = anyStage().set(TrainingSetting.STAGES, "first").set(TrainingSetting.WARMUP_STEPS, 0);
        List<TrainingListener.Step> steps = new ArrayList<>();
        int once = run(first).course().steps();
        run(first.set(TrainingSetting.FIRST_EPOCHS, 3).set(TrainingSetting.FIRST_LEARNING_RATE, 7e-4).listener(new TrainingListener() {
            @Override
            public void stepped(Step step) {
                steps.add(step);
            }
        }));
        assertThat(steps).hasSize(3 * once);
        assertThat(steps.get(0).learningRate()).isCloseTo(7e-4, within(1e-12));
    }

    @Test
    void aStageWithoutACheckpointIsBegunAnewWhereTheOneBeforeIsKept() throws IOException {
        assertThatThrownBy(() -> run(queries().epochs(3).resume(false))).hasMessageContaining("no checkpoint in");
        FineTuning.Builder both = request().set(TrainingSetting.STAGES, "both");
        FineTuningReport whole = run(both);
        int last = whole.course().steps();
        assertThatThrownBy(() -> run(FineTuningTest.stoppedAfter(last, both))).isInstanceOf(CancelledException.class);
        // as if it was killed before its first checkpoint; other tests leave some of their own
        List<Path> checkpoints;
        try (Stream<Path> files = Files.walk(directory.resolve("models/training"))) {
            checkpoints = files.filter(file -> file.toString().matches(".*-queries.step-\\d+")).toList();
        }
        assertThat(checkpoints).isNotEmpty();
        for (Path checkpoint : checkpoints) {
            WholeFiles.delete(checkpoint);
        }
        FineTuningReport resumed = run(both.resume(false).listener(TrainingListener.NONE));
        assertThat(resumed.course().notes()).contains("queries stage: begun anew, no step of it was kept");
        assertThat(resumed.course().losses()).isEqualTo(whole.course().losses());
    }
}
