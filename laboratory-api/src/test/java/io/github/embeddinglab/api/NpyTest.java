package io.github.embeddinglab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The golden files were written by NumPy; the script lies beside them. */
@Tag("unit")
class NpyTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(NpyTest.class.getResourceAsStream("/npy/" + name))) {
            return in.readAllBytes();
        }
    }

    private Path file(String name) throws IOException {
        return Files.write(folder.resolve(name), golden(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"matrix-v1.npy", "matrix-v2.npy", "matrix-v3.npy"})
    void readsWhatNumPyWrites(String name) throws IOException {
        Npy.Matrix matrix = Npy.read(file(name));
        assertThat(matrix.rows()).isEqualTo(2);
        assertThat(matrix.columns()).isEqualTo(3);
        float scale = 1.1f;
        assertThat(matrix.values())
                .containsExactly(-2.5f * scale, -1.5f * scale, -.5f * scale, .5f * scale, 1.5f * scale, 2.5f * scale);
    }

    @Test
    void readsVectorsEmptyMatricesAndOddNumbers() throws IOException {
        Npy.Matrix vector = Npy.read(file("vector.npy"));
        assertThat(vector.rows()).isEqualTo(3);
        assertThat(vector.columns()).isEqualTo(1);
        assertThat(vector.values()).containsExactly(1.5f, -2f, 3.25f);
        Npy.Matrix empty = Npy.read(file("empty.npy"));
        assertThat(empty.rows()).isZero();
        assertThat(empty.columns()).isEqualTo(3);
        float[] special = Npy.read(file("special.npy")).values();
        assertThat(special[0]).isNaN();
        assertThat(special[1]).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(special[2]).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(Float.floatToRawIntBits(special[3])).isEqualTo(Float.floatToRawIntBits(-0f));
    }

    @ParameterizedTest
    @CsvSource({
        "fortran.npy, ascontiguousarray",
        "float64.npy, <f8",
        "big-endian.npy, >f4",
        "three-axes.npy, two axes",
        "scalar.npy, scalar"
    })
    void refusesOtherArraysByName(String name, String reason) throws IOException {
        Path file = file(name);
        assertThatThrownBy(() -> Npy.read(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(reason);
    }

    @Test
    void writesWhatItReads() throws IOException {
        Random random = new Random(1);
        for (int rows : new int[] {0, 1, 7, 3000}) {
            float[] values = new float[rows * 129];
            for (int i = 0; i < values.length; i++) {
                values[i] = Float.intBitsToFloat(random.nextInt());
            }
            Path file = folder.resolve("rows" + rows + ".npy");
            Npy.write(file, values, rows, 129);
            Npy.Matrix matrix = Npy.read(file);
            assertThat(matrix.rows()).isEqualTo(rows);
            assertThat(matrix.columns()).isEqualTo(129);
            for (int i = 0; i < values.length; i++) {
                assertThat(Float.floatToIntBits(matrix.values()[i])).isEqualTo(Float.floatToIntBits(values[i]));
            }
        }
        assertThat(listed()).hasSize(4);
    }

    /** NumPy pads the header so that the numbers begin at a multiple of 64. */
    @Test
    void writesTheBytesOfNumPy() throws IOException {
        Path file = folder.resolve("ours.npy");
        Npy.Matrix matrix = Npy.read(file("matrix-v1.npy"));
        Npy.write(file, matrix.values(), 2, 3);
        assertThat(Files.readAllBytes(file)).isEqualTo(golden("matrix-v1.npy"));
    }

    @Test
    void embeddingsGoThroughAFile() {
        Fingerprint print = new Fingerprint("0".repeat(64));
        Embeddings rows = Embeddings.of(new float[] {1, 2, 3, 4}, 2, List.of(TokenUse.whole(3), TokenUse.whole(3)), print);
        Path file = folder.resolve("rows.npy");
        rows.writeNpy(file);
        Embeddings read = Embeddings.readNpy(file, print);
        assertThat(read.toArray()).containsExactly(1, 2, 3, 4);
        assertThat(read.fingerprint()).isEqualTo(print);
        assertThat(read.tokens()).isZero();
    }

    @Test
    void unfinishedWriterLeavesNothing() throws IOException {
        Path file = folder.resolve("kept.npy");
        Npy.write(file, new float[] {1}, 1, 1);
        try (Npy.Writer writer = new Npy.Writer(file, 2)) {
            writer.append(new float[] {1, 2, 3, 4}, 0, 2);
        }
        assertThat(Npy.read(file).values()).containsExactly(1);
        assertThat(listed()).containsExactly("kept.npy");
        try (Npy.Writer writer = new Npy.Writer(file, 2)) {
            writer.append(new float[] {9, 1, 2, 3, 4}, 1, 2);
            writer.append(Embeddings.of(
                    new float[] {5, 6}, 2, List.of(TokenUse.whole(1)), new Fingerprint("0".repeat(64))));
            writer.finish();
        }
        assertThat(Npy.read(file).values()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(listed()).containsExactly("kept.npy");
    }

    /** The rename at the end would put a file in the place of the link, as {@code /dev/stdout} is one. */
    @Test
    void aLinkIsNotReplaced() throws IOException {
        Path file = Files.createSymbolicLink(folder.resolve("out.npy"), folder.resolve("elsewhere.npy"));
        assertThatThrownBy(() -> Npy.write(file, new float[1], 1, 1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("out.npy is a link");
        assertThat(file).isSymbolicLink();
        assertThat(listed()).containsExactly("out.npy");
    }

    @Test
    void missingFolderIsAnError() {
        Path file = folder.resolve("no/such/folder.npy");
        assertThatThrownBy(() -> Npy.write(file, new float[1], 1, 1)).isInstanceOf(LaboratoryException.class);
        assertThatThrownBy(() -> Npy.read(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("folder.npy");
    }

    @Test
    void everyCutFileIsRefused() throws IOException {
        byte[] whole = golden("matrix-v2.npy");
        Path file = folder.resolve("cut.npy");
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            Throwable error = catchThrowable(() -> Npy.read(file));
            assertThat(error).as("cut to %d bytes", length).isInstanceOf(InvalidInputException.class);
        }
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        assertThat(catchThrowable(() -> Npy.read(file))).hasMessageContaining("after");
    }

    /** Damaged headers are read as what they say or refused; nothing else is thrown and no huge array is made. */
    @Test
    void damagedHeadersAreRefused() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] whole = golden("matrix-v1.npy");
        Path file = folder.resolve("damaged.npy");
        for (int round = 0; round < 800; round++) {
            byte[] bytes = whole.clone();
            int damages = 1 + random.nextInt(4);
            for (int i = 0; i < damages; i++) {
                byte value = random.nextBoolean()
                        ? (byte) random.nextInt(256)
                        : (byte) "0123456789(),'<>: LTrue".charAt(random.nextInt(23));
                bytes[random.nextInt(bytes.length)] = value;
            }
            Files.write(file, bytes);
            try {
                Npy.Matrix matrix = Npy.read(file);
                assertThat(matrix.values()).as("seed %d round %d", seed, round).hasSize(matrix.rows() * matrix.columns());
            } catch (InvalidInputException e) {
                assertThat(e).as("seed %d round %d", seed, round).hasMessageContaining("damaged.npy");
            } catch (RuntimeException | OutOfMemoryError e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
        }
    }

    /** A header that announces more than the file holds is refused before an array of that size is made. */
    @Test
    void announcedSizeIsCheckedAgainstTheFile() throws IOException {
        byte[] bytes = golden("matrix-v1.npy");
        String text = new String(bytes, StandardCharsets.ISO_8859_1).replace("(2, 3), }      ", "(2000000, 900)}");
        assertThat(text).hasSize(bytes.length).contains("2000000");
        Path file = Files.write(folder.resolve("huge.npy"), text.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Npy.read(file)).isInstanceOf(InvalidInputException.class);
    }

    private List<String> listed() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
        }
    }
}
