package io.github.embeddinglab.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each kernel against sums in double, and so against the other, at lengths around register edges. */
@Tag("unit")
class VectorKernelTest {
    private static final int[] LENGTHS = IntStream.concat(
                    IntStream.rangeClosed(0, 70), IntStream.of(127, 128, 129, 255, 256, 257, 383, 384, 385, 1023, 1024, 1025))
            .toArray();
    private static final int PAD = 3;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    private static List<VectorKernel> kernels() {
        List<VectorKernel> kernels = new ArrayList<>(List.of(VectorKernels.plain()));
        if (VectorKernels.current().usesVectorApi()) {
            kernels.add(VectorKernels.current());
        }
        return kernels;
    }

    @Test
    void theKernelIsTheOneThatThisJvmCanRun() {
        boolean flag = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        VectorKernel kernel = VectorKernels.current();
        assertThat(VectorKernels.current()).isSameAs(kernel);
        if ("plain".equals(System.getProperty("vectors.expected.kernel"))) {
            assertThat(flag).as("this run must not have the flag").isFalse();
        } else {
            assertThat(flag).as("this run must have the flag").isTrue();
        }
        if (flag) {
            assertThat(kernel.description()).doesNotContain("--add-modules").doesNotContain("does not work");
            assertThat(kernel.usesVectorApi()).isEqualTo(!kernel.name().equals("plain"));
        } else {
            assertThat(kernel.name()).isEqualTo("plain");
            assertThat(kernel.usesVectorApi()).isFalse();
            assertThat(kernel.description()).contains("--add-modules jdk.incubator.vector").doesNotContain("\n");
        }
    }

    @Test
    void floatOperationsAgreeWithDouble() {
        for (int length : LENGTHS) {
            float[] a = RandomVectors.floats(random, length + PAD);
            float[] b = RandomVectors.floats(random, length + PAD);
            int from = random.nextInt(PAD + 1);
            double dot = 0;
            double magnitude = 0;
            double distance = 0;
            double squaresA = 0;
            double squaresB = 0;
            for (int i = 0; i < length; i++) {
                double x = a[from + i];
                double y = b[PAD - from + i];
                dot += x * y;
                magnitude += Math.abs(x * y);
                distance += (x - y) * (x - y);
                squaresA += x * x;
                squaresB += y * y;
            }
            double relative = (length + 2) * 0x1p-23;
            for (VectorKernel kernel : kernels()) {
                String where = kernel.name() + ", length " + length + ", seed " + seed;
                assertThat((double) kernel.dot(a, from, b, PAD - from, length)).as(where)
                        .isCloseTo(dot, within(magnitude * relative));
                assertThat((double) kernel.squaredDistance(a, from, b, PAD - from, length)).as(where)
                        .isCloseTo(distance, within(distance * relative));
                assertThat((double) kernel.norm(a, from, length)).as(where)
                        .isCloseTo(Math.sqrt(squaresA), within(Math.sqrt(squaresA) * relative));
                double cosine = length == 0 ? 0 : dot / Math.sqrt(squaresA * squaresB);
                assertThat((double) kernel.cosine(a, from, b, PAD - from, length)).as(where).isCloseTo(cosine, within(relative));
            }
        }
    }

    @Test
    void integerOperationsAreExact() {
        for (int length : LENGTHS) {
            byte[] a = RandomVectors.bytes(random, length + PAD, 127);
            byte[] b = RandomVectors.bytes(random, length + PAD, 127);
            int expected = 0;
            int bits = 0;
            for (int i = 0; i < length; i++) {
                expected += a[i + 1] * b[i + 2];
                bits += Integer.bitCount((a[i + 1] ^ b[i + 2]) & 0xff);
            }
            for (VectorKernel kernel : kernels()) {
                String where = kernel.name() + ", length " + length + ", seed " + seed;
                assertThat(kernel.dot7Bit(a, 1, b, 2, length)).as(where).isEqualTo(expected);
                assertThat(kernel.dotInt8(a, 1, b, 2, length)).as(where).isEqualTo(expected);
                assertThat(kernel.hamming(a, 1, b, 2, length)).as(where).isEqualTo(bits);
            }
        }
    }

    @Test
    void extremeCodesDoNotOverflow() {
        for (int length : LENGTHS) {
            for (VectorKernel kernel : kernels()) {
                String where = kernel.name() + ", length " + length;
                assertThat(kernel.dotInt8(filled(length, -128), filled(length, -128))).as(where).isEqualTo(length * 128 * 128);
                assertThat(kernel.dotInt8(filled(length, -128), filled(length, 127))).as(where).isEqualTo(length * -128 * 127);
                assertThat(kernel.dot7Bit(filled(length, 127), filled(length, 127))).as(where).isEqualTo(length * 127 * 127);
                assertThat(kernel.dot7Bit(filled(length, -127), filled(length, 127))).as(where).isEqualTo(length * -127 * 127);
            }
        }
    }

