package io.github.embeddinglab.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.Resources;
import io.github.embeddinglab.api.TextTooLongException;
import io.github.embeddinglab.testkit.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Batches of the real MiniLM: what shares a batch, is cut, repeated or stopped does not change a vector. */
@Tag("integration")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BatchingTest {
    private static final List<String> WORDS =
            List.of("water", "stone", "light", "house", "paper", "green", "river", "night", "glass", "road");

    private EmbeddingLaboratory laboratory;
    private Embedder model;

    @BeforeAll
    void load() {
        laboratory = ReferenceModels.builder().build();
        model = laboratory.models().load("minilm");
    }

    @AfterAll
    void close() {
        laboratory.close();
    }

    private static String words(int count, Random random) {
        return String.join(" ", IntStream.range(0, count).mapToObj(i -> WORDS.get(random.nextInt(WORDS.size()))).toList());
    }

    @Test
    @ExtendWith(Seeds.class)
    void vectorsDoNotDependOnTheirMates(Seeds.Seed seed) {
        Random random = seed.random();
        List<String> texts = new ArrayList<>();
        for (int words = 0; words < 260; words += 1 + random.nextInt(4)) {
            texts.add(words(words, random));
        }
        Collections.shuffle(texts, random);
        Embeddings together = model.embed(texts);
        Resources wide = Resources.defaults().withBatchTokens(8192).withThreads(1);
        try (EmbeddingLaboratory other = ReferenceModels.builder().resources(wide).build()) {
            Embeddings elsewhere = other.models().load("minilm").embed(texts);
            for (int row = 0; row < texts.size(); row += 3) {
                float[] alone = model.embed(List.of(texts.get(row))).vector(0);
                assertThat(ReferenceModels.difference(together.vector(row), alone)).isLessThanOrEqualTo(1e-6);
                assertThat(ReferenceModels.difference(elsewhere.vector(row), alone)).isLessThanOrEqualTo(1e-6);
            }
        }
    }

    @Test
    @ExtendWith(Seeds.class)
    void singleTextsOfConcurrentCallersAreAsIfAlone(Seeds.Seed seed) throws Exception {
        Random random = seed.random();
        List<String> texts = IntStream.range(0, 240).mapToObj(i -> words(random.nextInt(40), random) + " " + i).toList();
        List<FutureTask<Embeddings>> calls = texts.stream()
                .map(text -> new FutureTask<>(() -> model.embed(List.of(text))))
                .toList();
        AtomicInteger next = new AtomicInteger();
        List<Thread> callers = IntStream.range(0, 8)
                .mapToObj(i -> new Thread(() -> {
                    for (int call = next.getAndIncrement(); call < calls.size(); call = next.getAndIncrement()) {
                        calls.get(call).run();
                    }
                }))
                .toList();
        callers.forEach(Thread::start);
        EmbedOptions byItself = EmbedOptions.defaults().optimize(false); // never joins others
        for (int i = 0; i < texts.size(); i++) {
            Embeddings gathered = calls.get(i).get();
            Embeddings single = model.embed(List.of(texts.get(i)), byItself);
            assertThat(ReferenceModels.difference(gathered.vector(0), single.vector(0))).as(texts.get(i)).isLessThanOrEqualTo(1e-6);
            assertThat(gathered.tokenUse(0)).isEqualTo(single.tokenUse(0));
        }
    }

    @Test
    void closingWaitsForGatheredCalls() throws Exception {
        EmbeddingLaboratory other = ReferenceModels.builder().build();
        AtomicInteger served = new AtomicInteger();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> callers = IntStream.range(0, 6)
                .mapToObj(i -> new Thread(() -> {
                    try {
                        while (true) {
                            assertThat(other.embed(List.of("text " + served.get())).rows()).isEqualTo(1);
                            served.incrementAndGet();
                        }
                    } catch (LaboratoryException | AssertionError e) {
                        failures.add(e);
                    }
                }))
                .toList();
        callers.forEach(Thread::start);
        while (served.get() < 20) {
            Thread.onSpinWait();
        }
        other.close();
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(failures).hasSize(6).allSatisfy(e -> assertThat(e).isInstanceOf(LaboratoryException.class).hasMessageContaining("closed"));
    }

    /** Each word is one token, so the windows can be made by hand: 254 words and two special tokens. */
    @Test
    @ExtendWith(Seeds.class)
    void splitIsTheTokenWeightedMeanOfItsWindows(Seeds.Seed seed) {
        Random random = seed.random();
        List<String> all = List.of(words(600, random).split(" ", -1));
        String text = String.join(" ", all);
        assertThat(model.maxTokens()).isEqualTo(256);
        assertThat(model.countTokens(text)).isEqualTo(602);
        double[] sum = new double[model.dimensions()];
        for (int from = 0; from < all.size(); from += 254) {
            List<String> window = all.subList(from, Math.min(all.size(), from + 254));
            float[] vector = model.embed(List.of(String.join(" ", window))).vector(0);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += window.size() * (double) vector[i];
            }
        }
        double norm = Math.sqrt(java.util.Arrays.stream(sum).map(x -> x * x).sum());
        float[] expected = new float[sum.length];
        for (int i = 0; i < sum.length; i++) {
            expected[i] = (float) (sum[i] / norm);
        }
        Embeddings split = model.embed(List.of("short", text, "stone"), EmbedOptions.defaults().overflow(Overflow.SPLIT));
        assertThat(ReferenceModels.difference(split.vector(1), expected)).isLessThanOrEqualTo(1e-6);
        assertThat(split.tokenUse(1).windows()).isEqualTo(3);
        assertThat(split.tokenUse(1).dropped()).isZero();
        assertThat(split.tokenUse(1).used()).isEqualTo(600 + 3 * 2);
        assertThat(ReferenceModels.difference(split.vector(0), model.embed(List.of("short")).vector(0)))
                .isLessThanOrEqualTo(1e-6);
    }

    @Test
    void truncationIsReportedAndFailNamesTheText() {
        String text = words(300, new Random(1));
        Embeddings cut = model.embed(List.of("short", text));
        assertThat(cut.tokenUse(1).used()).isEqualTo(256);
        assertThat(cut.tokenUse(1).dropped()).isEqualTo(302 - 256);
        assertThat(cut.truncated()).hasSize(1);
        assertThat(cut.truncated().get(0).index()).isEqualTo(1);
        assertThatThrownBy(() -> model.embed(List.of("short", text), EmbedOptions.defaults().overflow(Overflow.FAIL)))
                .isInstanceOf(TextTooLongException.class)
                .hasMessageContainingAll("text 1", "302", "256", "TRUNCATE");
    }

    @Test
    void repeatedTextsAreComputedOnceUnlessToldOtherwise() {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            texts.add(WORDS.get(i % 3));
        }
        List<Progress> reports = Collections.synchronizedList(new ArrayList<>());
        Embeddings once = model.embed(texts, EmbedOptions.defaults().progress(reports::add));
        Embeddings each = model.embed(texts, EmbedOptions.defaults().optimize(false));
        for (int row = 0; row < texts.size(); row++) {
            assertThat(once.vector(row)).isEqualTo(once.vector(row % 3));
            assertThat(ReferenceModels.difference(each.vector(row), once.vector(row))).isLessThanOrEqualTo(1e-6);
            assertThat(once.tokenUse(row)).isEqualTo(each.tokenUse(row));
        }
        assertThat(reports).isNotEmpty();
        assertThat(reports.get(reports.size() - 1).done()).isEqualTo(reports.get(reports.size() - 1).total());
    }

    @Test
    void fewerDimensionsAreTheFirstColumnsNormalisedAgain() {
        float[] whole = model.embed(List.of("water")).vector(0);
        float[] cut = model.embed(List.of("water"), EmbedOptions.defaults().dimensions(64)).vector(0);
        double norm = 0;
        for (int i = 0; i < 64; i++) {
            norm += (double) whole[i] * whole[i];
        }
        for (int i = 0; i < 64; i++) {
            assertThat((double) cut[i]).isCloseTo(whole[i] / Math.sqrt(norm), org.assertj.core.api.Assertions.within(1e-6));
        }
    }

    @Test
    void anInterruptStopsAndTheNextCallWorks() {
        List<String> texts = IntStream.range(0, 4000).mapToObj(i -> "text number " + i).toList();
        AtomicInteger done = new AtomicInteger();
        Thread caller = Thread.currentThread();
        assertThatThrownBy(() -> model.embed(texts, EmbedOptions.defaults().progress(report -> {
                    if (done.incrementAndGet() == 3) {
                        caller.interrupt();
                    }
                })))
                .isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).as("stays interrupted for the caller").isTrue();
        assertThat(done.get()).as("most batches were never begun").isLessThan(50);
        assertThat(model.embed(List.of("water")).rows()).isEqualTo(1);
    }

    @Test
    void aStreamComesInOrderAndReadsNoFurtherThanItsBlocks() {
        int count = 3 * Embedder.STREAM_ROWS + 17;
        AtomicInteger read = new AtomicInteger();
        Iterator<String> texts = IntStream.range(0, count).mapToObj(i -> {
            read.incrementAndGet();
            return WORDS.get(i % 10) + " " + i;
        }).iterator();
        int[] given = {0};
        model.embed(texts, EmbedOptions.defaults(), (first, rows) -> {
            assertThat(first).isEqualTo(given[0]);
            given[0] += rows.rows();
            assertThat(read.get() - given[0]).isBetween(0, 2 * Embedder.STREAM_ROWS);
            assertThat(ReferenceModels.difference(
                            rows.vector(0), model.embed(List.of(WORDS.get((int) first % 10) + " " + first)).vector(0)))
                    .isLessThanOrEqualTo(1e-6);
        });
        assertThat(given[0]).isEqualTo(count);
    }

    @Test
    void promptsAreMentionedOnce() {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        try (EmbeddingLaboratory fresh = ReferenceModels.builder().build();
                PrintStream captured = new PrintStream(log, true, StandardCharsets.UTF_8)) {
            System.setErr(captured);
            for (int i = 0; i < 3; i++) {
                fresh.embed(List.of("water"), EmbedOptions.model(ReferenceModels.folder("bert-cls-prompts").toString()));
            }
        } finally {
            System.setErr(before);
        }
        assertThat(log.toString(StandardCharsets.UTF_8)).containsOnlyOnce("was trained with prompts for queries");
    }
}
