package io.github.embeddinglab.training.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.training.data.KeyedRandom;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.data.TrainingWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class GenerationTest {
    private static final String KEYS = "Keys sign tokens. Rotate a signing key every month with the rotate command."
            + " The old key stays valid for a day.";
    private static final String CACHE = "A cache keeps answers in memory. Set its size in megabytes. Eviction takes the oldest answer first.";

    private static Corpus corpus(TrainingRow... rows) {
        return Corpus.of(TrainingSet.read(TrainingData.documents(List.of(rows))));
    }

    private static Corpus two() {
        return corpus(
                TrainingRow.document("Security > Key rotation", KEYS).inGroup("a.md"),
                TrainingRow.document("Caching", CACHE));
    }

    private static List<PairGenerator.Pair> pairs(PairGenerator generator, Corpus corpus, int document) {
        return generator.pairs(corpus, document, KeyedRandom.at(1, document));
    }

    @Test
    @DisplayName("Titles, headings and first sentences become queries of the text that belongs to them")
    void titles() {
        assertThat(pairs(PairGenerators.titles(), two(), 0))
                .containsExactly(new PairGenerator.Pair("Security Key rotation", KEYS));
        assertThat(pairs(PairGenerators.headings(), two(), 0))
                .containsExactly(new PairGenerator.Pair("Key rotation", KEYS));
        assertThat(pairs(PairGenerators.firstSentences(), two(), 1))
                .containsExactly(new PairGenerator.Pair(
                        "A cache keeps answers in memory.",
                        "Set its size in megabytes. Eviction takes the oldest answer first."));
        Corpus markdown = corpus(TrainingRow.document("", "Intro.\n## First\nText one.\n### Second\nText two."));
        assertThat(pairs(PairGenerators.headings(), markdown, 0))
                .containsExactly(
                        new PairGenerator.Pair("First", "Text one."), new PairGenerator.Pair("Second", "Text two."));
        Corpus code = corpus(TrainingRow.document(
                "", "Usage\n=====\n\nRun it.\n```sh\n# install it\nrun\n```\n## After\nIt is there.\n----\n# also code\n----\nDone."));
        assertThat(pairs(PairGenerators.headings(), code, 0))
                .containsExactly(new PairGenerator.Pair("After", "It is there.\n----\n# also code\n----\nDone."));
    }

    @Test
    @DisplayName("Words are counted in scripts that write no spaces, too")
    void words() {
        assertThat(Corpus.count("Set its size, in megabytes.")).isEqualTo(5);
        assertThat(Corpus.count("将密钥存储在保险库中，每月更换一次")).isBetween(7, 10);
        assertThat(Corpus.count("กุญแจอยู่ในตู้นิรภัย")).isBetween(4, 8);
        assertThat(Corpus.count(" ")).isZero();
        Corpus chinese = corpus(TrainingRow.document("密钥", "将密钥存储在保险库中，每月更换一次。旧的密钥仍然可以读取以前写入的数据。"));
        Generation generation = new Generation(List.of(PairGenerators.titles()), 8, 3, 1);
        assertThat(generation.run(chinese, Progress.Listener.SILENT).pairs().rows()).hasSize(1);
    }

    @Test
    @DisplayName("Inverse cloze takes a sentence out of its text in nine cases of ten")
    void inverseCloze() {
        int kept = 0;
        for (int seed = 0; seed < 1000; seed++) {
            PairGenerator.Pair pair = PairGenerators.inverseCloze()
                    .pairs(two(), 0, KeyedRandom.at(seed))
                    .get(0);
            assertThat(Corpus.sentences(KEYS)).contains(pair.query());
            assertThat(pair.document().length()).isGreaterThan(20);
            kept += pair.document().contains(pair.query()) ? 1 : 0;
        }
        // 100 expected, standard deviation 9.5
        assertThat(kept).isBetween(60, 140);
    }

    @Test
    @DisplayName("Keywords are the words that other documents lack, by a count made another way")
    void keywords() {
        Corpus corpus = corpus(
                TrainingRow.document("", "the broker the broker sends the message to the queue"),
                TrainingRow.document("", "the message has a header and the queue has a name"),
                TrainingRow.document("", "the header has the name of the message"));
        // n of broker 1 and tf 2: (2 / 3.2) ln(1 + 2.5 / 1.5) = .613; sends: (1 / 2.2) .981 = .446; queue: (1 / 2.2) .470 = .214
        assertThat(corpus.keywords("the broker the broker sends the message to the queue", 2))
                .containsExactly("broker", "sends");
        assertThat(pairs(PairGenerators.keywords(), corpus, 0).get(0).query()).contains("broker");
    }

    @Test
    @DisplayName("Neighbours are consecutive passages; together they are the document")
    void neighbours() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            text.append("This is sentence number ").append(i).append(" of the text. ");
        }
        Corpus corpus = corpus(TrainingRow.document("", text.toString()));
        List<PairGenerator.Pair> pairs = pairs(PairGenerators.neighbours(), corpus, 0);
        assertThat(pairs).hasSizeGreaterThan(3);
        for (int i = 1; i < pairs.size(); i++) {
            assertThat(pairs.get(i).query()).isEqualTo(pairs.get(i - 1).document());
        }
        List<String> passages = new ArrayList<>(List.of(pairs.get(0).query()));
        pairs.forEach(pair -> passages.add(pair.document()));
        assertThat(String.join(" ", passages)).isEqualTo(text.toString().strip());
    }

    @Test
    @DisplayName("Templates are filled with what the document has, and checked when they are given")
    void templates() {
        Corpus corpus = corpus(TrainingRow.document("", KEYS), TrainingRow.document("A > B", CACHE));
        PairGenerator generator = PairGenerators.templates(List.of("what is {heading}?"));
        assertThat(pairs(generator, corpus, 0)).isEmpty();
        assertThat(pairs(generator, corpus, 1)).containsExactly(new PairGenerator.Pair("what is B?", CACHE));
        assertThatThrownBy(() -> PairGenerators.templates(List.of("how to {verb}"))).hasMessageContaining("has the place {verb}");
        assertThatThrownBy(() -> PairGenerators.templates(List.of("how"))).hasMessageContaining("has no place to fill");
    }

    @Test
    @DisplayName("A run is the same for the same seed, drops and counts what teaches nothing, and its file is read again")
    void run(@TempDir Path folder) {
        List<TrainingRow> documents = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            documents.add(TrainingRow.document("Guide > Overview", "Part " + i + " has its own text. " + KEYS + " Number " + i + " ends."));
        }
        documents.add(TrainingRow.document("Caching", CACHE).inGroup("b.md"));
        documents.add(TrainingRow.document("Short", "Too short."));
        Corpus corpus = Corpus.of(TrainingSet.read(TrainingData.documents(documents)));
        Generation generation = Generation.of(List.copyOf(PairGenerators.all().values()), 11);
        Generation.Result result = generation.run(corpus, Progress.Listener.SILENT);
        assertThat(generation.run(corpus, Progress.Listener.SILENT)).isEqualTo(result);
        assertThat(new Generation(generation.generators(), 8, 3, 12).run(corpus, Progress.Listener.SILENT).pairs())
                .isNotEqualTo(result.pairs());
        assertThat(result.report().dropped())
                .containsKeys("the text has fewer than 8 words", "more than 3 texts answer the query");
        assertThat(result.pairs().column(0)).doesNotContain("Overview", "Guide Overview", "Short").contains("Caching");
        assertThat(result.report().generators().values().stream().mapToInt(Generation.Made::pairs).sum())
                .isEqualTo(result.pairs().rows().size());
        assertThat(new HashSet<>(result.pairs().rows())).hasSameSizeAs(result.pairs().rows());
        assertThat(result.pairs().rows()).allMatch(row -> !row.group().isEmpty());

        Path file = folder.resolve("pairs.jsonl.gz");
        TrainingWriter.write(result.pairs(), file);
        assertThat(TrainingSet.read(TrainingData.files(file)).rows()).isEqualTo(result.pairs().rows());
    }

    @Test
    @DisplayName("Every form is read again as it was written")
    void roundTrip(@TempDir Path folder) throws IOException {
        List<TrainingData> all = List.of(
                TrainingData.pairs(List.of(TrainingRow.pair("q", "d\t\"x\"\n").inGroup("g"))),
                TrainingData.triplets(List.of(TrainingRow.triplet("q", "d", "n"))),
                TrainingData.of(
                        TrainingData.Form.TRIPLETS,
                        List.of(new TrainingRow(List.of("q", "d", "n", "m"), null, null, ""))),
                TrainingData.scoredPairs(List.of(TrainingRow.scored("a", "b", 0.125))),
                TrainingData.of(
                        TrainingData.Form.SCORED_TRIPLETS,
                        List.of(new TrainingRow(List.of("q", "d", "n"), -0.5, null, ""))),
                TrainingData.of(
                        TrainingData.Form.LABELLED_PAIRS,
                        List.of(new TrainingRow(List.of("a", "b"), null, "entailment", ""))),
                TrainingData.labelled(List.of(TrainingRow.labelled("l", "t"))),
                TrainingData.documents(List.of(TrainingRow.document("", "t"))));
        Path file = folder.resolve("rows.jsonl");
        for (TrainingData data : all) {
            TrainingSet set = TrainingSet.read(data);
            TrainingWriter.write(set, file);
            TrainingSet again = TrainingSet.read(TrainingData.files(file));
            assertThat(again.rows()).isEqualTo(set.rows());
            assertThat(again.form()).isEqualTo(set.form());
        }
        assertThatThrownBy(() -> TrainingWriter.write(TrainingSet.read(all.get(0)), folder.resolve("rows.txt")))
                .hasMessageContaining("end its name in .jsonl");
    }

    @Test
    @DisplayName("An interrupted write or run leaves no file")
    void interrupted(@TempDir Path folder) throws IOException {
        TrainingSet set = TrainingSet.read(TrainingData.pairs(List.of(TrainingRow.pair("q", "d"))));
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> TrainingWriter.write(set, folder.resolve("rows.jsonl")))
                    .isInstanceOf(CancelledException.class);
            assertThatThrownBy(() -> Generation.of(List.of(PairGenerators.titles()), 1).run(two(), Progress.Listener.SILENT))
                    .isInstanceOf(CancelledException.class);
        } finally {
            Thread.interrupted();
        }
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    @DisplayName("Augmentations change words within their limits and are replayed by their key")
    void augmentations() {
        String text = "one two three four five six seven eight nine ten";
        List<String> words = List.of(text.split(" "));
        int deleted = 0;
        for (int seed = 0; seed < 500; seed++) {
            List<String> less = List.of(Augmentations.deletion(0.3).apply(text, KeyedRandom.at(seed)).split(" "));
            assertThat(words).containsSubsequence(less);
            deleted += 10 - less.size();
            List<String> swapped = List.of(Augmentations.swap(0.2).apply(text, KeyedRandom.at(seed)).split(" "));
            assertThat(swapped).containsExactlyInAnyOrderElementsOf(words).isNotEqualTo(words);
            String crop = Augmentations.spanCrop(0.5).apply(text, KeyedRandom.at(seed));
            assertThat(text).contains(crop);
            assertThat(crop.split(" ")).hasSize(5);
        }
        // one word is safe: 500 x 9 x .3 = 1350 expected, standard deviation 31
        assertThat(deleted).isBetween(1200, 1500);
        assertThat(Augmentations.deletion(0.9).apply("alone", KeyedRandom.at(1))).isEqualTo("alone");
        assertThat(Augmentations.swap(0.5).apply("alone", KeyedRandom.at(1))).isEqualTo("alone");

        Map<String, List<String>> synonyms = Augmentations.synonymLists(List.of("car, automobile", "fast, quick, rapid"));
        assertThat(synonyms.get("fast")).containsExactly("quick", "rapid");
        assertThat(Augmentations.synonyms(synonyms, 0.99).apply("A fast Car", KeyedRandom.at(3)))
                .matches("A (quick|rapid) automobile");
        assertThatThrownBy(() -> Augmentations.synonymLists(List.of("alone"))).hasMessageContaining("line 1");

        TrainingSet set = TrainingSet.read(TrainingData.labelled(
                List.of(TrainingRow.labelled("x", text), TrainingRow.labelled("y", "alone"))));
        TrainingSet more = Augmentations.withCopies(set, List.of(Augmentations.deletion(0.5)), 2, 5);
        assertThat(more).isEqualTo(Augmentations.withCopies(set, List.of(Augmentations.deletion(0.5)), 2, 5));
        assertThat(more.rows()).hasSize(4);
        assertThat(more.rows().subList(0, 3)).allMatch(row -> row.group().equals("row 1") && "x".equals(row.label()));
        assertThat(Arrays.asList(more.rows().get(1).texts(), more.rows().get(2).texts())).doesNotHaveDuplicates();
    }
}
