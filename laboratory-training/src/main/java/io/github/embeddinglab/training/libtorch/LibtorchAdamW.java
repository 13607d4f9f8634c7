package io.github.embeddinglab.training.libtorch;

import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.spi.AdamWSettings;
import io.github.embeddinglab.training.spi.Optimizer;
import io.github.embeddinglab.training.spi.ParameterGroup;
import io.github.embeddinglab.training.spi.TrainingBackend.Scope;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;

/**
 * AdamW by libtorch's operator that passes once over weights, gradient and moments; composed of single operations it reads and writes
 * them several times, for five times the time. The decay comes first and by itself, both means are corrected for their start at zero,
 * epsilon is added after the correction.
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
        try (Scope all = backend.withoutGradients()) { // casts of the weights as they were are forgotten
            List<State> moved = states.stream().filter(state -> state.parameter.grad().defined()).toList();
            backend.inShares(moved, state -> state.parameter.numel(), share -> share.stream()
                    .collect(Collectors.groupingBy(state -> state.weightDecay))
                    .forEach((weightDecay, alike) -> step(alike, learningRate, weightDecay)));
        }
    }

    private void step(List<State> moved, double learningRate, double weightDecay) {
        moved.forEach(State::count);
        // the bindings have no function for it
        Dispatcher.realSingleton().findSchemaOrThrow("aten::_fused_adamw_", "").callBoxed(new IValueVector(
                tensors(moved, state -> state.parameter),
                tensors(moved, state -> state.parameter.grad()),
                tensors(moved, state -> state.mean),
                tensors(moved, state -> state.squares),
                tensors(List.of(), state -> state.squares), // of the form with the largest squares, AMSGrad
                tensors(moved, state -> state.counted),
                new IValue(learningRate),
                new IValue(settings.beta1()),
                new IValue(settings.beta2()),
                new IValue(weightDecay),
                new IValue(settings.epsilon()),
                new IValue(false), // AMSGrad
                new IValue(false), // maximise
                new IValue(), // no scale of gradients
                new IValue()));
    }

    private static IValue tensors(List<State> states, Function<State, org.bytedeco.pytorch.Tensor> of) {
        GenericList list = new GenericList(new Type.TypePtr(TensorType.get()));
        states.forEach(state -> list.push_back(new IValue(of.apply(state))));
        return new IValue(list);
    }

    @Override
    public List<Moments> moments() {
        return states.stream()
                .map(state -> new Moments(
                        new LibtorchTensor(backend, state.mean), new LibtorchTensor(backend, state.squares), state.steps))
                .toList();
    }

    @Override
    public void restore(int parameter, FloatBuffer mean, FloatBuffer squares, int steps) {
        State state = states.get(parameter);
        backend.assign(new LibtorchTensor(backend, state.mean), mean);
        backend.assign(new LibtorchTensor(backend, state.squares), squares);
        state.steps = steps;
    }

    private static final class State {
        private final org.bytedeco.pytorch.Tensor parameter;
        private final org.bytedeco.pytorch.Tensor mean;
        private final org.bytedeco.pytorch.Tensor squares;
        /** The steps, as the operator reads them. */
        private final org.bytedeco.pytorch.Tensor counted;
        private final double weightDecay;
        private int steps;

        State(LibtorchBackend backend, org.bytedeco.pytorch.Tensor parameter, double weightDecay) {
            this.parameter = parameter;
            this.weightDecay = weightDecay;
            try (Scope scope = backend.withoutGradients()) {
                mean = backend.own(torch.zeros_like(parameter));
                squares = backend.own(torch.zeros_like(parameter));
                counted = backend.own(backend.placed(torch.zeros(new long[0])));
            }
        }

        void count() {
            steps++;
            counted.fill_(new Scalar((double) steps));
        }
    }
}
