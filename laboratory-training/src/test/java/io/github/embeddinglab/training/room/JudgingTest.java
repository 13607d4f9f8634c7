package io.github.embeddinglab.training.room;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationData;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.DataReport;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.FineTuningReport.General;
import io.github.embeddinglab.api.training.Losses;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.SharedFixtures;
import io.github.embeddinglab.training.data.TrainingSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** By what a training is judged: rows of any form that can, a task, and general data on which it must not fall. */
@Tag("integration")
class JudgingTest {
    private static final String STATIC = SharedFixtures.path("models/static-mean").toString();
    private static final List<TrainingRow> ALL = WordPairs.rows(320, false, 21);

    @TempDir
    Path directory = Path.of("");

    private EmbeddingLaboratory laboratory() {
        return EmbeddingLaboratory.builder().modelDirectory(directory.resolve("models")).build();
    }

    private static FineTuning.Builder general(TrainingData data) {
        return FineTuning.of(STATIC)
                .data(data)
                .batchSize(16)
                .learningRate(0.05)
                .epochs(2)
                .set(TrainingSetting.THREADS, 1);
    }

    private static FineTuning.Builder request(TrainingData data) {
        return general(data).set(TrainingSetting.PRESERVATION, -1);
    }

    private static String document(int row) {
        return ALL.get(row).texts().get(1);
    }

    private static String query(int row) {
        return ALL.get(row).texts().get(0);
    }

