package io.github.embeddinglab.training.libtorch;

import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.spi.AdamWSettings;
import io.github.embeddinglab.training.spi.Optimizer;
import io.github.embeddinglab.training.spi.ParameterGroup;
import io.github.embeddinglab.training.spi.TrainingBackend.Scope;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/**
 * AdamW with torch's order of operations: the decay first and by itself, both means corrected for their start at zero, epsilon
 * added after the correction.
 */
@SuppressWarnings("try") // scopes are closed, not read
final class LibtorchAdamW implements Optimizer {
    private final LibtorchBackend backend;
    private final AdamWSettings settings;
    private final List<State> states = new ArrayList<>();

    LibtorchAdamW(LibtorchBackend backend, List<ParameterGroup> groups, AdamWSettings settings) {
        this.backend = backend;
        this.settings = settings;
        for (ParameterGroup group : groups) {
            for (Tensor parameter : group.parameters()) {
                states.add(new State(backend, LibtorchTensor.of(parameter), group.weightDecay()));
            }
        }
    }

    @Override
    public void step(double learningRate) {
        try (Scope all = backend.withoutGradients()) {
            for (State state : states) {
                try (PointerScope one = new PointerScope()) {
                    state.step(settings, learningRate);
                }
            }
        }
    }

    @Override
    public List<Moments> moments() {
        return states.stream()
                .map(state -> new Moments(
                        LibtorchTensor.parameter(backend, state.mean), LibtorchTensor.parameter(backend, state.squares), state.steps))
                .toList();
    }

    @Override
    public void restore(int parameter, FloatBuffer mean, FloatBuffer squares, int steps) {
        State state = states.get(parameter);
        backend.assign(LibtorchTensor.parameter(backend, state.mean), mean);
        backend.assign(LibtorchTensor.parameter(backend, state.squares), squares);
        state.steps = steps;
    }

    private static final class State {
        private final org.bytedeco.pytorch.Tensor parameter;
        private final org.bytedeco.pytorch.Tensor mean;
        private final org.bytedeco.pytorch.Tensor squares;
        private final double weightDecay;
        private int steps;

        State(LibtorchBackend backend, org.bytedeco.pytorch.Tensor parameter, double weightDecay) {
            this.parameter = parameter;
            this.weightDecay = weightDecay;
            try (Scope scope = backend.withoutGradients()) {
                mean = backend.own(torch.zeros_like(parameter));
                squares = backend.own(torch.zeros_like(parameter));
            }
        }

        void step(AdamWSettings settings, double learningRate) {
            org.bytedeco.pytorch.Tensor gradient = parameter.grad();
            if (!gradient.defined()) {
                return;
            }
            steps++;
            parameter.mul_(new Scalar(1 - learningRate * weightDecay));
            mean.lerp_(gradient, new Scalar(1 - settings.beta1()));
            squares.mul_(new Scalar(settings.beta2())).addcmul_(gradient, gradient, new Scalar(1 - settings.beta2()));
            double meanCorrection = 1 - Math.pow(settings.beta1(), steps);
            double squareCorrection = 1 - Math.pow(settings.beta2(), steps);
            org.bytedeco.pytorch.Tensor denominator =
                    squares.sqrt().div_(new Scalar(Math.sqrt(squareCorrection))).add_(new Scalar(settings.epsilon()));
            parameter.addcdiv_(mean, denominator, new Scalar(-learningRate / meanCorrection));
        }
    }
}
