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

    private static final int STEPS = 16;

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
        // The compiler vectorises a loop over several arrays only where all of them use the same index and one is written,
        // hence the copies; those of the panel are paid once for all rows of the block.
        float[][] panelRows = new float[STEPS][PANEL_WIDTH];
        float[] sum = new float[PANEL_WIDTH];
        float[] factors = new float[STEPS];
        for (int p = 0; p < columns; p += STEPS) {
            int steps = Math.min(STEPS, columns - p);
            for (int s = 0; s < STEPS; s++) {
                if (s < steps) {
                    System.arraycopy(panel, panelOffset + (p + s) * PANEL_WIDTH, panelRows[s], 0, PANEL_WIDTH);
                } else {
                    Arrays.fill(panelRows[s], 0f);
                }
            }
            Arrays.fill(factors, 0f);
            for (int i = 0; i < rowCount; i++) {
                System.arraycopy(rows, rowsOffset + i * columns + p, factors, 0, steps);
                System.arraycopy(out, i * PANEL_WIDTH, sum, 0, PANEL_WIDTH);
                addProducts(factors, panelRows, sum);
                System.arraycopy(sum, 0, out, i * PANEL_WIDTH, PANEL_WIDTH);
            }
        }
    }

    /** {@code sum[j] += sum over s of x[s] * panelRows[s][j]}; too long to be inlined, which would undo the vector loop. */
    private static void addProducts(float[] x, float[][] panelRows, float[] sum) {
        float[] t0 = panelRows[0];
        float[] t1 = panelRows[1];
        float[] t2 = panelRows[2];
        float[] t3 = panelRows[3];
        float[] t4 = panelRows[4];
        float[] t5 = panelRows[5];
        float[] t6 = panelRows[6];
        float[] t7 = panelRows[7];
        float[] t8 = panelRows[8];
        float[] t9 = panelRows[9];
        float[] t10 = panelRows[10];
        float[] t11 = panelRows[11];
        float[] t12 = panelRows[12];
        float[] t13 = panelRows[13];
        float[] t14 = panelRows[14];
        float[] t15 = panelRows[15];
        float x0 = x[0];
        float x1 = x[1];
        float x2 = x[2];
        float x3 = x[3];
        float x4 = x[4];
        float x5 = x[5];
        float x6 = x[6];
        float x7 = x[7];
        float x8 = x[8];
        float x9 = x[9];
        float x10 = x[10];
        float x11 = x[11];
        float x12 = x[12];
        float x13 = x[13];
        float x14 = x[14];
        float x15 = x[15];
        for (int j = 0; j < PANEL_WIDTH; j++) {
            sum[j] = (((sum[j] + x0 * t0[j]) + x1 * t1[j]) + x2 * t2[j]) + x3 * t3[j];
        }
        for (int j = 0; j < PANEL_WIDTH; j++) {
            sum[j] = (((sum[j] + x4 * t4[j]) + x5 * t5[j]) + x6 * t6[j]) + x7 * t7[j];
        }
        for (int j = 0; j < PANEL_WIDTH; j++) {
            sum[j] = (((sum[j] + x8 * t8[j]) + x9 * t9[j]) + x10 * t10[j]) + x11 * t11[j];
        }
        for (int j = 0; j < PANEL_WIDTH; j++) {
            sum[j] = (((sum[j] + x12 * t12[j]) + x13 * t13[j]) + x14 * t14[j]) + x15 * t15[j];
        }
    }
}
