package io.github.embeddinglab.training;

import io.github.embeddinglab.training.spi.AdamWSettings;
import io.github.embeddinglab.training.spi.Optimizer;
import io.github.embeddinglab.training.spi.ParameterGroup;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.ArrayList;
import java.util.List;

/** Training in double precision in plain Java: the oracle of gradients and of the optimizer. */
public final class ReferenceBackend implements TrainingBackend {
    @Override
    public String name() {
        return "float64 reference";
    }

    @Override
    public Scope scope() {
        return () -> {};
    }

    @Override
    public Scope withoutGradients() {
        return () -> {};
    }

    @Override
    public Tensor constant(float[] values, int... shape) {
        return ReferenceTensor.constantOf(doubles(values), shape);
    }

    @Override
    public Tensor parameter(float[] values, int... shape) {
        return ReferenceTensor.parameterOf(doubles(values), shape);
    }

    private static double[] doubles(float... values) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i];
        }
        return out;
    }

    @Override
    public void clearGradients(List<Tensor> parameters) {
        parameters.forEach(parameter -> ((ReferenceTensor) parameter).clearGradient());
    }

    @Override
    public double clipGradients(List<Tensor> parameters, double maxNorm) {
        double squares = 0;
        List<double[]> gradients = new ArrayList<>();
        for (Tensor parameter : parameters) {
            double[] gradient = ((ReferenceTensor) parameter).gradientArray();
            if (gradient != null) {
                gradients.add(gradient);
                for (double g : gradient) {
                    squares += g * g;
                }
            }
        }
        double scale = Math.min(1, maxNorm / (Math.sqrt(squares) + 1e-6));
        for (double[] gradient : gradients) {
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] *= scale;
            }
        }
        return Math.sqrt(squares);
    }

    /** The algorithm as the paper writes it, one weight after the other. */
    @Override
    public Optimizer adamW(List<ParameterGroup> groups, AdamWSettings settings) {
        @SuppressWarnings("ArrayRecordComponent")
        record State(ReferenceTensor parameter, double weightDecay, double[] mean, double[] squares, int[] steps) {}
        List<State> states = new ArrayList<>();
        for (ParameterGroup group : groups) {
            for (Tensor parameter : group.parameters()) {
                ReferenceTensor own = (ReferenceTensor) parameter;
                states.add(new State(own, group.weightDecay(), new double[own.data.length], new double[own.data.length], new int[1]));
            }
        }
        return rate -> {
            for (State state : states) {
                double[] gradient = state.parameter.gradientArray();
                if (gradient == null) {
                    continue;
                }
                int t = ++state.steps[0];
                for (int i = 0; i < gradient.length; i++) {
                    double g = gradient[i];
                    double m = settings.beta1() * state.mean[i] + (1 - settings.beta1()) * g;
                    double v = settings.beta2() * state.squares[i] + (1 - settings.beta2()) * g * g;
                    state.mean[i] = m;
                    state.squares[i] = v;
                    double corrected = m / (1 - Math.pow(settings.beta1(), t));
                    double root = Math.sqrt(v / (1 - Math.pow(settings.beta2(), t))) + settings.epsilon();
                    state.parameter.data[i] -= rate * state.weightDecay * state.parameter.data[i] + rate * corrected / root;
                }
            }
        };
    }

    @Override
    public void close() {}
}
