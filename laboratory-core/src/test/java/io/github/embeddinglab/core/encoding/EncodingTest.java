package io.github.embeddinglab.core.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.embeddinglab.api.CodeRanges;
import io.github.embeddinglab.api.Codec;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.EncodedEmbeddings;
import io.github.embeddinglab.api.EncodingCost;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.TokenUse;
import io.github.embeddinglab.testkit.FakeEmbedder;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Codes, files and costs against NumPy's; the script lies beside its files. */
@Tag("unit")
class EncodingTest {
    private static final Fingerprint MODEL = new Fingerprint("ab".repeat(32));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(EncodingTest.class.getResource("/encoding/" + name)).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(name, e);
        }
    }

    private static Embeddings vectors(String name) {
        return Embeddings.readNpy(resource(name), MODEL);
    }

    private static JsonNode expected() throws IOException {
        return JsonMapper.builder().build().readTree(resource("expected.json").toFile());
    }

    private static void assertCost(EncodingCost cost, JsonNode expected) {
        assertThat(cost.meanCosine()).isCloseTo(expected.get("mean_cosine").doubleValue(), within(1e-6));
        assertThat(cost.recall()).isCloseTo(expected.get("recall").doubleValue(), within(1e-9));
        assertThat(cost.neighbours()).isEqualTo(10);
        assertThat(cost.sample()).isEqualTo(150);
    }

    /** Writes a matrix in blocks of uneven size. */
    private static EncodingCost write(Path file, Embeddings all, Codec codec) {
        try (CodeFile out = new CodeFile(file, all.dimensions(), codec)) {
            for (int row = 0; row < all.rows(); ) {
                int count = Math.min(all.rows() - row, 1 + row % 7 * 9);
                float[] block = new float[count * all.dimensions()];
                all.copyRows(row, count, block, 0);
                TokenUse[] uses = new TokenUse[count];
                Arrays.fill(uses, TokenUse.whole(1));
                out.accept(row, Embeddings.of(block, all.dimensions(), List.of(uses), MODEL));
                row += count;
            }
            return out.finish();
        }
    }

    @Test
    void int8FilesAreByteForByteNumPys() throws IOException {
        Embeddings all = vectors("vectors.npy");
        Path inMemory = folder.resolve("a.npy");
        EncodedEmbeddings codes = Encoding.encode(all, Codec.int8());
        codes.writeNpy(inMemory);
        Path streamed = folder.resolve("b.npy");
        EncodingCost cost = write(streamed, all, Codec.int8());

        for (Path file : List.of(inMemory, streamed)) {
            assertThat(Files.readAllBytes(file)).isEqualTo(Files.readAllBytes(resource("vectors-int8.npy")));
            assertThat(Files.readAllBytes(EncodedEmbeddings.rangesFile(file)))
                    .isEqualTo(Files.readAllBytes(resource("vectors-int8.ranges.npy")));
        }
        assertCost(codes.cost(), expected().get("int8"));
        assertThat(cost).isEqualTo(codes.cost());
        assertThat(cost.clipped()).isZero();
        assertThat(codes.ranges()).contains(CodeRanges.readNpy(resource("vectors-int8.ranges.npy")));
        assertThat(codes.bytesPerRow()).isEqualTo(all.dimensions());
        assertNothingHidden();
    }

    @Test
    void queriesTakeTheRangesOfTheDocumentsAndWhatIsClippedIsCounted() throws IOException {
        Codec codec = Codec.int8(CodeRanges.readNpy(resource("vectors-int8.ranges.npy")));
        EncodedEmbeddings codes = Encoding.encode(vectors("queries.npy"), codec);
        Path file = folder.resolve("q.npy");
        codes.writeNpy(file);
        assertThat(Files.readAllBytes(file)).isEqualTo(Files.readAllBytes(resource("queries-int8.npy")));
        assertThat(codes.cost().clipped()).isPositive().isEqualTo(expected().get("clipped_queries").longValue());
        EncodingCost streamed = write(folder.resolve("s.npy"), vectors("queries.npy"), codec);
        assertThat(streamed).isEqualTo(codes.cost());
        assertThat(Files.readAllBytes(folder.resolve("s.npy"))).isEqualTo(Files.readAllBytes(file));
    }

    @Test
    void bitsAreNumPysPackbits() throws IOException {
        Embeddings all = vectors("vectors.npy");
        EncodedEmbeddings codes = Encoding.encode(all, Codec.binary());
        Path file = folder.resolve("bits.npy");
        EncodingCost cost = write(file, all, Codec.binary());
        assertThat(Files.readAllBytes(file)).isEqualTo(Files.readAllBytes(resource("vectors-binary.npy")));
        assertCost(codes.cost(), expected().get("binary"));
        assertThat(cost).isEqualTo(codes.cost());
        assertThat(codes.bytesPerRow()).as("20 bits").isEqualTo(3);
        assertThat(codes.ranges()).isEmpty();
        assertThat(EncodedEmbeddings.rangesFile(file)).doesNotExist();
        assertNothingHidden();
    }

    @Test
    void dimensionsAreCutBeforeTheCodec() {
        try (EmbeddingLaboratory lab = EmbeddingLaboratory.builder()
                .discovery(true)
                .modelDirectory(folder.resolve("models"))
                .embedder("fake", FakeEmbedder.open())
                .defaultModel("fake")
                .build()) {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                texts.add("water stone house " + i);
            }
            Embeddings cut = lab.embed(texts, EmbedOptions.defaults().dimensions(16));
            EncodedEmbeddings bytes = lab.encode(cut, Codec.int8());
            assertThat(bytes.dimensions()).isEqualTo(16);
            assertThat(bytes.ranges().orElseThrow().dimensions()).isEqualTo(16);
            assertThat(bytes.rows()).isEqualTo(40);
            assertThat(bytes.fingerprint()).isEqualTo(cut.fingerprint());
            assertThat(bytes.cost().meanCosine()).isGreaterThan(0.99);
            assertThat(lab.encode(cut, Codec.binary()).bytesPerRow()).isEqualTo(2);
            Embeddings whole = lab.embed(texts);
            assertThatThrownBy(() -> lab.encode(whole, bytes.codec()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("16 dimensions")
                    .hasMessageContaining(Integer.toString(whole.dimensions()));
        }
    }

    @Test
    void withoutRowsThereAreNoRangesButBitsAndKnownRangesWork() {
        Embeddings none = Embeddings.of(new float[0], 4, List.of(), MODEL);
        assertThatThrownBy(() -> Encoding.encode(none, Codec.int8()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("no vectors to take the ranges");
        Path file = folder.resolve("none.npy");
        assertThatThrownBy(() -> write(file, none, Codec.int8())).isInstanceOf(InvalidInputException.class);
        assertThat(file).doesNotExist();
        assertThat(EncodedEmbeddings.rangesFile(file)).doesNotExist();
        assertNothingHidden();
        assertThat(Encoding.encode(none, Codec.binary()).rows()).isZero();
        assertThat(Encoding.encode(none, Codec.binary()).cost().recall()).isNaN();
        CodeRanges ranges = CodeRanges.of(new float[4], new float[] {1, 1, 1, 1});
        assertThat(write(file, none, Codec.int8(ranges)).meanCosine()).isNaN();
        assertThat(file).exists();
    }

    @Test
    void aNumberWithoutACodeIsNamedAndNothingIsKept() {
        Embeddings bad = Embeddings.of(new float[] {1, 2, 3, Float.NaN}, 2, List.of(TokenUse.whole(1), TokenUse.whole(1)), MODEL);
        for (Codec codec : List.of(Codec.int8(), Codec.binary())) {
            assertThatThrownBy(() -> Encoding.encode(bad, codec)).isInstanceOf(InvalidInputException.class).hasMessageContaining("NaN");
            Path file = folder.resolve("bad.npy");
            assertThatThrownBy(() -> write(file, bad, codec)).isInstanceOf(InvalidInputException.class);
            assertThat(file).doesNotExist();
        }
        assertNothingHidden();
    }

    /** More rows than the sample and the block hold: the mean cosine is over all, the sample is bounded. */
    @Test
    void manyRowsAreStreamedInBoundedMemory() {
        Random random = new Random(3);
        int n = 9001;
        float[] values = new float[n * 8];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        TokenUse[] uses = new TokenUse[n];
        Arrays.fill(uses, TokenUse.whole(1));
        Embeddings all = Embeddings.of(values, 8, List.of(uses), MODEL);
        EncodingCost cost = write(folder.resolve("many.npy"), all, Codec.int8());
        assertThat(cost.sample()).isEqualTo(2000);
        assertThat(cost.meanCosine()).isBetween(0.9999, 1.0);
        assertThat(cost.recall()).isBetween(0.9, 1.0);
        assertThat(cost).isEqualTo(Encoding.encode(all, Codec.int8()).cost());
    }

    private void assertNothingHidden() {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> String.valueOf(file.getFileName()))).noneMatch(name -> name.startsWith("."));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
