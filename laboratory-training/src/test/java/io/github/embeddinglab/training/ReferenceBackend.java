package io.github.embeddinglab.training;

import io.github.embeddinglab.training.spi.AdamWSettings;
import io.github.embeddinglab.training.spi.Optimizer;
import io.github.embeddinglab.training.spi.ParameterGroup;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** Training in double precision in plain Java: the oracle of gradients and of the optimizer. */
public final class ReferenceBackend implements TrainingBackend {
    @Override
    public String name() {
        return "float64 reference";
    }

    @Override
    public java.util.SortedMap<String, String> facts() {
        return new java.util.TreeMap<>(java.util.Map.of("backend", name()));
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
    public Tensor leaf(Tensor constant) {
        return ReferenceTensor.parameterOf(constant.values(), constant.shape());
    }

    @Override
    public void gather(List<Tensor> parameters, boolean gather) {
        parameters.forEach(parameter -> ((ReferenceTensor) parameter).gather(gather));
    }

    @Override
    public void assign(Tensor parameter, FloatBuffer values) {
        double[] data = ((ReferenceTensor) parameter).data;
        FloatBuffer source = values.duplicate();
        for (int i = 0; i < data.length; i++) {
            data[i] = source.get();
        }
    }

    @Override
    public ByteBuffer bytes(Tensor parameter) {
        float[] floats = parameter.toFloats();
        ByteBuffer out = ByteBuffer.allocate(4 * floats.length).order(ByteOrder.LITTLE_ENDIAN);
        out.asFloatBuffer().put(floats);
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

    @Override
    public Optimizer adamW(List<ParameterGroup> groups, AdamWSettings settings) {
        return new ReferenceAdamW(groups, settings);
    }

    /** The algorithm as the paper writes it, one weight after the other. */
    private static final class ReferenceAdamW implements Optimizer {
        @SuppressWarnings("ArrayRecordComponent")
        private record State(ReferenceTensor parameter, double weightDecay, ReferenceTensor mean, ReferenceTensor squares, int[] steps) {}

        private final List<State> states = new ArrayList<>();
        private final AdamWSettings settings;

        ReferenceAdamW(List<ParameterGroup> groups, AdamWSettings settings) {
            this.settings = settings;
            for (ParameterGroup group : groups) {
                for (Tensor parameter : group.parameters()) {
                    ReferenceTensor own = (ReferenceTensor) parameter;
                    states.add(new State(own, group.weightDecay(), zeros(own), zeros(own), new int[1]));
                }
            }
        }

        private static ReferenceTensor zeros(ReferenceTensor like) {
            return ReferenceTensor.constantOf(new double[like.data.length], like.shape());
        }

        @Override
        public List<Moments> moments() {
            return states.stream().map(state -> new Moments(state.mean, state.squares, state.steps[0])).toList();
        }

        @Override
        public void restore(int parameter, FloatBuffer mean, FloatBuffer squares, int steps) {
            State state = states.get(parameter);
            for (int i = 0; i < state.mean.data.length; i++) {
                state.mean.data[i] = mean.get(mean.position() + i);
                state.squares.data[i] = squares.get(squares.position() + i);
            }
            state.steps[0] = steps;
        }

        @Override
        public void step(double rate) {
            for (State state : states) {
                double[] gradient = state.parameter.gradientArray();
                if (gradient == null) {
                    continue;
                }
                int t = ++state.steps[0];
                for (int i = 0; i < gradient.length; i++) {
                    double g = gradient[i];
                    double m = settings.beta1() * state.mean.data[i] + (1 - settings.beta1()) * g;
                    double v = settings.beta2() * state.squares.data[i] + (1 - settings.beta2()) * g * g;
                    state.mean.data[i] = m;
                    state.squares.data[i] = v;
                    double corrected = m / (1 - Math.pow(settings.beta1(), t));
                    double root = Math.sqrt(v / (1 - Math.pow(settings.beta2(), t))) + settings.epsilon();
                    state.parameter.data[i] -= rate * state.weightDecay * state.parameter.data[i] + rate * corrected / root;
                }
            }
        }
    }

    @Override
    public void close() {}
}
