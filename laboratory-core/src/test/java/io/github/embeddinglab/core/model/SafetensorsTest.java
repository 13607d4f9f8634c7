package io.github.embeddinglab.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.LaboratoryException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class SafetensorsTest {
    @TempDir
    Path folder;

    private Path file(String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(json.length).put(json);
        return Files.write(folder.resolve("model.safetensors"), out.array());
    }

    private static Tensors.Tensor raw(String name, Tensors.Type type, int elements, Random random) {
        byte[] bytes = new byte[elements * type.bytes()];
        random.nextBytes(bytes);
        return new Tensors.Tensor(name, type, new long[] {elements}, ByteBuffer.wrap(bytes));
    }

    @Test
    void everyTypeComesBackAsWritten() throws IOException {
        Random random = new Random(11);
        List<Tensors.Tensor> written = new ArrayList<>();
        for (Tensors.Type type : Tensors.Type.values()) {
            written.add(raw("t." + type, type, 1 + random.nextInt(700), random));
        }
        written.add(new Tensors.Tensor("scalar", Tensors.Type.I64, new long[0], ByteBuffer.allocateDirect(8)));
        written.add(new Tensors.Tensor("empty", Tensors.Type.F32, new long[] {3, 0}, ByteBuffer.allocate(0)));
        Path file = folder.resolve("all.safetensors");
        SafetensorsWriter.write(written, file);
        try (Tensors tensors = Safetensors.open(file)) {
            assertThat(tensors.names()).hasSize(written.size());
            for (Tensors.Tensor expected : written) {
                Tensors.Tensor found = tensors.tensor(expected.name());
                assertThat(found.type()).isEqualTo(expected.type());
                assertThat(found.shape()).isEqualTo(expected.shape());
                assertThat(found.data()).isEqualTo(expected.data());
                assertThat(found.data().isReadOnly()).isTrue();
                assertThat(found.data().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            }
        }
        List<Tensors.Tensor> shuffled = new ArrayList<>(written);
        java.util.Collections.shuffle(shuffled, random);
        Path again = folder.resolve("again.safetensors");
        SafetensorsWriter.write(shuffled, again);
        assertThat(Files.mismatch(file, again)).isEqualTo(-1);
        byte[] bytes = Files.readAllBytes(file);
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8).isZero();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0000, 0.0", "8000, -0.0", "0001, 5.9604645E-8", "03ff, 6.097555E-5", "0400, 6.1035156E-5", "3c00, 1.0",
        "3555, 0.33325195", "7bff, 65504.0", "fbff, -65504.0", "7c00, Infinity", "fc00, -Infinity", "7e00, NaN", "fe01, NaN"
    })
    void halvesWiden(String bits, float expected) {
        float found = FloatConversion.half((short) Integer.parseInt(bits, 16));
        assertThat(Float.floatToIntBits(found)).isEqualTo(Float.floatToIntBits(expected));
    }

    @Test
    void everyHalfAndEveryBrainSurvivesTheRoundTrip() {
        for (int bits = 0; bits < 65536; bits++) {
            float half = FloatConversion.half((short) bits);
            float brain = Float.intBitsToFloat(bits << 16);
            if (Float.isNaN(half)) {
                assertThat(FloatConversion.half(FloatConversion.toHalf(half))).isNaN();
            } else {
                assertThat(FloatConversion.toHalf(half)).isEqualTo((short) bits);
            }
            if (Float.isNaN(brain)) {
                assertThat(Float.intBitsToFloat(FloatConversion.toBrain(brain) << 16)).isNaN();
            } else {
                assertThat(FloatConversion.toBrain(brain)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void narrowingRoundsToTheNearestAndTiesToEven() {
        for (int bits = 0; bits < 0x7bff; bits++) {
            double low = FloatConversion.half((short) bits);
            double high = FloatConversion.half((short) (bits + 1));
            float middle = (float) ((low + high) / 2);
            assertThat(FloatConversion.toHalf(middle)).isEqualTo((short) (bits % 2 == 0 ? bits : bits + 1));
            assertThat(FloatConversion.toHalf(Math.nextDown(middle))).isEqualTo((short) bits);
            assertThat(FloatConversion.toHalf(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
        }
        assertThat(FloatConversion.toHalf(65519.996f)).isEqualTo((short) 0x7bff);
        assertThat(FloatConversion.toHalf(65520f)).isEqualTo((short) 0x7c00);
        assertThat(FloatConversion.toBrain(0x1.01p0f)).isEqualTo((short) 0x3f80); // a tie
        assertThat(FloatConversion.toBrain(0x1.03p0f)).isEqualTo((short) 0x3f82);
        assertThat(FloatConversion.toBrain(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
    }

    @ParameterizedTest
    @ValueSource(strings = {"F16", "BF16", "F32", "F64"})
    void floatsConvertsEachStoredType(String name) {
        Tensors.Type type = Tensors.Type.valueOf(name);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        float[] values = new float[20_011];
        for (int i = 0; i < values.length; i++) {
            float value = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(30) - 18));
            values[i] = switch (type) {
                case F16 -> FloatConversion.half(FloatConversion.toHalf(value));
                case BF16 -> Float.intBitsToFloat(FloatConversion.toBrain(value) << 16);
                default -> value;
            };
        }
        Tensors.Tensor tensor = Tensors.Tensor.of("w", new long[] {20_011}, values);
        Path file = folder.resolve("w.safetensors");
        SafetensorsWriter.write(List.of(FloatConversion.as(tensor, type, "test")), file);
        try (Tensors tensors = Safetensors.open(file)) {
            assertThat(tensors.floats("w")).as("seed %d", seed).isEqualTo(values);
        }
    }

    @Test
    void finiteValuesThatAHalfCannotHoldAreRefused() {
        Tensors.Tensor tensor = Tensors.Tensor.of("w", new long[] {1}, new float[] {70000f});
        assertThatThrownBy(() -> FloatConversion.as(tensor, Tensors.Type.F16, "m"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("70000.0");
    }

    @Test
    void shardsAreFoundThroughTheIndex() throws IOException {
        Random random = new Random(5);
        List<Tensors.Tensor> written = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            written.add(raw("layer." + i, Tensors.Type.F32, 100 + i, random));
        }
        SafetensorsWriter.write(written, folder, 1000);
        assertThat(folder.resolve("model.safetensors")).doesNotExist();
        assertThat(folder.resolve("model-00002-of-00005.safetensors")).exists();
        try (Tensors tensors = Safetensors.open(folder)) {
            assertThat(tensors.names()).hasSize(9);
            written.forEach(t -> assertThat(tensors.tensor(t.name()).data()).isEqualTo(t.data()));
        }
        Files.delete(folder.resolve("model-00003-of-00005.safetensors"));
        assertThatThrownBy(() -> Safetensors.open(folder))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("model-00003-of-00005.safetensors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x.safetensors", "/etc/passwd", "absent.safetensors", ""})
    void anIndexThatPointsElsewhereIsRefused(String name) throws IOException {
        Files.writeString(
                folder.resolve("model.safetensors.index.json"), "{\"weight_map\":{\"a\":\"" + name + "\"}}");
        assertThatThrownBy(() -> Safetensors.open(folder)).isInstanceOf(InvalidModelException.class);
    }

    @Test
    void tensorsBeyondTwoGigabytesAreReached() throws IOException {
        long size = 1_300_000_000L;
        String header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                .formatted(size, size)
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[%d,%d]},".formatted(size, size, 2 * size)
                + "\"c\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]},".formatted(2 * size, 2 * size + 4)
                + "\"d\":{\"dtype\":\"U8\",\"shape\":[2147483648],\"data_offsets\":[%d,%d]}}"
                        .formatted(2 * size + 4, 2 * size + 4 + 2147483648L);
        Path file = file(header, 0);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            long start = sparse.length();
            sparse.setLength(start + 2 * size + 4 + 2147483648L);
            sparse.seek(start + 2 * size);
            sparse.write(new byte[] {0, 0, (byte) 0x80, 0x3f});
        }
        try (Tensors tensors = Safetensors.open(file)) {
            assertThat(tensors.floats("c")).containsExactly(1f);
            assertThat(tensors.tensor("b").data().remaining()).isEqualTo(1_300_000_000);
            assertThatThrownBy(() -> tensors.tensor("d"))
                    .isInstanceOf(InvalidModelException.class)
                    .hasMessageContaining("2147483648");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "[]",
        "{",
        "{} {}",
        "{\"a\":1}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"extra\":1}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9223372036854775807]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        "{\"__metadata__\":{\"format\":1},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"
    })
    void damagedHeadersAreRefused(String header) throws IOException {
        Path file = file(header, 8);
        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("model.safetensors")
                .hasMessageNotContaining("\n");
    }

    @Test
    void otherTypesAreListedAndRefusedWhenUsed() throws IOException {
        Path file = file("{\"mask\":{\"dtype\":\"BOOL\",\"shape\":[8],\"data_offsets\":[0,8]}}", 8);
        try (Tensors tensors = Safetensors.open(file)) {
            assertThat(tensors.names()).containsExactly("mask");
            assertThatThrownBy(() -> tensors.tensor("mask"))
                    .isInstanceOf(InvalidModelException.class)
                    .hasMessageContaining("BOOL");
            assertThatThrownBy(() -> tensors.tensor("mark")).hasMessageContaining("\"mask\"");
        }
    }

    @Test
    void everyCutIsFoundAtOpen() throws IOException {
        byte[] whole = Files.readAllBytes(Fixtures.folder("distilbert-dense").resolve("2_Dense/model.safetensors"));
        Path file = folder.resolve("model.safetensors");
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Safetensors.open(file)).isInstanceOf(InvalidModelException.class);
        }
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> Safetensors.open(file)).isInstanceOf(InvalidModelException.class);
    }

    @Test
    void mutatedHeadersNeverRaiseAnythingElse() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] whole = Files.readAllBytes(Fixtures.folder("distilbert-dense").resolve("2_Dense/model.safetensors"));
        int header = 8 + (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        Path file = folder.resolve("model.safetensors");
        int refused = 0;
        for (int round = 0; round < 4000; round++) {
            byte[] damaged = whole.clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                damaged[random.nextInt(header)] = (byte) random.nextInt(256);
            }
            Files.write(file, damaged);
            try (Tensors tensors = Safetensors.open(file)) {
                for (String name : tensors.names()) {
                    tensors.floats(name);
                }
            } catch (InvalidModelException e) {
                refused++;
                assertThat(e.getMessage()).as("seed %d round %d", seed, round).isNotBlank();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
        }
        assertThat(refused).as("seed %d", seed).isGreaterThan(2000);
    }

    @Test
    void closedTensorsSaySo() {
        Tensors tensors = Safetensors.open(Fixtures.folder("static-mean"));
        tensors.close();
        assertThatThrownBy(() -> tensors.tensor("embedding.weight"))
                .isInstanceOf(LaboratoryException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(tensors::names).hasMessageContaining("closed");
    }

    @Test
    void aPickleIsRefusedByName() throws IOException {
        Files.write(folder.resolve("pytorch_model.bin"), new byte[8]);
        assertThatThrownBy(() -> Safetensors.open(folder))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("pytorch_model.bin")
                .hasMessageContaining("safe_serialization");
    }

    @Test
    void wrongTensorsAreNotWritten() {
        Path file = folder.resolve("x.safetensors");
        Tensors.Tensor good = Tensors.Tensor.of("a", new long[] {2}, new float[2]);
        Tensors.Tensor bad = new Tensors.Tensor("b", Tensors.Type.F32, new long[] {3}, ByteBuffer.allocate(8));
        assertThatThrownBy(() -> SafetensorsWriter.write(List.of(good, bad), file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("\"b\"");
        assertThatThrownBy(() -> SafetensorsWriter.write(List.of(good, good), file)).isInstanceOf(InvalidInputException.class);
        assertThat(file).doesNotExist();
    }
}
