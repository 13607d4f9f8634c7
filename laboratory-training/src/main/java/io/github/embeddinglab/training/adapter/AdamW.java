package io.github.embeddinglab.training.adapter;

/** AdamW (Loshchilov and Hutter 2019) as torch has it: epsilon after the bias correction, decay before the step. */
final class AdamW {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final double weightDecay;
    private final double[] means;
    private final double[] squares;
    private int steps;

    AdamW(int size, double weightDecay) {
        this.weightDecay = weightDecay;
        means = new double[size];
        squares = new double[size];
    }

    /** Changes values in place. */
    void step(float[] values, float[] gradient, double rate) {
        steps++;
        double correction1 = 1 - Math.pow(BETA1, steps);
        double correction2 = Math.sqrt(1 - Math.pow(BETA2, steps));
        for (int i = 0; i < values.length; i++) {
            double g = gradient[i];
            means[i] = BETA1 * means[i] + (1 - BETA1) * g;
            squares[i] = BETA2 * squares[i] + (1 - BETA2) * g * g;
            double decayed = values[i] * (1 - rate * weightDecay);
            values[i] = (float) (decayed
                    - rate / correction1 * means[i] / (Math.sqrt(squares[i]) / correction2 + EPSILON));
        }
    }
}
