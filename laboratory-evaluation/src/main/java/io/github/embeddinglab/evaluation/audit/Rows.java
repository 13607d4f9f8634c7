package io.github.embeddinglab.evaluation.audit;

/** Arithmetic of single rows, in double precision. */
final class Rows {
    private Rows() {}

    static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    static double norm(float[] a) {
        return Math.sqrt(dot(a, a));
    }

    /** 0 where one of them is zero. */
    static double cosine(float[] a, float[] b) {
        double norms = norm(a) * norm(b);
        return norms == 0 ? 0 : dot(a, b) / norms;
    }

    static boolean finite(float[] a) {
        for (float value : a) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    static float[] normalized(float[] a) {
        double norm = norm(a);
        float[] unit = new float[a.length];
        for (int i = 0; i < a.length; i++) {
            unit[i] = norm == 0 ? 0 : (float) (a[i] / norm);
        }
        return unit;
    }

    static float[] mean(Iterable<float[]> rows, int columns) {
        double[] sum = new double[columns];
        int count = 0;
        for (float[] row : rows) {
            for (int i = 0; i < columns; i++) {
                sum[i] += row[i];
            }
            count++;
        }
        float[] mean = new float[columns];
        for (int i = 0; i < columns; i++) {
            mean[i] = (float) (sum[i] / Math.max(1, count));
        }
        return mean;
    }

    static float[] minus(float[] a, float[] b) {
        float[] difference = new float[a.length];
        for (int i = 0; i < a.length; i++) {
            difference[i] = a[i] - b[i];
        }
        return difference;
    }

    /** The part of a that is at right angles to the unit vector b. */
    static float[] beside(float[] a, float[] b) {
        double along = dot(a, b);
        float[] rest = new float[a.length];
        for (int i = 0; i < a.length; i++) {
            rest[i] = (float) (a[i] - along * b[i]);
        }
        return rest;
    }
}
