package io.github.embeddinglab.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Codes against values that numpy computed; the commands stand above them. */
@Tag("unit")
class CodecTest {
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    private static FloatMatrix pattern(int rows, int columns, int factor, int modulus, float divisor) {
        float[] data = new float[rows * columns];
        for (int i = 0; i < data.length; i++) {
            data[i] = (i * factor % modulus - modulus / 2) / divisor;
        }
        return FloatMatrix.of(data, rows, columns);
    }

    @Test
    void int8CodesAreThoseOfTheReference() {
        // x = (((np.arange(30)*37)%101-50)/np.float32(64)).astype(np.float32).reshape(5,6)
        // r = np.vstack((x.min(0),x.max(0))); ((x-r[0])/((r[1]-r[0])/255)-128).astype(np.int8).tolist()
        byte[] expected = {
            -128, -61, 64, -128, 1, 126, -64, 1, 126, -64, 64, -128, 0, 64, -128, 0, 126, -65, 63, 126, -65, 63, -128, -2, 126, -128,
            -2, 126, -65, 60
        };
        FloatMatrix matrix = pattern(5, 6, 37, 101, 64f);
        Int8Codec codec = Int8Codec.calibrate(matrix);
        assertThat(codec.encode(matrix)).isEqualTo(expected);
        assertThat(codec.encode(matrix.row(2))).isEqualTo(Arrays.copyOfRange(expected, 12, 18));
        assertThat(Int8Codec.of(codec.low(), codec.high()).encode(matrix)).isEqualTo(expected);
        assertThat(Int8Codec.calibrate(VectorKernelTest.chunked(matrix, 2)).encode(VectorKernelTest.chunked(matrix, 3)))
                .isEqualTo(expected);
    }

    @Test
    void int8DecodingErrsByLessThanAStep() {
        FloatMatrix matrix = RandomVectors.matrix(random, 200, 19);
        Int8Codec codec = Int8Codec.calibrate(matrix);
        for (int i = 0; i < 200; i++) {
            float[] decoded = codec.decode(codec.encode(matrix.row(i)));
            for (int j = 0; j < 19; j++) {
                float step = (codec.high()[j] - codec.low()[j]) / 255;
                assertThat(decoded[j]).as("seed " + seed).isCloseTo(matrix.get(i, j), within(step * 1.001f));
            }
        }
    }

    @Test
    void int8ClampsOutsideTheRangeAndRefusesNan() {
        Int8Codec codec = Int8Codec.of(new float[] {-1, 2}, new float[] {1, 2});
        assertThat(codec.encode(new float[] {-7, 2})).containsExactly(-128, -128);
        assertThat(codec.encode(new float[] {1e30f, 3})).containsExactly(127, 127);
        assertThat(codec.decode(new byte[] {-128, -128})).containsExactly(-1f, 2f);
        assertThatThrownBy(() -> codec.encode(new float[] {0, Float.NaN})).hasMessageContaining("dimension 1");
        assertThatThrownBy(() -> codec.encode(new float[3])).hasMessageContaining("3 dimensions");
        assertThatThrownBy(() -> Int8Codec.of(new float[] {1}, new float[] {0})).hasMessageContaining("dimension 0");
        assertThatThrownBy(() -> Int8Codec.calibrate(FloatMatrix.of(new float[0], 0, 2))).hasMessageContaining("empty");
        assertThatThrownBy(() -> Int8Codec.calibrate(FloatMatrix.of(new float[] {1, Float.NEGATIVE_INFINITY}, 1, 2)))
                .hasMessageContaining("-Infinity");
    }

