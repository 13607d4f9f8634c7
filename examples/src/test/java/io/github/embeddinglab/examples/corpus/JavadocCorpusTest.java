package io.github.embeddinglab.examples.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class JavadocCorpusTest {
    private static final Pattern MARKUP = Pattern.compile("</?(a|code|p|ul|ol|li|b|i|em|strong|pre|div|span|dl|dd|dt|table|td|tr|th|br|sup|sub|h[1-6])( [a-z]+=[^>]*)?/?>");
    private static final Pattern ENTITY = Pattern.compile("&(nbsp|lt|gt|amp|quot|copy|le|ge|times|#[0-9]+|#x[0-9a-f]+);");

    private static JavadocCorpus corpus;

    @BeforeAll
    static void read() {
        corpus = JavadocCorpus.fromClassPath(2);
    }

    @Test
    void everyLibraryContributes() {
        assertThat(corpus.passages()).hasSizeGreaterThan(15_000);
        for (String library : List.of("lucene-core/", "lucene-analysis-common/", "commons-math3/", "commons-lang3/")) {
            assertThat(corpus.passages()).filteredOn(passage -> passage.id().startsWith(library)).hasSizeGreaterThan(1_000);
        }
    }

    @Test
    void noPassageIsLongerThanPromised() {
        WordPieceCounter counter = BenchmarkTexts.counter();
        assertThat(counter.vocabularySize()).isEqualTo(30_522);
        assertThat(counter.count("Forces merge policy, e.g. getCumulativeProbability!")).isEqualTo(18);
        int longest = 0;
        long all = 0;
        for (Passage passage : corpus.passages()) {
            int tokens = counter.count(passage.titledText());
            assertThat(tokens).as(passage.titledText()).isLessThanOrEqualTo(JavadocCorpus.MAX_TOKENS);
            longest = Math.max(longest, tokens);
            all += tokens;
        }
        assertThat(longest).isGreaterThan(85);
        assertThat((double) all / corpus.passages().size()).isBetween(30.0, 60.0);
    }

    @Test
    void findsWhatTheLibrariesSay() {
        assertThat(text("lucene-core/org.apache.lucene.index.IndexWriter#forceMerge(int)"))
                .isEqualTo("Forces merge policy to merge segments until there are <= maxNumSegments. The actual merges to be executed are determined by the MergePolicy.");
        assertThat(text("commons-math3/org.apache.commons.math3.stat.descriptive.moment.Variance")).startsWith("Computes the variance of the available values. By default, the unbiased \"sample variance\"");
        assertThat(text("commons-math3/org.apache.commons.math3.genetics")).isEqualTo("This package provides Genetic Algorithms components and implementations.");
        assertThat(text("commons-lang3/org.apache.commons.lang3.time.StopWatch#formatSplitTime()")).isEqualTo("Formats the split time with DurationFormatUtils.formatDurationHMS(long).");
        assertThat(corpus.passages()).filteredOn(passage -> passage.title().equals("IndexWriter.forceMerge"))
                .anySatisfy(passage -> assertThat(passage.text()).startsWith("This is a horribly costly operation"))
                .allSatisfy(passage -> assertThat(passage.location()).startsWith("lucene-core-9.12.3-javadoc.jar!/org/apache/lucene/index/IndexWriter.html#forceMerge("));
    }

    @Test
    void textIsCleanAndOnOneLine() {
        for (Passage passage : corpus.passages()) {
            assertThat(passage.text()).as(passage.id())
                    .doesNotContain("\n", "\r", "\t", "\u00A0", "\uFFFD", "  ")
                    .isEqualTo(passage.text().strip());
            assertThat(passage.text().toLowerCase(Locale.ROOT)).as(passage.id()).doesNotStartWith("description copied from").doesNotStartWith("specified by").doesNotStartWith("deprecated.");
        }
        assertThat(corpus.passages()).as("entities are decoded, not dropped").anyMatch(passage -> passage.text().contains("≤"));
    }

    /** Texts about HTML hold tags and entities; those must stand escaped on their page. */
    @Test
    void tagsAndEntitiesAreOnlyThoseThatTheAuthorsWrote() throws IOException {
        int written = 0;
        for (Passage passage : corpus.passages()) {
            for (Pattern pattern : List.of(MARKUP, ENTITY)) {
                Matcher matcher = pattern.matcher(passage.text());
                while (matcher.find()) {
                    String escaped = matcher.group().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
                    assertThat(page(passage)).as(passage.id() + ": " + passage.text()).contains(escaped);
                    written++;
                }
            }
        }
        assertThat(written).isBetween(1, 200);
    }

    private static String page(Passage passage) throws IOException {
        String location = passage.location();
        String path = location.substring(location.indexOf("!/") + 2).replaceFirst("#.*", "");
        try (InputStream page = JavadocCorpusTest.class.getResourceAsStream("/" + path)) {
            assertThat(page).as(path).isNotNull();
            return new String(page.readAllBytes(), StandardCharsets.UTF_8).replace(">", "&gt;");
        }
    }

    @Test
    void nothingIsThereTwice() {
        Set<String> texts = new HashSet<>();
        Set<String> ids = new HashSet<>();
        for (Passage passage : corpus.passages()) {
            assertThat(texts.add(passage.text().toLowerCase(Locale.ROOT))).as(passage.text()).isTrue();
            assertThat(ids.add(passage.id())).as(passage.id()).isTrue();
        }
    }

    @Test
    void benchmarkTextsHaveTheLengthsPromised() {
        BenchmarkTexts texts = BenchmarkTexts.draw(corpus, 7);
        WordPieceCounter counter = BenchmarkTexts.counter();
        assertThat(texts.shortTexts()).hasSize(2_000).doesNotHaveDuplicates().allSatisfy(text -> assertThat(counter.count(text)).isBetween(6, 96));
        assertThat(texts.longTexts()).hasSize(500).doesNotHaveDuplicates().allSatisfy(text -> assertThat(counter.count(text)).isBetween(210, 240));
        assertThat(texts.longTexts()).noneMatch(text -> text.contains("\n"));
        assertThat(BenchmarkTexts.draw(corpus, 7)).isEqualTo(texts);
        assertThat(BenchmarkTexts.draw(corpus, 8)).isNotEqualTo(texts);
        JavadocCorpus small = new JavadocCorpus(corpus.passages().subList(0, 2_100));
        assertThatThrownBy(() -> BenchmarkTexts.draw(small, 7)).isInstanceOf(InvalidInputException.class).hasMessageContaining("2100 passages gives 2000 short");
    }

    @Test
    void oneThreadGivesTheSameAsTwo() {
        assertThat(JavadocCorpus.fromClassPath(1)).isEqualTo(corpus);
    }

    @Test
    void comesBackFromItsFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("made/corpus.jsonl");
        corpus.writeJsonl(file);
        assertThat(JavadocCorpus.readJsonl(file)).isEqualTo(corpus);
        try (var files = Files.list(folder.resolve("made"))) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void wrongInputIsNamed(@TempDir Path folder) throws IOException {
        Path broken = folder.resolve("broken.jsonl");
        Files.writeString(broken, "{\"id\":\"a\",\"title\":\"b\",\"text\":\"c\",\"metadata\":{\"location\":\"d\"}}\n{\"id\":\"a\"}\n");
        assertThatThrownBy(() -> JavadocCorpus.readJsonl(broken)).isInstanceOf(InvalidInputException.class).hasMessageContaining("broken.jsonl' line 2 has no text 'title'");
        Files.writeString(broken, "{\"id\":");
        assertThatThrownBy(() -> JavadocCorpus.readJsonl(broken)).isInstanceOf(InvalidInputException.class).hasMessageContaining("line 1 is not JSON");
        assertThatThrownBy(() -> JavadocCorpus.fromJars(List.of(broken), 1)).isInstanceOf(InvalidInputException.class).hasMessageContaining("cannot be read as a jar");
        assertThatThrownBy(() -> JavadocCorpus.fromJars(List.of(folder.resolve("none.jar")), 1)).isInstanceOf(InvalidInputException.class).hasMessageContaining("none.jar");
        assertThatThrownBy(() -> JavadocCorpus.fromClassPath(0)).isInstanceOf(InvalidInputException.class).hasMessageContaining("threads 0");
    }

    private static String text(String id) {
        return corpus.passages().stream().filter(passage -> passage.id().equals(id)).findFirst().orElseThrow(() -> new AssertionError("no passage " + id)).text();
    }
}
