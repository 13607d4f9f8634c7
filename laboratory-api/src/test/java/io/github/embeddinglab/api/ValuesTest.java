package io.github.embeddinglab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges and forms of the small values. */
@Tag("unit")
class ValuesTest {
    @Test
    void optionsChangeOneThingAtATime() {
        EmbedOptions defaults = EmbedOptions.defaults();
        assertThat(defaults.model()).isEmpty();
        assertThat(defaults.role()).isEqualTo(Role.NONE);
        assertThat(defaults.overflow()).isEqualTo(Overflow.TRUNCATE);
        assertThat(defaults.dimensions()).isZero();
        assertThat(defaults.optimize()).isTrue();
        List<Progress> reports = new ArrayList<>();
        EmbedOptions all = EmbedOptions.model("m")
                .role(Role.prompt("clustering"))
                .overflow(Overflow.SPLIT)
                .dimensions(64)
                .optimize(false)
                .progress(reports::add);
        assertThat(all.model()).contains("m");
        assertThat(all.role().promptName()).isEqualTo("clustering");
        assertThat(all.overflow()).isEqualTo(Overflow.SPLIT);
        assertThat(all.dimensions()).isEqualTo(64);
        assertThat(all.optimize()).isFalse();
        Progress report = new Progress("embedding", 1, 2, Duration.ZERO);
        all.withModel("n").progress().report(report);
        assertThat(reports).containsExactly(report);
        assertThat(all).hasToString("EmbedOptions[model=m, role=clustering, overflow=SPLIT, dimensions=64, optimize=false]");
        assertThat(defaults).hasToString(EmbedOptions.defaults().toString());
        assertThatThrownBy(() -> defaults.dimensions(-1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("-1");
    }

    @ParameterizedTest
    @CsvSource({"0, 8388608, 16, 1, threads", "1025, 8388608, 16, 1, threads", "1, 8388607, 16, 1, memoryLimit",
        "1, 8388608, 15, 1, batchTokens", "1, 8388608, 1048577, 1, batchTokens", "1, 8388608, 16, 0, batchRows",
        "1, 8388608, 16, 65537, batchRows"})
    void resourcesAreInRange(int threads, long memory, int tokens, int rows, String wrong) {
        assertThatThrownBy(() -> new Resources(threads, memory, true, tokens, rows))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(wrong + " is ")
                .hasMessageContaining("allowed are");
    }

    @Test
    void resourcesAtTheirLimitsAreTaken() {
        Resources least = new Resources(1, 8L << 20, false, 16, 1);
        assertThat(new Resources(1024, Long.MAX_VALUE, true, 1 << 20, 1 << 16).withThreads(1).withMemoryLimit(8L << 20)
                        .withArena(false).withBatchTokens(16).withBatchRows(1))
                .isEqualTo(least);
        assertThat(Resources.defaults().threads()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789"})
    void fingerprintsHaveOneForm(String value) {
        assertThatThrownBy(() -> new Fingerprint(value)).isInstanceOf(InvalidInputException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".hidden", "a/b/c", "a b", "../x", "/x", "x/", "org/.git", "ä"})
    void modelNamesHaveOneForm(String value) {
        assertThatThrownBy(() -> ModelId.of(value)).isInstanceOf(InvalidInputException.class).hasMessageContaining("\"" + value + "\"");
    }

    @Test
    void referencesAreRead() {
        assertThat(ModelRef.parse("org/name@v1.0")).isEqualTo(new ModelRef("org/name@v1.0", "org/name", "v1.0"));
        assertThat(ModelRef.parse("org/name@refs/pr/1").revisionName()).contains("refs/pr/1");
        assertThat(ModelRef.parse("minilm").revisionName()).isEmpty();
        assertThat(ModelRef.parse("org/name").hasHubForm()).isTrue();
        assertThat(ModelRef.parse("./folder/name").hasHubForm()).isFalse();
        assertThat(ModelRef.parse("minilm").hasHubForm()).isFalse();
        assertThatThrownBy(() -> ModelRef.parse("  ")).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void coordinatesAreChecked() {
        assertThat(new Export.Jar("com.example", "my-model", "1.0.0").version()).isEqualTo("1.0.0");
        assertThatThrownBy(() -> new Export.Jar("com.example", "my model", "1.0.0"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("\"my model\"");
    }

    @Test
    void remoteErrorsCarryDelayAndRows() {
        RemoteException error = new RemoteException("busy", Duration.ofSeconds(3), Arrays.asList(1, 4));
        assertThat(error.retryAfter()).contains(Duration.ofSeconds(3));
        assertThat(error.failedRows()).containsExactly(1, 4);
        assertThat(new RemoteException("busy", null, List.of()).retryAfter()).isEmpty();
    }

    /** The default stream hands over blocks of {@link Embedder#STREAM_ROWS} rows and never an empty one. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, Embedder.STREAM_ROWS, Embedder.STREAM_ROWS + 1, 3 * Embedder.STREAM_ROWS})
    void defaultStreamIsCutIntoBlocks(int total) {
        List<Long> firsts = new ArrayList<>();
        List<Float> values = new ArrayList<>();
        new Counting()
                .embed(
                        IntStream.range(0, total).mapToObj(Integer::toString).iterator(),
                        EmbedOptions.defaults(),
                        (first, rows) -> {
                            firsts.add(first);
                            assertThat(rows.rows()).isBetween(1, Embedder.STREAM_ROWS);
                            for (float value : rows.toArray()) {
                                values.add(value);
                            }
                        });
        assertThat(values).isEqualTo(IntStream.range(0, total).mapToObj(i -> (float) i).toList());
        assertThat(firsts).hasSize((total + Embedder.STREAM_ROWS - 1) / Embedder.STREAM_ROWS);
        for (int block = 0; block < firsts.size(); block++) {
            assertThat(firsts.get(block)).isEqualTo((long) block * Embedder.STREAM_ROWS);
        }
    }

    /** Gives the number that a text is. */
    private static final class Counting implements Embedder {
        @Override
        public String model() {
            return "counting";
        }

        @Override
        public Embeddings embed(List<String> texts, EmbedOptions options) {
            float[] values = new float[texts.size()];
            List<TokenUse> uses = new ArrayList<>();
            for (int row = 0; row < values.length; row++) {
                values[row] = Integer.parseInt(texts.get(row));
                uses.add(TokenUse.whole(1));
            }
            return Embeddings.of(values, 1, uses, fingerprint());
        }

        @Override
        public int dimensions() {
            return 1;
        }

        @Override
        public int maxTokens() {
            return 1;
        }

        @Override
        public int countTokens(String text) {
            return 1;
        }

        @Override
        public Fingerprint fingerprint() {
            return new Fingerprint("0".repeat(64));
        }

        @Override
        public Set<Capability> capabilities() {
            return Set.of();
        }

        @Override
        public void close() {}
    }
}