    @Test
    void bitsAreThoseOfTheReference() {
        // y = (((np.arange(48)*53)%97-48)/np.float32(32)).astype(np.float32).reshape(3,16)
        // np.packbits(y>0).reshape(3,-1).tolist(); (np.packbits(y>0).reshape(3,-1)-128).astype(np.int8).tolist()
        FloatMatrix matrix = pattern(3, 16, 53, 97, 32f);
        assertThat(BinaryCodec.UNSIGNED.encode(matrix)).isEqualTo(new byte[] {85, 74, (byte) 169, 85, 42, (byte) 165});
        assertThat(BinaryCodec.SIGNED.encode(matrix)).isEqualTo(new byte[] {-43, -54, 41, -43, -86, 37});
        assertThat(BinaryCodec.UNSIGNED.encode(matrix.row(1))).isEqualTo(new byte[] {(byte) 169, 85});
        // zero and minus zero are not positive; a short last byte is filled with zero bits
        assertThat(BinaryCodec.UNSIGNED.encode(new float[] {1, 0, -0f, -1, 1, 1, 1, 1, 1})).isEqualTo(new byte[] {(byte) 0x8f, (byte) 0x80});
        assertThatThrownBy(() -> BinaryCodec.SIGNED.encode(new float[] {0, Float.NaN})).hasMessageContaining("dimension 1 is NaN");
    }

    @Test
    void hammingSearchEqualsANaiveSort() {
        // [[int(np.unpackbits(a^b).sum()) for b in bits] for a in bits], bits = np.packbits(y>0).reshape(3,-1)
        byte[] bits = BinaryCodec.UNSIGNED.encode(pattern(3, 16, 53, 97, 32f));
        TopK small = HammingSearch.over(bits, 3, 2).search(bits, 3, 2);
        assertThat(small.scores(0)).containsExactly(0f, -11f, -14f);
        assertThat(small.ids(2)).containsExactly(2, 1, 0);
        for (int width : new int[] {1, 7, 8, 31, 48, 65}) {
            byte[] codes = RandomVectors.bytes(random, 700 * width, 127);
            byte[] queries = RandomVectors.bytes(random, 37 * width, 127);
            TopK found = HammingSearch.over(codes, 700, width).search(queries, 50, 2);
            for (int q = 0; q < 37; q++) {
                int query = q;
                int[] distances = IntStream.range(0, 700)
                        .map(row -> IntStream.range(0, width)
                                .map(b -> Integer.bitCount((codes[row * width + b] ^ queries[query * width + b]) & 0xff))
                                .sum())
                        .toArray();
                int[] expected = IntStream.range(0, 700)
                        .boxed()
                        .sorted(Comparator.comparingInt((Integer row) -> distances[row]).thenComparing(Comparator.naturalOrder()))
                        .limit(50)
                        .mapToInt(Integer::intValue)
                        .toArray();
                assertThat(found.ids(q)).as("width " + width + ", seed " + seed).isEqualTo(expected);
            }
        }
        assertThat(HammingSearch.over(new byte[0], 0, 2).search(new byte[2], 4, 1).k()).isZero();
        assertThatThrownBy(() -> HammingSearch.over(bits, 3, 2).search(new byte[3], 1, 1)).hasMessageContaining("no multiple");
        assertThatThrownBy(() -> HammingSearch.over(bits, 4, 2)).hasMessageContaining("4 rows of 2");
    }

    @Test
    void truncationRenormalises() {
        // t = y[:, :5]; (t/np.linalg.norm(t,axis=1,keepdims=True)).tolist()
        float[][] expected = {
            {-0.6825181f, 0.07109564f, -0.55454594f, 0.19906779f, -0.4265738f},
            {0.3818675f, -0.3182229f, 0.5250678f, -0.1750226f, 0.66826814f},
            {-0.016495723f, -0.7423075f, 0.13196579f, -0.593846f, 0.28042728f}
        };
        FloatMatrix whole = pattern(3, 16, 53, 97, 32f);
        for (FloatMatrix matrix : new FloatMatrix[] {whole, VectorKernelTest.chunked(whole, 2)}) {
            FloatMatrix kept = matrix.truncated(5).normalized();
            for (int i = 0; i < 3; i++) {
                assertThat(kept.row(i)).containsExactly(expected[i], within(1e-7f));
            }
            assertThat(matrix.get(0, 0)).as("the source is untouched").isEqualTo(-1.5f);
        }
        assertThat(FloatMatrix.of(new float[2], 1, 2).normalized().row(0)).containsExactly(0f, 0f);
        assertThatThrownBy(() -> whole.truncated(17)).hasMessageContaining("17 of 16");
        assertThatThrownBy(() -> whole.truncated(0)).hasMessageContaining("0 of 16");
    }
}
