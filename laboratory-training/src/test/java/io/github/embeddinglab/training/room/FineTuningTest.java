package io.github.embeddinglab.training.room;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Job;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.LossChoice;
import io.github.embeddinglab.api.training.Losses;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.SharedFixtures;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.loss.OwnLoss;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From pairs to a registered model, or an honest refusal. */
@Tag("integration")
class FineTuningTest {
    @TempDir
    Path directory = Path.of("");

    private EmbeddingLaboratory laboratory() {
        return EmbeddingLaboratory.builder().modelDirectory(directory.resolve("models")).build();
    }

    private static FineTuning.Builder request(List<TrainingRow> rows) {
        return FineTuning.of(SharedFixtures.path("models/bert-mean").toString())
                .pairs(TrainingData.pairs(rows))
                .batchSize(32)
                .learningRate(5e-3)
                .epochs(30)
                .set(TrainingSetting.THREADS, 1)
                .set(TrainingSetting.PRECISION, "fp32")
                // a model of random weights has no knowledge to keep
                .set(TrainingSetting.PRESERVATION, -1);
    }

    @Tag("jdk")
    @Test
    void whatCanBeLearnedIsRegistered() throws Exception {
        List<String> planned = new ArrayList<>();
        List<TrainingListener.Step> steps = new ArrayList<>();
        FineTuning request = request(WordPairs.rows(300, false, 1)).listener(new TrainingListener() {
            @Override
            public void planned(List<String> lines) {
                planned.addAll(lines);
            }

            @Override
            public void stepped(Step step) {
                steps.add(step);
            }
        }).build();
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training().fineTune(request);
            assertThat(report.verdict().registered()).as(report.verdict().reason()).isTrue();
            assertThat(report.verdict().difference().change().value()).isGreaterThan(0.2);
            assertThat(report.before()).containsKey("ndcg@10");
            assertThat(report.model().value()).matches("bert-mean-tuned-\\d{8}-[0-9a-f]{6}");
            assertThat(report.course().losses()).hasSize(report.course().steps()).hasSameSizeAs(steps);
            assertThat(planned).anyMatch(line -> line.startsWith("strategy auto chose contrastive"))
                    .anyMatch(line -> line.contains("multiple-negatives"));
            assertThat(lab.embed(List.of("long work"), EmbedOptions.model(report.model().value())).rows()).isEqualTo(1);
            JsonNode record = new ObjectMapper().readTree(report.made().folder().resolve("laboratory-record.json").toFile());
            assertThat(record.at("/settings/batch_size").asInt()).isEqualTo(32);
            assertThat(record.at("/data/rows").asInt()).isEqualTo(300);
            assertThat(record.at("/registered").asBoolean()).isTrue();
            assertThat(record.at("/after/ndcg@10/value").asDouble()).isEqualTo(report.verdict().difference().second());
            assertThat(Files.readString(report.made().folder().resolve("README.md")))
                    .contains("# " + report.model().value())
                    .contains("It is registered: better than the parent")
                    .contains("![Loss of the training batches](training-loss.png)")
                    .contains("(training-score.png)");
            String page = Files.readString(report.curve());
            assertThat(page).contains("<svg").contains(report.model().value()).contains("ndcg@10").doesNotContain("src=").doesNotContain("href=\"http");
            assertThat(ImageIO.read(report.made().folder().resolve("training-score.png").toFile()).getWidth()).isEqualTo(1800);
            try (Stream<Path> events = Files.walk(directory.resolve("models/tensorboard"))) {
                assertThat(events.filter(Files::isRegularFile)).hasSize(1);
            }
            assertThat(report.course().notes()).anyMatch(note -> note.startsWith("for TensorBoard: tensorboard --logdir "));
            assertThat(List.of("README.md", "laboratory-record.json"))
                    .allSatisfy(file -> assertThat(report.made().folder().resolve(file)).content().doesNotContain(directory.toString()));
        }
    }

    @Test
    void aStateThatLostTooMuchIsMixedWithTheParent() {
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport whole = lab.training().fineTune(request(WordPairs.rows(300, false, 1)).build());
            double lost = requireNonNull(whole.verdict().general()).after();
            double least = 0.5 * (1 + lost);
            FineTuningReport kept = lab.training()
                    .fineTune(request(WordPairs.rows(300, false, 1)).set(TrainingSetting.PRESERVATION, least).build());
            assertThat(lost).isLessThan(0.9); // else there is nothing to keep
            assertThat(requireNonNull(kept.verdict().general()).after()).isGreaterThanOrEqualTo(least).isGreaterThan(lost);
            assertThat(kept.course().notes()).anyMatch(note -> note.startsWith("taken: ") && note.contains("so that rank correlation"));
            // nothing keeps as much as the parent: said by the gate, with the whole change
            FineTuningReport refused = lab.training()
                    .fineTune(request(WordPairs.rows(300, false, 1)).set(TrainingSetting.PRESERVATION, 1).build());
            assertThat(refused.verdict().registered()).isFalse();
            assertThat(refused.verdict().reason()).contains("lost too much elsewhere");
        }
    }

    @Test
    void whatJudgesIsEmbeddedOnce() throws IOException {
        Path cache = directory.resolve("vectors");
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport first = lab.training().fineTune(request(WordPairs.rows(300, false, 1)).epochs(2).cache(cache).build());
            Map<String, Long> kept = sizes(cache);
            FineTuningReport again = lab.training().fineTune(request(WordPairs.rows(300, false, 1)).epochs(2).cache(cache).build());
            FineTuningReport without = lab.training().fineTune(request(WordPairs.rows(300, false, 1)).epochs(2).build());
            assertThat(kept).hasSizeGreaterThanOrEqualTo(2); // the parent's and the tuned model's
            assertThat(sizes(cache)).isEqualTo(kept);
            assertThat(again.before()).isEqualTo(first.before()).isEqualTo(without.before());
            assertThat(again.after()).isEqualTo(first.after()).isEqualTo(without.after());
        }
    }

    private static Map<String, Long> sizes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.collect(Collectors.toMap(file -> file.getFileName().toString(), file -> file.toFile().length()));
        }
    }

    @Test
    void shuffledDocumentsAreRefused() {
        try (EmbeddingLaboratory lab = laboratory()) {
            // many looks: one of them is better by chance, so that the gate has something to refuse
            FineTuningReport report =
                    lab.training().fineTune(request(WordPairs.rows(300, true, 2)).epochs(4).set(TrainingSetting.EVALUATION_STEPS, 3).build());
            assertThat(report.verdict().registered()).as(report.verdict().reason()).isFalse();
            assertThat(report.verdict().smallestGain()).isPositive();
            assertThat(report.made().folder().resolve("laboratory-record.json")).exists();
            assertThatThrownBy(() -> lab.models().load(report.model().value()))
                    .hasMessageContaining("neither a known name nor a folder");
            // refused, but there
            assertThat(lab.embed(List.of("long work"), EmbedOptions.model(report.made().folder().toString())).rows()).isEqualTo(1);
        }
    }

    @Test
    void labelledTextsAndScoredPairsAreJudgedByTheirOwnTask() {
        List<TrainingRow> labelled = new ArrayList<>();
        WordPairs.rows(200, false, 3).forEach(row -> labelled.add(TrainingRow.labelled(
                row.texts().get(0).split(" ", -1)[0].compareTo("from") < 0 ? "early" : "late", row.texts().get(0))));
        List<TrainingRow> scored = new ArrayList<>();
        WordPairs.rows(200, false, 4).forEach(row -> scored.add(TrainingRow.scored(
                row.texts().get(0), row.texts().get(1), row.texts().get(0).length() % 7)));
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport classes = lab.training().fineTune(request(List.of(TrainingRow.pair("a", "b")))
                    .data(TrainingData.labelled(labelled)).loss(Losses.batchHardTriplet()).batchSize(16).epochs(2).build());
            assertThat(classes.verdict().difference().name()).isEqualTo("accuracy");
            FineTuningReport pairs = lab.training().fineTune(request(List.of(TrainingRow.pair("a", "b")))
                    .data(TrainingData.scoredPairs(scored)).epochs(2).build());
            assertThat(pairs.verdict().difference().name()).isEqualTo("cosine_spearman");
        }
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeAnythingStarts() {
        List<TrainingRow> rows = WordPairs.rows(60, false, 5);
        try (EmbeddingLaboratory lab = laboratory()) {
            assertThatThrownBy(() -> lab.training().fineTune(request(rows).loss(Losses.coSent()).build()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("cosent does not read pairs")
                    .hasMessageContaining("multiple-negatives");
            assertThatThrownBy(() -> lab.training().fineTune(request(rows).loss(Losses.named("nonsense")).build()))
                    .hasMessageContaining("\"nonsense\" is not known");
            assertThatThrownBy(() -> lab.training().fineTune(request(rows).loss(Losses.multipleNegatives().margin(1)).build()))
                    .hasMessageContaining("has no setting \"margin\"");
            assertThatThrownBy(() -> lab.training().fineTune(request(rows).strategy(Strategy.TRIPLET).build()))
                    .hasMessageContaining("triplet does not read pairs");
            assertThatThrownBy(() -> lab.training().fineTune(request(rows).batchSize(64).build()))
                    .hasMessageContaining("the batch has 64 rows");
            assertThatThrownBy(() -> request(rows).set(TrainingSetting.EPOCHS, "many")).hasMessageContaining("give a number");
            assertThatThrownBy(() -> request(rows).set(TrainingSetting.SCHEDULE, "steep"))
                    .hasMessageContaining("one of linear, cosine, constant");
            assertThat(directory.resolve("models/tuned")).doesNotExist();
        }
    }

    @Test
    void aLossThatIsNotFiniteStopsWithStepAndRows() {
        try (EmbeddingLaboratory lab = laboratory()) {
            assertThatThrownBy(() -> lab.training().fineTune(request(WordPairs.rows(100, false, 6))
                            .loss(Losses.multipleNegatives().scale(1e300)).set(TrainingSetting.WARMUP_STEPS, 0).build()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("stopped at step 1, rows [");
        }
    }

    @Test
    void aJobIsCancelled() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        FineTuning request = request(WordPairs.rows(300, false, 7)).epochs(5000).listener(new TrainingListener() {
            @Override
            public void stepped(Step step) {
                begun.countDown();
            }
        }).build();
        try (EmbeddingLaboratory lab = laboratory()) {
            Job<FineTuningReport> job = lab.training().submitFineTune(request);
            begun.await();
            assertThat(job.cancel()).isTrue();
            assertThatThrownBy(job::result).isInstanceOf(CancelledException.class).hasMessageContaining("cancelled");
            Progress progress = job.progress();
            assertThat(progress.stage()).startsWith("training, loss");
        }
    }

    @Test
    void aCancelledTrainingResumesToTheSameWeights() throws Exception {
        List<TrainingRow> rows = WordPairs.rows(300, false, 9);
        Path whole = directory.resolve("whole");
        Path resumed = directory.resolve("resumed");
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport uninterrupted = lab.training().fineTune(request(rows).epochs(6).output(whole).build());
            assertThatThrownBy(() -> lab.training().fineTune(request(rows).epochs(6).output(resumed).listener(new TrainingListener() {
                        @Override
                        public void stepped(Step step) {
                            if (step.step() == 17) {
                                Thread.currentThread().interrupt();
                            }
                        }
                    }).build()))
                    .isInstanceOf(CancelledException.class)
                    .hasMessageContaining("cancelled after 17 of ")
                    .hasMessageContaining("--resume");
            assertThat(Thread.interrupted()).as("the flag is consumed").isFalse();
            assertThat(resumed).doesNotExist();
            List<Integer> steps = new ArrayList<>();
            FineTuningReport report = lab.training().fineTune(request(rows).epochs(6).output(resumed).resume(false).listener(new TrainingListener() {
                @Override
                public void stepped(Step step) {
                    steps.add(step.step());
                }
            }).build());
            assertThat(steps).first().isEqualTo(18);
            assertThat(report.course().losses()).isEqualTo(uninterrupted.course().losses());
            assertThat(report.course().looks()).isEqualTo(uninterrupted.course().looks());
            assertThat(report.course().notes()).contains("resumed after step 17").anyMatch(note -> note.startsWith("for TensorBoard"));
            try (Embedder first = lab.models().load(whole.toString()); Embedder second = lab.models().load(resumed.toString())) {
                assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
            }
            // a good end leaves nothing behind
            assertThat(directory.resolve("models/training")).isEmptyDirectory();
            assertThatThrownBy(() -> lab.training().fineTune(request(rows).epochs(6).resume(false).build()))
                    .hasMessageContaining("no checkpoint in");
        }
    }

    @Test
    void aLossThatIsNoNumberLaterKeepsWhatWasGood() {
        AtomicInteger calls = new AtomicInteger();
        LossChoice wild = OwnLoss.of("wild", Set.of(Form.PAIRS), batch -> {
            Tensor loss = batch.column(0).subtract(batch.column(1)).pow(2).sum(1).mean();
            return calls.incrementAndGet() == 6 ? loss.multiply(Double.NaN) : loss;
        });
        List<TrainingRow> rows = WordPairs.rows(200, false, 12);
        try (EmbeddingLaboratory lab = laboratory()) {
            assertThatThrownBy(() -> lab.training().fineTune(request(rows).loss(wild).epochs(4).build()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageMatching("training stopped at step 6, rows \\[\\d+(, \\d+)*] of the training part: the loss is NaN; .*"
                            + "; the state before it is kept, resume with other settings and --inexact");
            assertThat(directory.resolve("models/tuned")).doesNotExist();
            // what the message advises
            FineTuningReport report = lab.training().fineTune(request(rows).loss(wild).epochs(4).learningRate(1e-3).resume(true).build());
            assertThat(report.course().notes()).contains("resumed after step 5")
                    .anyMatch(note -> note.startsWith("resumed under another condition: learning_rate was "));
            assertThat(report.course().losses()).hasSize(report.course().steps()).allMatch(Double::isFinite);
            assertThat(directory.resolve("models/training")).isEmptyDirectory();
        }
    }

    static FineTuning.Builder stoppedAfter(int last, FineTuning.Builder request) {
        return request.listener(new TrainingListener() {
            @Override
            public void stepped(Step step) {
                if (step.step() == last) {
                    Thread.currentThread().interrupt();
                }
            }
        });
    }

    @Test
    void aResultThatCannotBeWrittenIsMadeAgainFromTheCheckpoint() throws Exception {
        List<TrainingRow> rows = WordPairs.rows(300, false, 13);
        Path above = directory.resolve("above");
        FineTuning.Builder request = request(rows).epochs(4).output(above.resolve("tuned"));
        try (EmbeddingLaboratory lab = laboratory()) {
            assertThatThrownBy(() -> lab.training().fineTune(stoppedAfter(9, request).build())).isInstanceOf(CancelledException.class);
            request.resume(false).listener(new TrainingListener() {
                @Override
                public void stepped(Step step) {
                    if (step.step() == 12) {
                        try {
                            Files.writeString(above, "in the way");
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                }
            });
            assertThatThrownBy(() -> lab.training().fineTune(request.build()))
                    .isInstanceOf(LaboratoryException.class).hasMessageContaining("could not be written");
            Files.delete(above);
            FineTuningReport report = lab.training().fineTune(request.listener(new TrainingListener() {}).build());
            assertThat(report.course().notes()).contains("resumed after step 9");
            assertThat(above.resolve("tuned/model.safetensors")).exists();
        }
    }

    @Test
    void aFullDiskAtACheckpointLeavesTheOneBefore() throws Exception {
        Path disk = Files.createDirectories(directory.resolve("models/training"));
        assumeTrue(succeeds("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk.toString()), "skipped: no right to mount a small file system");
        try (EmbeddingLaboratory lab = laboratory()) {
            List<TrainingRow> rows = WordPairs.rows(300, false, 14);
            FineTuningReport whole = lab.training().fineTune(request(rows).epochs(6).output(directory.resolve("whole")).build());
            FineTuning.Builder request = request(rows).epochs(6).output(directory.resolve("resumed"));
            assertThatThrownBy(() -> lab.training().fineTune(stoppedAfter(9, request).build())).isInstanceOf(CancelledException.class);
            List<String> before = tree(disk);
            Path filler = disk.resolve("filler");
            fill(filler);
            assertThatThrownBy(() -> lab.training().fineTune(stoppedAfter(15, request).resume(false).build()))
                    .isInstanceOf(LaboratoryException.class)
                    .isNotInstanceOf(CancelledException.class)
                    .hasMessageContaining("could not be written")
                    .hasMessageContaining("No space left")
                    .hasMessageContaining("free space").hasMessageContaining("the checkpoint before it stays");
            Files.delete(filler);
            assertThat(tree(disk)).isEqualTo(before).anyMatch(name -> name.endsWith("step-000009/state.safetensors"));
            FineTuningReport resumed = lab.training().fineTune(request.listener(new TrainingListener() {}).build());
            assertThat(resumed.course().notes()).contains("resumed after step 9");
            assertThat(resumed.course().losses()).isEqualTo(whole.course().losses());
            assertThat(directory.resolve("resumed/model.safetensors")).hasSameBinaryContentAs(directory.resolve("whole/model.safetensors"));
        } finally {
            succeeds("umount", "-l", disk.toString()); // files that are mapped keep it busy
        }
    }

    private static void fill(Path file) throws IOException {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private static List<String> tree(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.map(path -> folder.relativize(path).toString()).sorted().toList();
        }
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void anInterruptedLookIsMadeUpFor() throws Exception {
        List<TrainingRow> rows = WordPairs.rows(300, false, 15);
        FineTuning.Builder request = request(rows).epochs(4).set(TrainingSetting.EVALUATION_STEPS, 5).set(TrainingSetting.PATIENCE, 0);
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport whole = lab.training().fineTune(request.output(directory.resolve("whole")).build());
            FineTuning.Builder second = request.output(directory.resolve("resumed"));
            // the flag is seen within the look
            assertThatThrownBy(() -> lab.training().fineTune(stoppedAfter(10, second).build()))
                    .isInstanceOf(CancelledException.class).hasMessageContaining("cancelled after 10 of ");
            FineTuningReport resumed = lab.training().fineTune(second.resume(false).listener(new TrainingListener() {}).build());
            assertThat(resumed.course().looks()).isEqualTo(whole.course().looks());
            assertThat(resumed.course().losses()).isEqualTo(whole.course().losses());
            assertThat(directory.resolve("resumed/model.safetensors")).hasSameBinaryContentAs(directory.resolve("whole/model.safetensors"));
        }
    }

    @Test
    void aTimeLimitBecomesStepsOnce() {
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training().fineTune(request(WordPairs.rows(300, false, 8)).epochs(100_00)
                    .set(TrainingSetting.MINUTES, 0.1).set(TrainingSetting.PATIENCE, 0).build());
            assertThat(report.course().notes()).anyMatch(note -> note.startsWith("6 s allow"));
            assertThat(report.course().steps()).isGreaterThanOrEqualTo(20).isLessThan(70_000);
        }
    }
}
