package io.github.embeddinglab.vectors;

import java.util.Arrays;

/**
 * The kernel in plain Java, for a JVM without the vector module.
 *
 * <p>Sums use several independent accumulators, because one chain of additions waits four cycles for each element. The panel
 * product is written so that the JIT compiler turns its inner loop into vector instructions by itself.
 */
final class PlainKernel extends VectorKernel {
    /** Long inner loops: the compiler's vector loop needs a scalar run-up and run-out on either side. */
    private static final int PANEL_WIDTH = 256;

    private final String description;

    PlainKernel(String description) {
        this.description = description;
    }

    @Override
    public String name() {
        return "plain";
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public boolean usesVectorApi() {
        return false;
    }

    @Override
    float uncheckedDot(float[] a, int aOffset, float[] b, int bOffset, int length) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float s4 = 0;
        float s5 = 0;
        float s6 = 0;
        float s7 = 0;
        int i = 0;
        for (; i < length - 7; i += 8) {
            s0 += a[aOffset + i] * b[bOffset + i];
            s1 += a[aOffset + i + 1] * b[bOffset + i + 1];
            s2 += a[aOffset + i + 2] * b[bOffset + i + 2];
            s3 += a[aOffset + i + 3] * b[bOffset + i + 3];
            s4 += a[aOffset + i + 4] * b[bOffset + i + 4];
            s5 += a[aOffset + i + 5] * b[bOffset + i + 5];
            s6 += a[aOffset + i + 6] * b[bOffset + i + 6];
            s7 += a[aOffset + i + 7] * b[bOffset + i + 7];
        }
        float sum = ((s0 + s4) + (s1 + s5)) + ((s2 + s6) + (s3 + s7));
        for (; i < length; i++) {
            sum += a[aOffset + i] * b[bOffset + i];
        }
        return sum;
    }

    @Override
    float uncheckedSquaredDistance(float[] a, int aOffset, float[] b, int bOffset, int length) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float s4 = 0;
        float s5 = 0;
        float s6 = 0;
        float s7 = 0;
        int i = 0;
        for (; i < length - 7; i += 8) {
            float d0 = a[aOffset + i] - b[bOffset + i];
            float d1 = a[aOffset + i + 1] - b[bOffset + i + 1];
            float d2 = a[aOffset + i + 2] - b[bOffset + i + 2];
            float d3 = a[aOffset + i + 3] - b[bOffset + i + 3];
            float d4 = a[aOffset + i + 4] - b[bOffset + i + 4];
            float d5 = a[aOffset + i + 5] - b[bOffset + i + 5];
            float d6 = a[aOffset + i + 6] - b[bOffset + i + 6];
            float d7 = a[aOffset + i + 7] - b[bOffset + i + 7];
            s0 += d0 * d0;
            s1 += d1 * d1;
            s2 += d2 * d2;
            s3 += d3 * d3;
            s4 += d4 * d4;
            s5 += d5 * d5;
            s6 += d6 * d6;
            s7 += d7 * d7;
        }
        float sum = ((s0 + s4) + (s1 + s5)) + ((s2 + s6) + (s3 + s7));
        for (; i < length; i++) {
            float d = a[aOffset + i] - b[bOffset + i];
            sum += d * d;
        }
        return sum;
    }

    @Override
    float uncheckedCosine(float[] a, int aOffset, float[] b, int bOffset, int length) {
        // three passes over two arrays that the first pass brought into the nearest cache
        return cosineOfSums(
                uncheckedDot(a, aOffset, b, bOffset, length),
                uncheckedDot(a, aOffset, a, aOffset, length),
                uncheckedDot(b, bOffset, b, bOffset, length));
    }

    @Override
    int uncheckedDot7Bit(byte[] a, int aOffset, byte[] b, int bOffset, int length) {
        return uncheckedDotInt8(a, aOffset, b, bOffset, length);
    }

    @Override
    int uncheckedDotInt8(byte[] a, int aOffset, byte[] b, int bOffset, int length) {
        int s0 = 0;
        int s1 = 0;
        int s2 = 0;
        int s3 = 0;
        int i = 0;
        for (; i < length - 3; i += 4) {
            s0 += a[aOffset + i] * b[bOffset + i];
            s1 += a[aOffset + i + 1] * b[bOffset + i + 1];
            s2 += a[aOffset + i + 2] * b[bOffset + i + 2];
            s3 += a[aOffset + i + 3] * b[bOffset + i + 3];
        }
        for (; i < length; i++) {
            s0 += a[aOffset + i] * b[bOffset + i];
        }
        return s0 + s1 + s2 + s3;
    }

    @Override
    int panelWidth() {
        return PANEL_WIDTH;
    }

    @Override
    void multiplyPanel(
            float[] rows, int rowsOffset, int rowCount, int columns, float[] panel, int panelOffset, float[] out) {
        Arrays.fill(out, 0, rowCount * PANEL_WIDTH, 0f);
        // The compiler vectorises a loop over several arrays only where all of them use the same index, hence the copies;
        // they are paid once for all rows of the block.
        float[] t0 = new float[PANEL_WIDTH];
        float[] t1 = new float[PANEL_WIDTH];
        float[] t2 = new float[PANEL_WIDTH];
        float[] t3 = new float[PANEL_WIDTH];
        float[] t4 = new float[PANEL_WIDTH];
        float[] t5 = new float[PANEL_WIDTH];
        float[] t6 = new float[PANEL_WIDTH];
        float[] t7 = new float[PANEL_WIDTH];
        float[] sum = new float[PANEL_WIDTH];
        float[] x = new float[8];
        for (int p = 0; p < columns; p += 8) {
            int steps = Math.min(8, columns - p);
            int from = panelOffset + p * PANEL_WIDTH;
            System.arraycopy(panel, from, t0, 0, PANEL_WIDTH);
            copyOrClear(panel, from, 1, steps, t1);
            copyOrClear(panel, from, 2, steps, t2);
            copyOrClear(panel, from, 3, steps, t3);
            copyOrClear(panel, from, 4, steps, t4);
            copyOrClear(panel, from, 5, steps, t5);
            copyOrClear(panel, from, 6, steps, t6);
            copyOrClear(panel, from, 7, steps, t7);
            for (int i = 0; i < rowCount; i++) {
                System.arraycopy(rows, rowsOffset + i * columns + p, x, 0, steps);
                Arrays.fill(x, steps, 8, 0f);
                System.arraycopy(out, i * PANEL_WIDTH, sum, 0, PANEL_WIDTH);
                addFour(x[0], x[1], x[2], x[3], t0, t1, t2, t3, sum);
                if (steps > 4) {
                    addFour(x[4], x[5], x[6], x[7], t4, t5, t6, t7, sum);
                }
                System.arraycopy(sum, 0, out, i * PANEL_WIDTH, PANEL_WIDTH);
            }
        }
    }

    private static void copyOrClear(float[] panel, int from, int step, int steps, float[] to) {
        if (step < steps) {
            System.arraycopy(panel, from + step * PANEL_WIDTH, to, 0, PANEL_WIDTH);
        } else {
            Arrays.fill(to, 0f);
        }
    }

    private static void addFour(
            float x0, float x1, float x2, float x3, float[] t0, float[] t1, float[] t2, float[] t3, float[] sum) {
        for (int j = 0; j < PANEL_WIDTH; j++) {
            sum[j] = (((sum[j] + x0 * t0[j]) + x1 * t1[j]) + x2 * t2[j]) + x3 * t3[j];
        }
    }
}
