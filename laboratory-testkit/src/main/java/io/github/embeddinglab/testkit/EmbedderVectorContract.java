package io.github.embeddinglab.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embedder.Capability;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.junit.jupiter.api.Test;

/** The half of {@link EmbedderContract} that looks at vectors. Extend {@link EmbedderContract}, not this. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public abstract class EmbedderVectorContract extends EmbedderExpectations {
    /** For {@link EmbedderContract}. */
    protected EmbedderVectorContract() {}

    /** One row for each text, in its place, whatever their lengths. */
    @Test
    protected void rowsAreInTheOrderOfTheTexts() {
        try (Embedder embedder = open()) {
            List<String> texts = SampleTexts.sentences();
            List<float[]> alone = oneByOne(embedder, texts);
            Embeddings together = embedder.embed(texts);
            assertThat(together.rows()).isEqualTo(texts.size());
            for (int row = 0; row < texts.size(); row++) {
                assertSame(together.vector(row), alone.get(row), "row " + row + " against its text alone");
            }
            for (int other = 1; other < texts.size(); other++) {
                assertThat(differ(alone.get(0), alone.get(other)))
                        .as("texts 0 and %d have different vectors", other)
                        .isTrue();
            }
        }
    }

    /** An empty list gives an empty matrix of the right width. */
    @Test
    protected void emptyListGivesAnEmptyMatrix() {
        try (Embedder embedder = open()) {
            Embeddings none = embedder.embed(List.of());
            assertThat(none.rows()).isZero();
            assertThat(none.dimensions()).isEqualTo(embedder.dimensions());
        }
    }

    /** An empty text is a text. */
    @Test
    protected void emptyTextHasAVector() {
        try (Embedder embedder = open()) {
            Embeddings rows = embedder.embed(List.of("water", "", "stone"));
            assertThat(rows.rows()).isEqualTo(3);
            assertFinite(rows);
            assertSame(rows.vector(2), embedder.embed(List.of("stone")).vector(0), "the text after an empty one");
        }
    }

    /** A null among the texts is refused by its row. */
    @Test
    protected void nullTextIsRefusedByItsRow() {
        try (Embedder embedder = open()) {
            List<String> texts = new ArrayList<>(Collections.nCopies(17, "water"));
            texts.addAll(Arrays.asList((String) null));
            assertThatThrownBy(() -> embedder.embed(texts))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("17");
        }
    }

    /** The same call gives the same numbers, also from another handle. */
    @Test
    protected void vectorsAreDeterministic() {
        List<String> texts = SampleTexts.sentences();
        try (Embedder one = open();
                Embedder other = open()) {
            Embeddings first = one.embed(texts);
            Embeddings again = one.embed(texts);
            Embeddings elsewhere = other.embed(texts);
            for (int row = 0; row < texts.size(); row++) {
                assertSame(again.vector(row), first.vector(row), "row " + row + " of a second call");
                assertSame(elsewhere.vector(row), first.vector(row), "row " + row + " of a second handle");
            }
            assertThat(elsewhere.fingerprint()).isEqualTo(first.fingerprint());
        }
    }

    /** A vector does not depend on its batch-mates, their lengths or their order. */
    @Test
    protected void vectorsDoNotDependOnTheBatch() {
        long seed = 20_261_124;
        Random random = new Random(seed);
        try (Embedder embedder = open()) {
            List<String> probes = SampleTexts.sentences();
            List<float[]> alone = oneByOne(embedder, probes);
            for (int round = 0; round < 6; round++) {
                List<String> texts = new ArrayList<>(SampleTexts.random(random, 1 + 15 * round, 4 + 12 * round));
                texts.addAll(probes);
                Collections.shuffle(texts, random);
                Embeddings rows = embedder.embed(texts, EmbedOptions.defaults().optimize(round % 2 == 0));
                for (int probe = 0; probe < probes.size(); probe++) {
                    float[] vector = rows.vector(texts.indexOf(probes.get(probe)));
                    assertSame(vector, alone.get(probe), "text " + probe + " among " + texts.size() + " in round " + round);
                }
            }
        }
    }

    /** Equal texts have equal vectors, computed once or twice. */
    @Test
    protected void equalTextsHaveEqualVectors() {
        List<String> texts = List.of("river", "a much longer text about a river and the house beside it", "river", "stone", "river");
        try (Embedder embedder = open()) {
            for (boolean optimize : new boolean[] {true, false}) {
                Embeddings rows = embedder.embed(texts, EmbedOptions.defaults().optimize(optimize));
                assertSame(rows.vector(2), rows.vector(0), "equal texts, optimize " + optimize);
                assertSame(rows.vector(4), rows.vector(0), "equal texts, optimize " + optimize);
                assertThat(rows.tokenUse(4)).isEqualTo(rows.tokenUse(0));
            }
        }
    }

    /** Widths are as announced, numbers finite, lengths 1 where the model normalises. */
    @Test
    protected void numbersAreFiniteAndOfTheAnnouncedWidth() {
        try (Embedder embedder = open()) {
            Embeddings rows = embedder.embed(SampleTexts.sentences());
            assertThat(rows.dimensions()).isEqualTo(embedder.dimensions());
            assertThat(rows.fingerprint()).isEqualTo(embedder.fingerprint());
            assertFinite(rows);
            for (int row = 0; row < rows.rows(); row++) {
                if (normalises()) {
                    assertThat(norm(rows.vector(row))).as("length of row %d", row).isEqualTo(1, within(1e-4));
                } else {
                    assertThat(norm(rows.vector(row))).as("length of row %d", row).isPositive();
                }
            }
        }
    }

    /** Eight callers at once get the vectors that one gets. */
    @Test
    protected void concurrentCallersGetTheSameVectors() throws InterruptedException, ExecutionException {
        int callers = 8;
        List<String> texts = SampleTexts.random(new Random(7), 24, 20);
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        try (Embedder embedder = open()) {
            List<float[]> alone = oneByOne(embedder, texts);
            CyclicBarrier together = new CyclicBarrier(callers);
            List<Future<?>> calls = new ArrayList<>();
            for (int caller = 0; caller < callers; caller++) {
                List<String> mine = new ArrayList<>(texts);
                Collections.shuffle(mine, new Random(caller));
                calls.add(pool.submit(() -> {
                    together.await();
                    Embeddings rows = embedder.embed(mine);
                    for (int row = 0; row < mine.size(); row++) {
                        assertSame(rows.vector(row), alone.get(texts.indexOf(mine.get(row))), "row " + row + " of a caller");
                    }
                    return null;
                }));
            }
            for (Future<?> call : calls) {
                call.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** Each prompt gives the vector of prompt plus text; a missing query or document prompt changes nothing. */
    @Test
    protected void promptsChangeVectorsAsDeclared() {
        String text = "the river beside the house";
        try (Embedder embedder = open()) {
            float[] plain = embedder.embed(List.of(text)).vector(0);
            for (Map.Entry<String, String> prompt : prompts().entrySet()) {
                float[] vector = embed(embedder, text, Role.prompt(prompt.getKey()));
                assertThat(differ(vector, plain))
                        .as("prompt %s changes the vector", prompt.getKey())
                        .isEqualTo(!prompt.getValue().equals(defaultPromptText()));
                if (promptIsPrefix() && defaultPromptText().isEmpty()) {
                    float[] prefixed = embedder.embed(List.of(prompt.getValue() + text)).vector(0);
                    assertSame(vector, prefixed, "prompt " + prompt.getKey() + " against prompt plus text");
                }
            }
            for (Role role : List.of(Role.QUERY, Role.DOCUMENT)) {
                if (!prompts().containsKey(role.promptName())) {
                    assertSame(embed(embedder, text, role), plain, "role " + role + " without a prompt");
                }
            }
            assertSame(embedder.embedQuery(text).vector(), embed(embedder, text, Role.QUERY), "embedQuery");
            assertSame(
                    embedder.embedDocuments(List.of(text)).vector(0),
                    embed(embedder, text, Role.DOCUMENT),
                    "embedDocuments");
            assertSame(embedder.embed(List.of(text)).vector(0), plain, "role none after the other roles");
        }
    }

    private static float[] embed(Embedder embedder, String text, Role role) {
        return embedder.embed(List.of(text), EmbedOptions.defaults().role(role)).vector(0);
    }

    /** A prompt that does not exist is refused, with the names of those that do. */
    @Test
    protected void unknownPromptIsRefusedWithTheKnownNames() {
        try (Embedder embedder = open()) {
            assertThatThrownBy(() -> embed(embedder, "water", Role.prompt("no-such-prompt")))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("no-such-prompt")
                    .satisfies(e -> prompts().keySet().forEach(name -> assertThat(e.getMessage()).contains(name)));
        }
    }

    /** Fewer dimensions are the first columns, normalised again; too many are refused. */
    @Test
    protected void dimensionsAreCutAndNormalisedAgain() {
        try (Embedder embedder = open()) {
            List<String> texts = SampleTexts.sentences();
            int all = embedder.dimensions();
            int few = Math.max(1, all / 3);
            if (!can(Capability.DIMENSIONS)) {
                assertThatThrownBy(() -> embedder.embed(texts, EmbedOptions.defaults().dimensions(few)))
                        .isInstanceOf(InvalidInputException.class);
                return;
            }
            Embeddings whole = embedder.embed(texts);
            Embeddings cut = embedder.embed(texts, EmbedOptions.defaults().dimensions(few));
            assertThat(cut.dimensions()).isEqualTo(few);
            for (int row = 0; row < texts.size(); row++) {
                float[] expected = Arrays.copyOf(whole.vector(row), few);
                double norm = normalises() ? norm(expected) : 1;
                for (int i = 0; i < few; i++) {
                    expected[i] = (float) (expected[i] / norm);
                }
                // a short head magnifies the rounding of the whole vector
                assertThat(cosine(cut.vector(row), expected)).as("row %d", row).isEqualTo(1, within(1e-6));
                assertThat(norm(cut.vector(row))).as("row %d", row).isEqualTo(norm(expected), within(1e-4 * norm(expected)));
            }
            assertThatThrownBy(() -> embedder.embed(texts, EmbedOptions.defaults().dimensions(all + 1)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(Integer.toString(all + 1))
                    .hasMessageContaining(Integer.toString(all));
        }
    }

    /** Every Unicode block gives a finite vector. */
    @Test
    protected void everyUnicodeBlockHasAVector() {
        try (Embedder embedder = open()) {
            List<String> texts = SampleTexts.unicodeBlocks();
            assertThat(texts).hasSizeGreaterThan(250);
            Embeddings rows = embedder.embed(texts);
            assertThat(rows.rows()).isEqualTo(texts.size());
            assertFinite(rows);
        }
    }

    /** Lone surrogates, NUL, huge texts and the like give finite vectors and leave the embedder as it was. */
    @Test
    protected void hostileTextsHaveVectors() {
        try (Embedder embedder = open()) {
            float[] before = embedder.embed(List.of("water")).vector(0);
            SampleTexts.hostile().forEach((what, text) -> {
                Embeddings rows = embedder.embed(List.of(text, "water"));
                assertThat(rows.rows()).as(what).isEqualTo(2);
                assertFinite(rows);
                assertSame(rows.vector(1), before, "the mate of a text that is " + what);
            });
        }
    }
}
