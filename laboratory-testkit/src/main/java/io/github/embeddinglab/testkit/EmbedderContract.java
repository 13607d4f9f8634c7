package io.github.embeddinglab.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embedder.Capability;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.TextTooLongException;
import io.github.embeddinglab.api.TokenUse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Embedder} keeps. A provider's test extends it, opens its embedder and answers the switches of
 * {@link EmbedderExpectations} where the embedder cannot do everything.
 *
 * <pre>{@code
 * class MyEmbedderTest extends EmbedderContract {
 *     protected Embedder open() {
 *         return new MyEmbedder();
 *     }
 * }
 * }</pre>
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public abstract class EmbedderContract extends EmbedderVectorContract {
    /** For subclasses. */
    protected EmbedderContract() {}

    /** It declares what the test states, no more and no less. */
    @Test
    protected void declaresItsCapabilities() {
        try (Embedder embedder = open()) {
            assertThat(embedder.capabilities()).containsExactlyInAnyOrderElementsOf(capabilities());
            assertThat(embedder.dimensions()).isPositive();
            assertThat(embedder.maxTokens()).isPositive();
            assertThat(embedder.maxTokens() < Integer.MAX_VALUE).as("has a limit").isEqualTo(hasTokenLimit());
        }
    }

    /** A request for another model is refused, one for its own name is not. */
    @Test
    protected void anotherModelsNameIsRefused() {
        try (Embedder embedder = open()) {
            assertThat(embedder.model()).isNotBlank();
            assertThat(embedder.embed(List.of("water"), EmbedOptions.model(embedder.model())).rows()).isEqualTo(1);
            assertThatThrownBy(() -> embedder.embed(List.of("water"), EmbedOptions.model("no-such-model")))
                    .isInstanceOf(LaboratoryException.class)
                    .hasMessageContaining("no-such-model");
        }
    }

    /** The fingerprint is the same in two handles. */
    @Test
    protected void fingerprintIsStable() {
        try (Embedder one = open();
                Embedder other = open()) {
            assertThat(other.fingerprint()).isEqualTo(one.fingerprint());
            one.embed(List.of("water"));
            assertThat(one.fingerprint()).isEqualTo(other.fingerprint());
        }
    }

    /** Counted tokens are the tokens of the result. */
    @Test
    protected void countedTokensAreTheTokensUsed() {
        try (Embedder embedder = open()) {
            if (!can(Capability.COUNT_TOKENS)) {
                assertThatThrownBy(() -> embedder.countTokens("water")).isInstanceOf(InvalidInputException.class);
                return;
            }
            List<String> texts = new ArrayList<>(SampleTexts.sentences());
            texts.add("");
            Embeddings rows = embedder.embed(texts);
            long sum = 0;
            for (int row = 0; row < texts.size(); row++) {
                int tokens = embedder.countTokens(defaultPromptText() + texts.get(row));
                TokenUse use = rows.tokenUse(row);
                assertThat(use.used() + use.dropped()).as("tokens of \"%s\"", texts.get(row)).isEqualTo(tokens);
                assertThat(use.used()).isEqualTo(Math.min(tokens, embedder.maxTokens()));
                assertThat(use.windows()).isEqualTo(1);
                sum += use.used();
            }
            assertThat(rows.tokens()).isEqualTo(sum);
        }
    }

    /** A cut text says exactly what it lost; what was cut off changes nothing. */
    @Test
    protected void truncationIsCounted() {
        try (Embedder embedder = open()) {
            if (!hasTokenLimit()) {
                return;
            }
            String tooLong = words(embedder.maxTokens() + 40);
            Embeddings rows = embedder.embed(List.of("water", tooLong, "stone"));
            assertSame(rows.vector(1), embedder.embed(List.of(tooLong + " house paper light")).vector(0), "a longer tail");
            if (!reportsTokenUse()) {
                return;
            }
            assertThat(rows.truncated()).hasSize(1);
            Embeddings.Truncation cut = rows.truncated().get(0);
            assertThat(cut.index()).isEqualTo(1);
            assertThat(cut.kept()).isEqualTo(embedder.maxTokens()).isEqualTo(rows.tokenUse(1).used());
            assertThat(cut.tokens()).isGreaterThanOrEqualTo(embedder.maxTokens() + 40);
            assertThat(rows.tokenUse(0).dropped()).isZero();
            if (can(Capability.COUNT_TOKENS)) {
                assertThat(cut.tokens()).isEqualTo(embedder.countTokens(defaultPromptText() + tooLong));
            }
        }
    }

    /** FAIL refuses the request by its row before anything is computed, and takes what fits. */
    @Test
    protected void failRefusesBeforeAnythingIsComputed() {
        try (Embedder embedder = open()) {
            EmbedOptions fail = EmbedOptions.defaults().overflow(Overflow.FAIL);
            List<String> texts = new ArrayList<>(SampleTexts.random(new Random(3), manyTexts(), 3));
            assertThat(embedder.embed(texts.subList(0, 20), fail).rows()).isEqualTo(20);
            if (!hasTokenLimit()) {
                return;
            }
            texts.add(words(embedder.maxTokens() + 40));
            AtomicInteger worked = new AtomicInteger();
            Progress.Listener listener = progress -> worked.addAndGet(progress.done() > 0 ? 1 : 0);
            assertThatThrownBy(() -> embedder.embed(texts, fail.progress(listener)))
                    .isInstanceOf(TextTooLongException.class)
                    .hasMessageContaining(Integer.toString(texts.size() - 1))
                    .hasMessageContaining(Integer.toString(embedder.maxTokens()));
            assertThat(worked).as("reports of finished work").hasValue(0);
        }
    }

    /** SPLIT is the mean of the windows, weighted by their tokens. */
    @Test
    protected void splitIsTheWeightedMeanOfTheWindows() {
        try (Embedder embedder = open()) {
            EmbedOptions split = EmbedOptions.defaults().overflow(Overflow.SPLIT);
            if (!can(Capability.SPLIT)) {
                assertThatThrownBy(() -> embedder.embed(List.of("water"), split)).isInstanceOf(InvalidInputException.class);
                return;
            }
            Embeddings whole = embedder.embed(List.of("water stone"), split);
            assertThat(whole.tokenUse(0).windows()).isEqualTo(1);
            assertSame(whole.vector(0), embedder.embed(List.of("water stone")).vector(0), "a text that needs no split");
            if (!hasTokenLimit() || !can(Capability.COUNT_TOKENS)) {
                return;
            }
            List<String> windows = windows(embedder, 2 * embedder.maxTokens() + embedder.maxTokens() / 3);
            Embeddings rows = embedder.embed(List.of("house", String.join(" ", windows), "water"), split);
            TokenUse use = rows.tokenUse(1);
            assertThat(use.windows()).isEqualTo(windows.size());
            assertThat(use.dropped()).isZero();
            assertThat(rows.truncated()).isEmpty();
            Embeddings parts = embedder.embed(windows);
            assertThat((long) use.used()).isEqualTo(parts.tokens());
            float[] mean = weightedMean(parts);
            assertThat(cosine(rows.vector(1), mean)).as("cosine to the weighted mean").isGreaterThan(0.9999);
            assertThat(cosine(rows.vector(1), mean))
                    .as("nearer to the weighted mean than to the first window")
                    .isGreaterThan(cosine(rows.vector(1), parts.vector(0)));
            assertSame(rows.vector(2), embedder.embed(List.of("water")).vector(0), "the mate of a split text");
        }
    }

    /** Cuts one-token words into texts that each fill the limit, as windows do. */
    private List<String> windows(Embedder embedder, int tokens) {
        int frame = embedder.countTokens(defaultPromptText());
        List<String> single = SampleTexts.WORDS.stream()
                .filter(word -> embedder.countTokens(defaultPromptText() + word + " " + word) == frame + 2)
                .toList();
        if (single.isEmpty()) {
            single = SampleTexts.WORDS;
        }
        List<String> windows = new ArrayList<>();
        List<String> window = new ArrayList<>();
        Random random = new Random(11);
        // each window draws from two words of its own, so that windows differ and weights are felt
        for (int i = 0; i < tokens; i++) {
            window.add(single.get((2 * windows.size() + random.nextInt(2)) % single.size()));
            if (embedder.countTokens(defaultPromptText() + String.join(" ", window)) > embedder.maxTokens()) {
                String last = window.remove(window.size() - 1);
                windows.add(String.join(" ", window));
                window = new ArrayList<>(List.of(last));
            }
        }
        windows.add(String.join(" ", window));
        return windows;
    }

    private static float[] weightedMean(Embeddings parts) {
        float[] mean = new float[parts.dimensions()];
        for (int row = 0; row < parts.rows(); row++) {
            double weight = parts.tokenUse(row).used() / (double) parts.tokens();
            for (int i = 0; i < mean.length; i++) {
                mean[i] += (float) (weight * parts.value(row, i));
            }
        }
        return mean;
    }

    private static String words(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ").append(SampleTexts.WORDS.get(i * 7 % SampleTexts.WORDS.size()));
        }
        return text.toString();
    }

    /** A stream gives the rows of a list, in order, and holds a bounded number of texts. */
    @Test
    protected void streamEqualsListAndIsBounded() {
        int total = textsInFlight() + 300;
        List<String> texts = SampleTexts.random(new Random(5), total, 2);
        AtomicLong delivered = new AtomicLong();
        AtomicLong most = new AtomicLong();
        Iterator<String> all = texts.iterator();
        AtomicLong read = new AtomicLong();
        Thread caller = Thread.currentThread();
        Iterator<String> counting = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return all.hasNext();
            }

            @Override
            public String next() {
                assertThat(Thread.currentThread()).as("reads on the calling thread").isSameAs(caller);
                most.accumulateAndGet(read.incrementAndGet() - delivered.get(), Math::max);
                return all.next();
            }
        };
        try (Embedder embedder = open()) {
            List<Embeddings> blocks = new ArrayList<>();
            AtomicLong done = new AtomicLong();
            EmbedOptions watched = EmbedOptions.defaults().progress(report -> assertThat(report.done())
                    .as("progress of the stream")
                    .isGreaterThanOrEqualTo(done.getAndSet(report.done())));
            embedder.embed(counting, watched, (first, rows) -> {
                assertThat(Thread.currentThread()).as("delivers on the calling thread").isSameAs(caller);
                assertThat(first).as("first row of a block").isEqualTo(delivered.getAndAdd(rows.rows()));
                blocks.add(rows);
            });
            assertThat(delivered).hasValue(total);
            assertThat(done).as("progress at the end of the stream").hasValue(total);
            assertThat(most.get()).as("texts in flight").isLessThanOrEqualTo(textsInFlight());
            Embeddings list = embedder.embed(texts);
            int row = 0;
            for (Embeddings block : blocks) {
                for (int i = 0; i < block.rows(); i++, row++) {
                    assertSame(block.vector(i), list.vector(row), "row " + row + " of the stream");
                }
            }
            AtomicInteger calls = new AtomicInteger();
            embedder.embed(List.<String>of().iterator(), EmbedOptions.defaults(), (first, rows) -> calls.incrementAndGet());
            assertThat(calls).as("calls of the sink for an empty stream").hasValue(0);
        }
    }

    /** Progress never goes back and ends at its total. */
    @Test
    protected void progressIsMonotonicAndEndsAtTheTotal() {
        try (Embedder embedder = open()) {
            List<Progress> reports = new CopyOnWriteArrayList<>();
            embedder.embed(
                    SampleTexts.random(new Random(9), manyTexts(), 4), EmbedOptions.defaults().progress(reports::add));
            assertThat(reports).isNotEmpty();
            long before = 0;
            for (Progress report : reports) {
                assertThat(report.done()).as("%s", report).isGreaterThanOrEqualTo(before);
                assertThat(report.total()).as("%s", report).isEqualTo(reports.get(0).total());
                before = report.done();
            }
            assertThat(before).as("last report").isEqualTo(reports.get(0).total());
        }
    }

    /** An interrupted caller gets a {@link CancelledException}; the embedder works on. */
    @Test
    protected void interruptCancelsAndLeavesTheEmbedderUsable() {
        try (Embedder embedder = open()) {
            float[] before = embedder.embed(List.of("water")).vector(0);
            List<String> texts = SampleTexts.random(new Random(13), manyTexts(), 10);
            Thread.currentThread().interrupt();
            Throwable early = catchThrowable(() -> embedder.embed(texts));
            Thread.interrupted();
            assertThat(early).as("interrupted before the call").isInstanceOf(CancelledException.class);

            Thread caller = Thread.currentThread();
            Progress.Listener interrupting = progress -> {
                if (progress.done() < progress.total()) {
                    caller.interrupt();
                }
            };
            Throwable late = catchThrowable(() -> embedder.embed(texts, EmbedOptions.defaults().progress(interrupting)));
            boolean flag = Thread.interrupted();
            // work that had ended before the interrupt was seen may be returned, but then the flag must live
            assertThat(late instanceof CancelledException || (late == null && flag))
                    .as("interrupted while working: %s, flag %s", late, flag)
                    .isTrue();
            assertSame(embedder.embed(List.of("water")).vector(0), before, "a call after an interrupt");
        }
    }

    /** Closing twice is harmless, calls after it fail and say so; another handle is not touched. */
    @Test
    protected void closingIsFinalAndIdempotent() {
        try (Embedder other = open()) {
            Embedder embedder = open();
            embedder.embed(List.of("water"));
            embedder.close();
            embedder.close();
            assertThatThrownBy(() -> embedder.embed(List.of("water")))
                    .isInstanceOf(LaboratoryException.class)
                    .hasMessageContaining("closed");
            assertThat(other.embed(List.of("water")).rows()).isEqualTo(1);
        }
    }
}