    @Test
    void normsAndCosinesSurviveTheRangeOfFloat() {
        for (VectorKernel kernel : kernels()) {
            for (float scale : new float[] {1e-30f, 1e-20f, 1f, 1e20f, 1e30f}) {
                float[] a = {3 * scale, 4 * scale};
                float[] b = {4 * scale, 3 * scale};
                assertThat(kernel.norm(a) / scale).as(kernel.name() + " " + scale).isCloseTo(5f, within(1e-5f));
                assertThat(kernel.cosine(a, b)).as(kernel.name() + " " + scale).isCloseTo(0.96f, within(1e-6f));
            }
            assertThat(kernel.cosine(new float[40], new float[40])).isZero();
            assertThat(kernel.cosine(new float[] {0, 0}, new float[] {1, 2})).isZero();
            assertThat(kernel.cosine(new float[] {Float.NaN, 0}, new float[] {1, 2})).isNaN();
            assertThat(kernel.cosine(new float[] {Float.NaN, 0}, new float[] {0, 0})).isNaN();
            assertThat(kernel.norm(new float[] {1, Float.NEGATIVE_INFINITY})).isEqualTo(Float.POSITIVE_INFINITY);
            assertThat(kernel.norm(new float[] {1, Float.NaN})).isNaN();
            float[] self = RandomVectors.floats(random, 77);
            assertThat(kernel.cosine(self, self)).isLessThanOrEqualTo(1f).isCloseTo(1f, within(1e-6f));
        }
    }

    @Test
    void wrongSlicesAreRefused() {
        for (VectorKernel kernel : kernels()) {
            assertThatThrownBy(() -> kernel.dot(new float[3], new float[4]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("3 and 4");
            assertThatThrownBy(() -> kernel.dot(new float[64], 1, new float[64], 0, 64)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> kernel.dot7Bit(new byte[64], 0, new byte[64], -1, 64))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> kernel.hamming(new byte[64], 0, new byte[64], 33, 32))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void matrixProductsAgreeWithDouble() {
        int[][] shapes = {{1, 1, 1}, {1, 40, 3}, {7, 33, 16}, {13, 300, 17}, {50, 65, 384}, {97, 257, 15}, {0, 5, 4}, {5, 0, 4}};
        for (int[] shape : shapes) {
            FloatMatrix left = RandomVectors.matrix(random, shape[0], shape[2]);
            FloatMatrix right = chunked(RandomVectors.matrix(random, shape[1], shape[2]), 11);
            for (VectorKernel kernel : kernels()) {
                for (int threads = 1; threads <= 3; threads++) {
                    float[] product = MatrixProduct.scores(left, right, threads, kernel);
                    assertThat(product).hasSize(shape[0] * shape[1]);
                    for (int i = 0; i < shape[0]; i++) {
                        for (int j = 0; j < shape[1]; j++) {
                            double dot = 0;
                            double magnitude = 0;
                            for (int p = 0; p < shape[2]; p++) {
                                dot += (double) left.get(i, p) * right.get(j, p);
                                magnitude += Math.abs((double) left.get(i, p) * right.get(j, p));
                            }
                            assertThat((double) product[i * shape[1] + j])
                                    .as(kernel.name() + " " + List.of(i, j, threads) + " seed " + seed)
                                    .isCloseTo(dot, within(magnitude * (shape[2] + 2) * 0x1p-23));
                        }
                    }
                }
            }
        }
        assertThatThrownBy(() -> MatrixProduct.scores(FloatMatrix.of(new float[2], 1, 2), FloatMatrix.of(new float[3], 1, 3), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 and of 3");
        assertThatThrownBy(() -> MatrixProduct.scores(FloatMatrix.of(new float[2], 1, 2), FloatMatrix.of(new float[2], 1, 2), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("threads is 0");
    }

    /** The same rows, a few to an array. */
    static FloatMatrix chunked(FloatMatrix matrix, int rowsPerChunk) {
        int count = (matrix.rows() + rowsPerChunk - 1) / rowsPerChunk;
        float[][] chunks = new float[count][];
        for (int c = 0; c < count; c++) {
            int held = Math.min(rowsPerChunk, matrix.rows() - c * rowsPerChunk);
            chunks[c] = new float[held * matrix.columns()];
            for (int i = 0; i < held; i++) {
                System.arraycopy(matrix.row(c * rowsPerChunk + i), 0, chunks[c], i * matrix.columns(), matrix.columns());
            }
        }
        return FloatMatrix.ofChunks(chunks, rowsPerChunk, matrix.rows(), matrix.columns());
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