    /** Each query with its own document, or with another row's. */
    private static TrainingData relations(int first, int last) {
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = first; i < last; i++) {
            boolean own = i % 2 == 0;
            rows.add(new TrainingRow(List.of(query(i), document(own ? i : first + (i + 41) % (last - first))), null, own ? "own" : "other", ""));
        }
        return TrainingData.of(Form.LABELLED_PAIRS, rows);
    }

    private static List<TrainingRow> scored(int first, int last) {
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = first; i < last; i++) {
            boolean own = i % 2 == 0;
            rows.add(TrainingRow.scored(query(i), document(own ? i : first + (i + 31) % (last - first)), own ? 1 : 0));
        }
        return rows;
    }

    private static List<TrainingRow> labelled(int first, int last) {
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = first; i < last; i++) {
            rows.add(TrainingRow.labelled(i % 2 == 0 ? "asked" : "answer", i % 2 == 0 ? query(i) : document(i)));
        }
        return rows;
    }

    private Path similarities(int first, int last) throws IOException {
        StringBuilder lines = new StringBuilder("score\tsentence1\tsentence2\n");
        scored(first, last).forEach(row -> lines.append(row.score()).append('\t').append(String.join("\t", row.texts())).append('\n'));
        return Files.writeString(directory.resolve("similarities.tsv"), lines);
    }

    @Test
    void documentsAreKeptApartByTheirTextsWhateverTheirTitles() {
        TrainingSet training = TrainingSet.read(TrainingData.documents(List.of(
                TrainingRow.document("Overview", "one text"), TrainingRow.document("", "another text"), TrainingRow.document("", "Shared text."))));
        TrainingSet judged = TrainingSet.read(TrainingData.documents(List.of(
                TrainingRow.document("Overview", "a third text"), TrainingRow.document("", "shared text"))));
        assertThat(JudgedTexts.leaveOut(training, judged)).extracting(row -> row.texts().get(1)).containsExactly("one text", "another text");
        TrainingSet asked = TrainingSet.read(TrainingData.labelled(List.of(TrainingRow.labelled("x", "Overview"), TrainingRow.labelled("y", "one text"))));
        assertThat(JudgedTexts.leaveOut(training, asked)).extracting(row -> row.texts().get(1)).containsExactly("another text", "Shared text.");
    }

    @Test
    void labelledPairsAreTrainedOnAndRowsOfAnotherFormChooseAndJudge() {
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training().fineTune(request(relations(0, 160))
                    .evaluation(TrainingData.scoredPairs(scored(160, 300))).epochs(10).set(TrainingSetting.EVALUATION_STEPS, 20).build());
            assertThat(report.course().notes()).anyMatch(note -> note.startsWith("loss softmax"))
                    .anyMatch(note -> note.contains("34 rows choose among states") && note.contains("the other 106 judge the result"));
            List<Double> losses = report.course().losses();
            assertThat(losses.subList(losses.size() - 10, losses.size()).stream().mapToDouble(loss -> loss).average().orElseThrow())
                    .isLessThan(losses.subList(0, 10).stream().mapToDouble(loss -> loss).average().orElseThrow());
            assertThat(report.course().looks()).hasSizeGreaterThan(2).allMatch(look -> look.metric().equals("cosine_spearman"));
            assertThat(report.verdict().difference().name()).isEqualTo("cosine_spearman");
            assertThat(report.data().parts().sizes()).containsOnlyKeys("training", "selection", "gate")
                    .containsEntry("training", 160).containsEntry("selection", 34).containsEntry("gate", 106);
            assertThat(report.baselines()).isEmpty();
        }
    }

    @Test
    void labelledPairsAreJudgedByATaskOrClassesToo() throws IOException {
        Path task = similarities(160, 300);
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training().fineTune(request(relations(0, 160)).evaluation(EvaluationData.of("sts", task)).build());
            assertThat(report.verdict().difference().name()).isEqualTo("cosine_spearman");
            assertThat(report.course().looks()).isEmpty();
            assertThat(report.course().steps()).isEqualTo(20);
            assertThat(report.course().notes()).contains("taken: the last state")
                    .anyMatch(note -> note.contains("labelled pairs cannot choose among states"));
            assertThat(report.data().parts().sizes()).containsOnlyKeys("training").containsEntry("training", 160);

            FineTuningReport classes = lab.training().fineTune(request(relations(0, 160))
                    .evaluation(TrainingData.labelled(labelled(160, 320))).build());
            assertThat(classes.verdict().difference().name()).isEqualTo("accuracy");
            assertThat(classes.data().parts().sizes()).containsEntry("selection", 80).containsEntry("gate", 80);
        }
    }

    @Test
    void aSelectionPartThatTellsNothingIsRefused() throws IOException {
        List<TrainingRow> equal = new ArrayList<>();
        scored(0, 160).forEach(row -> equal.add(TrainingRow.scored(row.texts().get(0), row.texts().get(1), 1)));
        equal.set(0, scored(0, 1).get(0));
        equal.set(1, TrainingRow.scored(query(1), document(1), 0));
        Path task = similarities(160, 300);
        try (EmbeddingLaboratory lab = laboratory()) {
            assertThatThrownBy(() -> lab.training().fineTune(
                            request(TrainingData.scoredPairs(equal)).evaluation(EvaluationData.of("sts", task)).build()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("its cosine_spearman is undefined for the parent")
                    .hasMessageContaining("selection_share")
                    .hasMessageContaining("--eval");
        }
    }

    /** States that one judge chose are not compared by another. */
    @Test
    void aTrainingGoesOnUnderItsOwnJudge() throws IOException {
        Path task = similarities(160, 300);
        FineTuning.Builder other = request(relations(0, 160)).evaluation(TrainingData.scoredPairs(scored(160, 300)));
        try (EmbeddingLaboratory lab = laboratory()) {
            assertThatThrownBy(() -> lab.training().fineTune(request(relations(0, 160)).evaluation(EvaluationData.of("sts", task))
                            .listener(new TrainingListener() {
                                @Override
                                public void stepped(Step step) {
                                    if (step.step() == 5) {
                                        Thread.currentThread().interrupt();
                                    }
                                }
                            }).build()))
                    .isInstanceOf(CancelledException.class);
            assertThatThrownBy(() -> lab.training().fineTune(other.resume(false).build())).hasMessageContaining("no checkpoint in");
            FineTuningReport report = lab.training().fineTune(other.resume(true).build());
            assertThat(report.course().notes()).contains("resumed after step 5");
            assertThat(report.course().looks()).isNotEmpty();
        }
    }

    /** The second judge gives the opposite of the first one's scores, so its rank correlations are the negatives. */
    @Test
    void anotherJudgeJudgesAgainWhatTheFirstOneSaw() {
        List<TrainingRow> opposite = scored(160, 300).stream()
                .map(row -> TrainingRow.scored(row.texts().get(0), row.texts().get(1), 1 - requireNonNull(row.score())))
                .toList();
        List<TrainingListener.Look> seen = new ArrayList<>();
        FineTuning.Builder request = request(relations(0, 160)).epochs(3).set(TrainingSetting.EVALUATION_STEPS, 2).set(TrainingSetting.PATIENCE, 0);
        try (EmbeddingLaboratory lab = laboratory()) {
            assertThatThrownBy(() -> lab.training().fineTune(request.evaluation(TrainingData.scoredPairs(scored(160, 300)))
                            .listener(new TrainingListener() {
                                @Override
                                public void looked(Look look) {
                                    seen.add(look);
                                    if (look.step() == 12) {
                                        Thread.currentThread().interrupt();
                                    }
                                }
                            }).build()))
                    .isInstanceOf(CancelledException.class);
            FineTuningReport report = lab.training().fineTune(request.evaluation(TrainingData.scoredPairs(opposite))
                    .set(TrainingSetting.PATIENCE, 3).listener(TrainingListener.NONE).resume(true).build());

            TrainingListener.Look best = seen.stream().max(Comparator.comparingDouble(TrainingListener.Look::value)).orElseThrow();
            assertThat(best.step()).as("a state is better than the parent by the first judge, and looks without a better one are no fewer than the patience")
                    .isBetween(1, 6);
            assertThat(report.course().notes()).contains("resumed after step 12", String.format(Locale.ROOT,
                    "the selection part judges otherwise than before the interruption: cosine_spearman %.4f before the first step, %.4f after step %d;"
                            + " looks before it are left out",
                    -seen.get(0).value(), -best.value(), best.step()));
            List<TrainingListener.Look> looks = report.course().looks();
            assertThat(looks).extracting(TrainingListener.Look::step).startsWith(0, best.step()).contains(12, 14).isSorted().doesNotHaveDuplicates();
            assertThat(looks.get(0).value()).isCloseTo(-seen.get(0).value(), within(1e-9));
            assertThat(looks.get(1).value()).isCloseTo(-best.value(), within(1e-9));
        }
    }

    @Test
    void aResumeUnderTheSameJudgeKeepsItsLooks() {
        FineTuning.Builder request = request(relations(0, 160)).evaluation(TrainingData.scoredPairs(scored(160, 300)))
                .epochs(3).set(TrainingSetting.EVALUATION_STEPS, 2).set(TrainingSetting.PATIENCE, 0);
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport whole = lab.training().fineTune(request.build());
            assertThatThrownBy(() -> lab.training().fineTune(FineTuningTest.stoppedAfter(11, request).build())).isInstanceOf(CancelledException.class);
            FineTuningReport resumed = lab.training().fineTune(request.listener(TrainingListener.NONE).resume(true).build());
            assertThat(resumed.course().looks()).isEqualTo(whole.course().looks());
            assertThat(resumed.course().losses()).isEqualTo(whole.course().losses());
            assertThat(resumed.course().notes()).noneMatch(note -> note.contains("judges otherwise"));
        }
    }

    @Test
    void labelledPairsWithoutAJudgeAreRefusedWithTheWayOut() {
        try (EmbeddingLaboratory lab = laboratory()) {
            for (FineTuning.Builder request : List.of(
                    request(relations(0, 160)), request(relations(0, 160)).evaluation(relations(160, 300)))) {
                assertThatThrownBy(() -> lab.training().fineTune(request.build()))
                        .isInstanceOf(InvalidInputException.class)
                        .hasMessage("in memory holds labelled pairs, which cannot judge a model; name data that can (pairs, triplets, scored pairs"
                                + " or labelled texts) with --eval, or a task with --eval-task");
            }
            assertThat(directory.resolve("models/tuned")).doesNotExist();
        }
    }

    @Test
    void classifiersLearnFromOneHalfOfTheRowsAndAreTestedOnTheOther() {
        try (EmbeddingLaboratory lab = laboratory()) {
            TrainingData judged = TrainingData.labelled(labelled(200, 320));
            FineTuningReport report = lab.training().fineTune(request(TrainingData.pairs(ALL.subList(0, 160))).evaluation(judged).build());
            assertThat(report.verdict().difference().name()).isEqualTo("accuracy");
            assertThat(report.course().notes()).anyMatch(note -> note.contains("classifiers learn from 60 rows of in memory"));
            assertThat(report.data().parts().sizes()).containsEntry("gate", 60).containsKeys("training", "selection");

            List<TrainingRow> documents = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                documents.add(TrainingRow.document(query(i), String.join(" ", document(i), document(i + 1), document(i + 7), document(i + 31))));
            }
            FineTuningReport plain = lab.training().fineTune(FineTuning.of(SharedFixtures.path("models/bert-mean").toString())
                    .data(TrainingData.documents(documents)).evaluation(judged).loss(Losses.named("simcse")).batchSize(16).epochs(1)
                    .set(TrainingSetting.THREADS, 1).set(TrainingSetting.GENERATORS, "title").set(TrainingSetting.PRESERVATION, -1).build());
            assertThat(plain.verdict().difference().name()).isEqualTo("accuracy");
            assertThat(plain.data().parts().sizes()).containsEntry("gate", 60);

            assertThatThrownBy(() -> lab.training().fineTune(request(TrainingData.pairs(ALL.subList(0, 160)))
                            .evaluation(TrainingData.labelled(List.of(TrainingRow.labelled("a", "one"), TrainingRow.labelled("b", "two")))).build()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("2 labelled texts in 2 groups cannot be divided");
        }
    }

    @Test
    void nearCopiesAreCountedWhateverJudges() {
        List<TrainingRow> rows = new ArrayList<>(ALL.subList(0, 120));
        // each has a twin that differs in one word
        for (int i = 0; i < 40; i++) {
            for (String word : List.of("left", "right")) {
                rows.add(TrainingRow.pair(query(i) + " " + query(i + 1) + " " + word, document(i) + " of the " + word + " hand number " + i));
            }
        }
        List<TrainingRow> judged = new ArrayList<>(scored(200, 280));
        judged.add(TrainingRow.scored(query(3) + " " + query(4) + " middle", "nothing like it", 0.5));
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training().fineTune(
                    request(TrainingData.pairs(rows)).evaluation(TrainingData.scoredPairs(judged)).epochs(0.2).build());
            List<DataReport.Leak> leaks = report.data().parts().leaks();
            assertThat(leaks).anyMatch(leak -> leak.part().equals("gate") && leak.text().endsWith(" middle") && leak.kind().equals("one_word"))
                    .anyMatch(leak -> leak.part().equals("selection") && leak.kind().equals("one_word"));
            assertThat(leaks).doesNotHaveDuplicates();
        }
    }

    @Test
    void rowsOfGroupsAloneAreDividedToo() {
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < 160; i++) {
            rows.add(ALL.get(i).inGroup("page " + i / 4));
        }
        try (EmbeddingLaboratory lab = laboratory()) {
            assertThat(lab.training().plan(request(TrainingData.pairs(rows)).evaluation(TrainingData.pairs(ALL.subList(200, 300))).build()))
                    .contains("  training: 144 rows", "  selection: 16 rows", "  gate: 100 rows");
        }
    }

    @Test
    void aTaskOfTheCallersIsKeptByTheMargin() throws IOException {
        Path general = similarities(160, 300);
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training().fineTune(general(TrainingData.pairs(ALL.subList(0, 160)))
                    .general(EvaluationData.of("sts", general)).set(TrainingSetting.MARGIN, 0.05).build());
            General kept = requireNonNull(report.verdict().general());
            assertThat(kept.name()).isEqualTo("cosine_spearman on similarities");
            assertThat(kept.least()).isCloseTo(kept.before() - 0.05, within(1e-12));
            assertThat(kept.after()).isNotEqualTo(kept.before());
            assertThat(report.verdict().registered()).isEqualTo(report.verdict().difference().shown() && kept.held());
        }
    }

    @Test
    void aTrainingWithoutGainStopsEarlyAndSaysSo() {
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training().fineTune(request(TrainingData.pairs(WordPairs.rows(300, true, 22))).epochs(50)
                    .learningRate(1e-9).set(TrainingSetting.EVALUATION_STEPS, 2).set(TrainingSetting.PATIENCE, 3).build());
            assertThat(report.course().notes()).contains("stopped early after step 6: no gain on the selection part in 3 looks");
            assertThat(report.course().steps()).isEqualTo(6);
        }
    }
}
