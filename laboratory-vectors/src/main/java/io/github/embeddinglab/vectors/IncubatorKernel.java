package io.github.embeddinglab.vectors;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernel on {@code jdk.incubator.vector}; the only class that names that module, loaded by name when it is there.
 *
 * <p>It works on heap arrays and keeps accumulators in locals: the JIT compiler of JDK 17 boxes vectors that live in arrays or
 * fields. Tails are scalar, since masked loads are slow on JDK 17.
 */
final class IncubatorKernel extends VectorKernel {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorShape SHAPE = FLOATS.vectorShape();
    /** Bytes of half a register, which widen to a whole register of shorts. */
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, SHAPE.vectorBitSize() / 2)));
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, SHAPE);
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
    private static final int LANES = FLOATS.length();
    private static final int BYTE_LANES = BYTES.length();
    private static final int PANEL_WIDTH = 2 * LANES;
    /**
     * Rows of a register block. Its 4 x 2 accumulators are as many as two units of four cycles keep busy; with 6 x 2 the
     * compiler of JDK 17 runs out of sixteen registers and is half as fast.
     */
    private static final int BLOCK_ROWS = 4;

    @Override
    public String name() {
        return "vector-" + SHAPE.vectorBitSize();
    }

    @Override
    public String description() {
        return "Vector arithmetic: jdk.incubator.vector, " + SHAPE.vectorBitSize() + "-bit registers";
    }

    @Override
    public boolean usesVectorApi() {
        return true;
    }

    int vectorBits() {
        return SHAPE.vectorBitSize();
    }

    @Override
    float uncheckedDot(float[] a, int aOffset, float[] b, int bOffset, int length) {
        float sum = 0;
        int i = 0;
        if (length >= LANES) {
            FloatVector s0 = FloatVector.zero(FLOATS);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            for (; i <= length - 4 * LANES; i += 4 * LANES) {
                s0 = load(a, aOffset + i).fma(load(b, bOffset + i), s0);
                s1 = load(a, aOffset + i + LANES).fma(load(b, bOffset + i + LANES), s1);
                s2 = load(a, aOffset + i + 2 * LANES).fma(load(b, bOffset + i + 2 * LANES), s2);
                s3 = load(a, aOffset + i + 3 * LANES).fma(load(b, bOffset + i + 3 * LANES), s3);
            }
            for (; i <= length - LANES; i += LANES) {
                s0 = load(a, aOffset + i).fma(load(b, bOffset + i), s0);
            }
            sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
        }
        for (; i < length; i++) {
            sum += a[aOffset + i] * b[bOffset + i];
        }
        return sum;
    }

    @Override
    float uncheckedSquaredDistance(float[] a, int aOffset, float[] b, int bOffset, int length) {
        float sum = 0;
        int i = 0;
        if (length >= LANES) {
            FloatVector s0 = FloatVector.zero(FLOATS);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            for (; i <= length - 4 * LANES; i += 4 * LANES) {
                FloatVector d0 = load(a, aOffset + i).sub(load(b, bOffset + i));
                FloatVector d1 = load(a, aOffset + i + LANES).sub(load(b, bOffset + i + LANES));
                FloatVector d2 = load(a, aOffset + i + 2 * LANES).sub(load(b, bOffset + i + 2 * LANES));
                FloatVector d3 = load(a, aOffset + i + 3 * LANES).sub(load(b, bOffset + i + 3 * LANES));
                s0 = d0.fma(d0, s0);
                s1 = d1.fma(d1, s1);
                s2 = d2.fma(d2, s2);
                s3 = d3.fma(d3, s3);
            }
            for (; i <= length - LANES; i += LANES) {
                FloatVector d = load(a, aOffset + i).sub(load(b, bOffset + i));
                s0 = d.fma(d, s0);
            }
            sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
        }
        for (; i < length; i++) {
            float d = a[aOffset + i] - b[bOffset + i];
            sum += d * d;
        }
        return sum;
    }

    @Override
    float uncheckedCosine(float[] a, int aOffset, float[] b, int bOffset, int length) {
        float dot = 0;
        float squaresA = 0;
        float squaresB = 0;
        int i = 0;
        if (length >= LANES) {
            FloatVector d0 = FloatVector.zero(FLOATS);
            FloatVector d1 = d0;
            FloatVector a0 = d0;
            FloatVector a1 = d0;
            FloatVector b0 = d0;
            FloatVector b1 = d0;
            for (; i <= length - 2 * LANES; i += 2 * LANES) {
                FloatVector x0 = load(a, aOffset + i);
                FloatVector x1 = load(a, aOffset + i + LANES);
                FloatVector y0 = load(b, bOffset + i);
                FloatVector y1 = load(b, bOffset + i + LANES);
                d0 = x0.fma(y0, d0);
                d1 = x1.fma(y1, d1);
                a0 = x0.fma(x0, a0);
                a1 = x1.fma(x1, a1);
                b0 = y0.fma(y0, b0);
                b1 = y1.fma(y1, b1);
            }
            dot = d0.add(d1).reduceLanes(VectorOperators.ADD);
            squaresA = a0.add(a1).reduceLanes(VectorOperators.ADD);
            squaresB = b0.add(b1).reduceLanes(VectorOperators.ADD);
        }
        for (; i < length; i++) {
            float x = a[aOffset + i];
            float y = b[bOffset + i];
            dot += x * y;
            squaresA += x * x;
            squaresB += y * y;
        }
        return cosineOfSums(dot, squaresA, squaresB);
    }

    @Override
    int uncheckedDot7Bit(byte[] a, int aOffset, byte[] b, int bOffset, int length) {
        int sum = 0;
        int i = 0;
        if (length >= 2 * BYTE_LANES) {
            IntVector s0 = IntVector.zero(INTS);
            IntVector s1 = s0;
            for (; i <= length - 2 * BYTE_LANES; i += 2 * BYTE_LANES) {
                // two products of at most 127 * 127 fit a short; ZERO_EXTEND_S2I would throw on JDK 17
                ShortVector products = widen(a, aOffset + i)
                        .mul(widen(b, bOffset + i))
                        .add(widen(a, aOffset + i + BYTE_LANES).mul(widen(b, bOffset + i + BYTE_LANES)));
                s0 = s0.add(products.convertShape(VectorOperators.S2I, INTS, 0));
                s1 = s1.add(products.convertShape(VectorOperators.S2I, INTS, 1));
            }
            sum = s0.add(s1).reduceLanes(VectorOperators.ADD);
        }
        for (; i < length; i++) {
            sum += a[aOffset + i] * b[bOffset + i];
        }
        return sum;
    }

    @Override
    int uncheckedDotInt8(byte[] a, int aOffset, byte[] b, int bOffset, int length) {
        int sum = 0;
        int i = 0;
        if (length >= BYTE_LANES) {
            IntVector s0 = IntVector.zero(INTS);
            IntVector s1 = s0;
            for (; i <= length - BYTE_LANES; i += BYTE_LANES) {
                // one product of 128 * 128 fits a short, two do not
                ShortVector products = widen(a, aOffset + i).mul(widen(b, bOffset + i));
                s0 = s0.add(products.convertShape(VectorOperators.S2I, INTS, 0));
                s1 = s1.add(products.convertShape(VectorOperators.S2I, INTS, 1));
            }
            sum = s0.add(s1).reduceLanes(VectorOperators.ADD);
        }
        for (; i < length; i++) {
            sum += a[aOffset + i] * b[bOffset + i];
        }
        return sum;
    }

    @Override
    int panelWidth() {
        return PANEL_WIDTH;
    }

    @Override
    void multiplyPanel(
            float[] rows, int rowsOffset, int rowCount, int columns, float[] panel, int panelOffset, float[] out) {
        for (int i = 0; i < rowCount; i += BLOCK_ROWS) {
            multiplyBlock(rows, rowsOffset, i, rowCount - 1, columns, panel, panelOffset, out);
        }
    }

    @Override
    boolean noneAbove(float[] scores, int offset, float[] thresholds, int thresholdOffset) {
        VectorMask<Float> left = load(scores, offset).compare(VectorOperators.LE, load(thresholds, thresholdOffset));
        VectorMask<Float> right =
                load(scores, offset + LANES).compare(VectorOperators.LE, load(thresholds, thresholdOffset + LANES));
        return left.and(right).allTrue();
    }

    /** Rows {@code first..first+3}; those past {@code last} repeat it, so that every row takes the same path. */
    private static void multiplyBlock(
            float[] rows, int rowsOffset, int first, int last, int columns, float[] panel, int panelOffset, float[] out) {
        int i1 = Math.min(first + 1, last);
        int i2 = Math.min(first + 2, last);
        int i3 = Math.min(first + 3, last);
        int r0 = rowsOffset + first * columns;
        int r1 = rowsOffset + i1 * columns;
        int r2 = rowsOffset + i2 * columns;
        int r3 = rowsOffset + i3 * columns;
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        // the compiler unrolls no loop of this size itself; for an odd number of columns the first step is half a one
        int p = columns & 1;
        if (p == 1) {
            FloatVector x = load(panel, panelOffset);
            FloatVector y = load(panel, panelOffset + LANES);
            a0 = x.mul(rows[r0]);
            b0 = y.mul(rows[r0]);
            a1 = x.mul(rows[r1]);
            b1 = y.mul(rows[r1]);
            a2 = x.mul(rows[r2]);
            b2 = y.mul(rows[r2]);
            a3 = x.mul(rows[r3]);
            b3 = y.mul(rows[r3]);
        }
        for (; p < columns; p += 2) {
            int from = panelOffset + p * PANEL_WIDTH;
            FloatVector x = load(panel, from);
            FloatVector y = load(panel, from + LANES);
            FloatVector f0 = FloatVector.broadcast(FLOATS, rows[r0 + p]);
            a0 = f0.fma(x, a0);
            b0 = f0.fma(y, b0);
            FloatVector f1 = FloatVector.broadcast(FLOATS, rows[r1 + p]);
            a1 = f1.fma(x, a1);
            b1 = f1.fma(y, b1);
            FloatVector f2 = FloatVector.broadcast(FLOATS, rows[r2 + p]);
            a2 = f2.fma(x, a2);
            b2 = f2.fma(y, b2);
            FloatVector f3 = FloatVector.broadcast(FLOATS, rows[r3 + p]);
            a3 = f3.fma(x, a3);
            b3 = f3.fma(y, b3);
            FloatVector nextX = load(panel, from + PANEL_WIDTH);
            FloatVector nextY = load(panel, from + PANEL_WIDTH + LANES);
            FloatVector g0 = FloatVector.broadcast(FLOATS, rows[r0 + p + 1]);
            a0 = g0.fma(nextX, a0);
            b0 = g0.fma(nextY, b0);
            FloatVector g1 = FloatVector.broadcast(FLOATS, rows[r1 + p + 1]);
            a1 = g1.fma(nextX, a1);
            b1 = g1.fma(nextY, b1);
            FloatVector g2 = FloatVector.broadcast(FLOATS, rows[r2 + p + 1]);
            a2 = g2.fma(nextX, a2);
            b2 = g2.fma(nextY, b2);
            FloatVector g3 = FloatVector.broadcast(FLOATS, rows[r3 + p + 1]);
            a3 = g3.fma(nextX, a3);
            b3 = g3.fma(nextY, b3);
        }
        store(a0, b0, out, first);
        store(a1, b1, out, i1);
        store(a2, b2, out, i2);
        store(a3, b3, out, i3);
    }

    private static void store(FloatVector left, FloatVector right, float[] out, int row) {
        left.intoArray(out, row * PANEL_WIDTH);
        right.intoArray(out, row * PANEL_WIDTH + LANES);
    }

    private static FloatVector load(float[] array, int offset) {
        return FloatVector.fromArray(FLOATS, array, offset);
    }

    private static ShortVector widen(byte[] array, int offset) {
        return (ShortVector) ByteVector.fromArray(BYTES, array, offset).convertShape(VectorOperators.B2S, SHORTS, 0);
    }
}
