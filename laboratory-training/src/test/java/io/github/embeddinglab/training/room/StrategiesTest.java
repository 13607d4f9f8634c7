package io.github.embeddinglab.training.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationData;
import io.github.embeddinglab.api.Role;
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
import io.github.embeddinglab.training.loss.OwnLoss;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each strategy from a request to a verdict, on tiny models. */
@Tag("integration")
class StrategiesTest {
    static final String BERT = SharedFixtures.path("models/bert-mean").toString();
    private static final String STATIC = SharedFixtures.path("models/static-mean").toString();

    @TempDir
    Path directory = Path.of("");

    private EmbeddingLaboratory laboratory() {
        return EmbeddingLaboratory.builder().modelDirectory(directory.resolve("models")).build();
    }

    static FineTuning.Builder request(String model, TrainingData data) {
        return ofAnyLength(model, data).learningRate(5e-3).epochs(1);
    }

    private static FineTuning.Builder ofAnyLength(String model, TrainingData data) {
        return FineTuning.of(model)
                .data(data)
                .batchSize(16)
                .set(TrainingSetting.THREADS, 1)
                .set(TrainingSetting.PRESERVATION, -1)
                .set(TrainingSetting.PRECISION, "fp32")
                .set(TrainingSetting.INTERPOLATION, "off")
                .set(TrainingSetting.EVALUATION_STEPS, 1000);
    }

    private static FineTuning.Builder adapter(String model, TrainingData data) {
        return FineTuning.of(model)
                .data(data)
                .strategy(Strategy.ADAPTER)
                .batchSize(16)
                .learningRate(5e-3)
                .epochs(1)
                .set(TrainingSetting.THREADS, 1)
                .set(TrainingSetting.PRESERVATION, -1);
    }

    /** Eight words each, the title asking for the first two of them. */
    private static TrainingData documents(int count, long seed) {
        List<TrainingRow> rows = new ArrayList<>();
        List<TrainingRow> words = WordPairs.rows(320, false, seed);
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            for (int step : new int[] {0, 1, 7, 31}) {
                text.append(words.get((i + step) % words.size()).texts().get(1)).append(' ');
            }
            rows.add(TrainingRow.document(words.get(i).texts().get(0), text.toString().strip()));
        }
        return TrainingData.documents(rows);
    }

    @Test
    void anAdapterOfQueriesLeavesDocumentsAsTheyWere() {
        try (EmbeddingLaboratory lab = laboratory();
                Embedder parent = lab.models().load(STATIC)) {
            FineTuningReport report = lab.training().fineTune(adapter(STATIC, TrainingData.pairs(WordPairs.rows(300, false, 1)))
                    .learningRate(5e-3).epochs(40).batchSize(64).build());
            assertThat(report.verdict().passed()).as(report.verdict().reason()).isTrue();
            String name = report.made().name();
            assertThat(name).startsWith("adapter=").endsWith(":" + STATIC);
            try (Embedder adapted = lab.models().load(name)) {
                EmbedOptions documents = EmbedOptions.defaults().role(Role.DOCUMENT);
                EmbedOptions queries = EmbedOptions.defaults().role(Role.QUERY);
                List<String> texts = List.of("long work");
                assertThat(adapted.embed(texts, documents).vector(0)).isEqualTo(parent.embed(texts, documents).vector(0));
                assertThat(adapted.embed(texts, queries).vector(0)).isNotEqualTo(parent.embed(texts, queries).vector(0));
                assertThat(adapted.documentFingerprint()).isEqualTo(parent.documentFingerprint());
            }
            assertThat(report.made().folder().resolve("laboratory-record.json")).exists();
        }
    }

    @Test
    void anAdapterOfBothSidesIsAModelOfItsOwn() {
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training().fineTune(adapter(STATIC, TrainingData.pairs(WordPairs.rows(300, false, 1)))
                    .epochs(40).batchSize(64)
                    .set(TrainingSetting.ADAPTER_SIDE, "both").set(TrainingSetting.ADAPTER_RANK, 8).build());
            assertThat(report.verdict().difference().second()).isGreaterThanOrEqualTo(report.verdict().difference().first());
            assertThat(report.made().folder().resolve("modules.json")).exists();
            assertThat(lab.embed(List.of("long work"), EmbedOptions.model(report.made().name())).rows()).isEqualTo(1);
            FineTuning wide = adapter(STATIC, TrainingData.pairs(WordPairs.rows(300, false, 1))).set(TrainingSetting.ADAPTER_RANK, 4096).build();
            assertThatThrownBy(() -> lab.training().plan(wide)).hasMessageContaining("adapter_rank is 4096, but ");
            assertThatThrownBy(() -> lab.training().fineTune(wide)).hasMessageContaining("dimensions; give a rank of ");
        }
    }

    @Test
    void aStudentComesNearItsTeacherWhateverItsWidth() {
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training().fineTune(request(STATIC, documents(160, 2))
                    .teacher(BERT).learningRate(0.05).epochs(20).build());
            assertThat(report.course().notes()).anyMatch(note -> note.startsWith("strategy auto chose distill"));
            assertThat(report.verdict().difference().name()).isEqualTo("cosine_spearman");
            assertThat(report.course().losses().get(report.course().steps() - 1)).isLessThan(report.course().losses().get(0));
            List<TrainingRow> triplets = new ArrayList<>();
            WordPairs.rows(120, false, 3).forEach(row -> triplets.add(TrainingRow.triplet(
                    row.texts().get(0), row.texts().get(1), row.texts().get(0) + " " + row.texts().get(1))));
            for (String loss : List.of("margin-mse", "distillation", "embedding-distillation")) {
                assertThat(lab.training().fineTune(request(STATIC, TrainingData.triplets(triplets))
                                .strategy(Strategy.DISTILL).teacher(BERT).loss(Losses.named(loss)).build()).course().losses())
                        .as(loss).allMatch(Double::isFinite);
            }
            assertThatThrownBy(() -> lab.training().fineTune(request(STATIC, documents(160, 2)).strategy(Strategy.DISTILL).build()))
                    .hasMessageContaining("teacher=MODEL");
            assertThatThrownBy(() -> lab.training().fineTune(request(STATIC, TrainingData.pairs(WordPairs.rows(60, false, 3)))
                            .teacher(BERT).set(TrainingSetting.DISTILLATION, "scores").build()))
                    .hasMessageContaining("`lab mine`");
        }
    }

    @Test
    void plainDocumentsAreAdaptedToInTwoStages() {
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuning.Builder builder = request(BERT, documents(160, 4)).set(TrainingSetting.GENERATORS, "title")
                    .set(TrainingSetting.EVALUATION_STEPS, 2);
            assertThat(lab.training().plan(builder.build())).anyMatch(line -> line.contains("queries stage"))
                    .noneMatch(line -> line.contains("masked stage"));
            FineTuning request = builder.set(TrainingSetting.STAGES, "both").build();
            assertThat(lab.training().plan(request)).anyMatch(line -> line.contains("masked stage: masked-language, 15 % of the tokens hidden")
                    && line.contains("queries stage: queries by title"));
            FineTuningReport report = lab.training().fineTune(request);
            assertThat(report.course().notes()).anyMatch(note -> note.contains("auto chose domain-adaptive"))
                    .anyMatch(note -> note.matches("queries stage: [1-9]\\d* queries by title.*"))
                    .anyMatch(note -> note.contains("margins of the parent and BM25"));
            assertThat(report.course().looks()).isNotEmpty();
            // nothing of the stages is left
            assertThat(directory.resolve("models/training")).isEmptyDirectory();
            assertThatThrownBy(() -> lab.training().plan(request(BERT, documents(160, 4)).set(TrainingSetting.MASKED_SHARE, 0.2).build()))
                    .hasMessageContaining("masked_share").hasMessageContaining("stages=both");
            List<String> asked = new ArrayList<>();
            FineTuningReport own = lab.training().fineTune(request(BERT, documents(160, 4)).set(TrainingSetting.STAGES, "queries")
                    .queryWriter((title, text) -> List.of("which " + title))
                    .judge((queries, texts) -> {
                        asked.addAll(queries);
                        float[] scores = new float[queries.size()];
                        for (int i = 0; i < scores.length; i += 2) {
                            scores[i] = 1;
                        }
                        return scores;
                    }).build());
            assertThat(asked).isNotEmpty().allMatch(query -> query.startsWith("which "));
            assertThat(own.course().losses()).allMatch(Double::isFinite);
        }
    }

    @Test
    void hiddenWordsAreLearned() {
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training().fineTune(request(BERT, documents(160, 5)).strategy(Strategy.MLM).epochs(12)
                    .set(TrainingSetting.GENERATORS, "title").build());
            falls(report.course().losses());
            assertThatThrownBy(() -> lab.training().fineTune(request(STATIC, documents(160, 5)).strategy(Strategy.MLM)
                            .set(TrainingSetting.GENERATORS, "title").build()))
                    .hasMessageContaining("hidden words");
        }
    }

    @Test
    void aVectorLearnsToTellItsTextWhole() {
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport alone = lab.training().fineTune(request(BERT, documents(160, 10)).loss(Losses.denoising()).epochs(12)
                    .set(TrainingSetting.GENERATORS, "title").build());
            falls(alone.course().losses());
            assertThat(alone.course().notes()).anyMatch(note -> note.contains("60 % of the tokens deleted"));
            assertThat(lab.embed(List.of("long work"), EmbedOptions.model(alone.made().folder().toString())).rows()).isEqualTo(1);
            FineTuning.Builder staged = ofAnyLength(BERT, documents(160, 10)).set(TrainingSetting.GENERATORS, "title")
                    .set(TrainingSetting.FIRST_STAGE, "denoising").set(TrainingSetting.FIRST_EPOCHS, 8)
                    .set(TrainingSetting.FIRST_LEARNING_RATE, 5e-3);
            FineTuningReport first = lab.training().fineTune(staged.set(TrainingSetting.STAGES, "first").build());
            falls(first.course().losses());
            FineTuningReport both = lab.training().fineTune(staged.set(TrainingSetting.STAGES, "both").epochs(1).learningRate(5e-3).build());
            assertThat(both.course().losses().subList(0, first.course().steps())).isEqualTo(first.course().losses());
            assertThat(both.course().steps()).isGreaterThan(first.course().steps());
            assertThat(both.course().notes()).anyMatch(note -> note.startsWith("denoising stage: ")).anyMatch(note -> note.startsWith("queries stage: "));
            assertThat(lab.embed(List.of("long work"), EmbedOptions.model(both.made().folder().toString())).rows()).isEqualTo(1);
            assertThat(directory.resolve("models/training")).isEmptyDirectory();
        }
    }

    private static void falls(List<Double> losses) {
        int third = losses.size() / 3;
        assertThat(losses.subList(2 * third, losses.size()).stream().mapToDouble(loss -> loss).average().orElseThrow())
                .isLessThan(0.9 * losses.subList(0, third).stream().mapToDouble(loss -> loss).average().orElseThrow());
    }

    @Test
    void anAdaptationInterruptedInItsSecondStageGoesOnWithItsSteps() {
        FineTuning.Builder request = request(BERT, documents(160, 11)).set(TrainingSetting.GENERATORS, "title").set(TrainingSetting.STAGES, "both").epochs(4);
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport whole = lab.training().fineTune(request.output(directory.resolve("whole")).build());
            int last = whole.course().steps() - 3;
            assertThatThrownBy(() -> lab.training().fineTune(request.output(directory.resolve("resumed")).listener(new TrainingListener() {
                        @Override
                        public void stepped(Step step) {
                            if (step.step() == last) {
                                Thread.currentThread().interrupt();
                            }
                        }
                    }).build()))
                    .isInstanceOf(CancelledException.class);
            List<Integer> steps = new ArrayList<>();
            FineTuningReport resumed = lab.training().fineTune(request.resume(false).listener(new TrainingListener() {
                @Override
                public void stepped(Step step) {
                    steps.add(step.step());
                }
            }).build());
            assertThat(steps).containsExactly(last + 1, last + 2, last + 3);
            assertThat(resumed.course().losses()).isEqualTo(whole.course().losses());
            try (Embedder first = lab.models().load(directory.resolve("whole").toString());
                    Embedder second = lab.models().load(directory.resolve("resumed").toString())) {
                assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
            }
        }
    }

    static TrainingData rows(Form form, int count, long seed) {
        if (form == Form.DOCUMENTS) {
            return documents(count, seed);
        }
        List<TrainingRow> pairs = WordPairs.rows(count, false, seed);
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String query = pairs.get(i).texts().get(0);
            String document = pairs.get(i).texts().get(1);
            String other = pairs.get((i + count / 2) % count).texts().get(1);
            rows.add(switch (form) {
                case TRIPLETS -> TrainingRow.triplet(query, document, other);
                case SCORED_PAIRS -> TrainingRow.scored(query, i % 2 == 0 ? document : other, 1 - i % 2);
                case LABELLED -> TrainingRow.labelled(query.charAt(0) < 's' ? "early" : "late", query);
                default -> pairs.get(i);
            });
        }
        return TrainingData.of(form, rows);
    }

    @Test
    void aLossOfTheCallersOwnTrains() {
        try (EmbeddingLaboratory lab = laboratory()) {
            LossChoice own = OwnLoss.of("near", Set.of(Form.PAIRS),
                    batch -> batch.column(0).subtract(batch.column(1)).pow(2).sum(1).mean());
            FineTuningReport near = lab.training().fineTune(
                    request(STATIC, TrainingData.pairs(WordPairs.rows(60, false, 6))).loss(own).epochs(10).build());
            assertThat(near.course().losses().get(near.course().steps() - 1)).isLessThan(near.course().losses().get(0));
            assertThatThrownBy(() -> lab.training().fineTune(request(STATIC, documents(20, 7)).loss(own).build()))
                    .hasMessageContaining("near does not read documents")
                    .hasMessageContaining("simcse");
            assertThatThrownBy(() -> lab.training().fineTune(request(STATIC, documents(20, 7)).loss(Losses.named("orthogonal-ish")).build()))
                    .hasMessageContaining("is not known; there are angle");
        }
    }

    @Test
    void tripletsAndLabelledTextsHaveALossOfMargins() {
        try (EmbeddingLaboratory lab = laboratory()) {
            assertThat(lab.training().plan(request(STATIC, rows(Form.TRIPLETS, 100, 1)).strategy(Strategy.TRIPLET).build()))
                    .anyMatch(line -> line.startsWith("loss triplet: ") && line.contains("contrastive takes other rows for negatives, too"))
                    .anyMatch(line -> line.startsWith("triplet expands to: loss triplet{distance=cosine, margin=0.2}"));
            assertThat(lab.training().plan(request(STATIC, rows(Form.LABELLED, 100, 1)).strategy(Strategy.TRIPLET).build()))
                    .anyMatch(line -> line.startsWith("triplet expands to: loss batch-hard-soft-triplet,"));
            for (Form form : List.of(Form.TRIPLETS, Form.LABELLED)) {
                assertThat(lab.training().plan(request(STATIC, rows(form, 100, 1)).strategy(Strategy.CONTRASTIVE).build()))
                        .anyMatch(line -> line.startsWith("contrastive expands to: loss multiple-negatives,"));
                assertThat(lab.training().plan(request(STATIC, rows(form, 100, 1)).build()))
                        .anyMatch(line -> line.startsWith("strategy auto chose contrastive: "))
                        .anyMatch(line -> line.startsWith("contrastive expands to: loss multiple-negatives,"));
            }
            assertThat(lab.training().plan(request(STATIC, rows(Form.LABELLED, 100, 1)).loss(Losses.batchAllTriplet().margin(1)).build()))
                    .anyMatch(line -> line.contains("auto chose triplet: the data are labelled texts, and loss batch-all-triplet compares"));
            FineTuningReport trained = lab.training().fineTune(
                    request(STATIC, rows(Form.TRIPLETS, 100, 1)).strategy(Strategy.TRIPLET).learningRate(0.05).epochs(8).build());
            falls(trained.course().losses());
            assertThatThrownBy(() -> lab.training().plan(request(STATIC, rows(Form.PAIRS, 100, 1)).strategy(Strategy.ADAPTER)
                            .loss(Losses.multipleNegatives().matryoshka()).build()))
                    .hasMessageContaining("its scale alone").hasMessageContaining("matryoshka=1.0");
        }
    }

    @Test
    void aConfigurationHasALossWithItsSettings() {
        FineTuning.Recipe asked = request(STATIC, rows(Form.PAIRS, 100, 1)).build().recipe();
        Map<String, Object> loss = Map.of("name", "gist", "margin", 0.05, "margin_kind", "relative", "matryoshka", List.of(32.0, 16.0));
        assertThat(Configured.recipe(asked, Map.of("loss", loss)).loss())
                .isEqualTo(Losses.gist().margin(0.05).with("margin_kind", "relative").matryoshka(32, 16));
        assertThat(Configured.recipe(asked, Map.of("loss", "triplet")).loss()).isEqualTo(Losses.triplet());
    }

    @Test
    void rowsWithAQueryOfTheTaskAreLeftOut() throws Exception {
        List<TrainingRow> pairs = WordPairs.rows(120, false, 8);
        Path task = Files.createDirectories(directory.resolve("task"));
        StringBuilder corpus = new StringBuilder();
        StringBuilder queries = new StringBuilder();
        StringBuilder judgements = new StringBuilder("query-id\tcorpus-id\tscore\n");
        for (int i = 0; i < 20; i++) {
            queries.append("{\"_id\": \"q").append(i).append("\", \"text\": \"").append(pairs.get(i).texts().get(0)).append("\"}\n");
            corpus.append("{\"_id\": \"d").append(i).append("\", \"text\": \"").append(pairs.get(i).texts().get(1)).append("\"}\n");
            judgements.append('q').append(i).append("\td").append(i).append("\t1\n");
        }
        Files.writeString(task.resolve("corpus.jsonl"), corpus);
        Files.writeString(task.resolve("queries.jsonl"), queries);
        Files.writeString(task.resolve("qrels.tsv"), judgements);
        try (EmbeddingLaboratory lab = laboratory()) {
            assertThat(lab.training().plan(request(STATIC, TrainingData.pairs(pairs)).evaluation(EvaluationData.of("retrieval", task)).build()))
                    .anyMatch(line -> line.contains("leak check: 20 queries of retrieval") && line.contains("20 rows have one of them"));
        }
    }
}
