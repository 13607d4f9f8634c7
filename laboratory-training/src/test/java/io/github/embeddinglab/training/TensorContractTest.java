package io.github.embeddinglab.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.spi.DropoutMask;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation: values and gradients of libtorch against the reference, the reference against finite differences. */
@Tag("unit")
@Tag("jdk")
@SuppressWarnings("try") // scopes are closed, not read
class TensorContractTest {

    /** An operation on inputs of some shapes; normal random numbers go through {@code prepare} first. */
    @SuppressWarnings("ArrayRecordComponent")
    record Operation(String name, DoubleUnaryOperator prepare, Function<List<Tensor>, Tensor> run, int[]... shapes) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Operation on(String name, Function<List<Tensor>, Tensor> run, int[]... shapes) {
        return new Operation(name, x -> x, run, shapes);
    }

    private static Operation positive(String name, Function<List<Tensor>, Tensor> run, int[]... shapes) {
        return new Operation(name, x -> 0.3 + Math.abs(x), run, shapes);
    }

    private static Operation unary(String name, Function<Tensor, Tensor> run) {
        return on(name, in -> run.apply(in.get(0)), s(3, 4));
    }

    private static int[] s(int... shape) {
        return shape;
    }

    static Stream<Operation> operations() {
        Mask mask = Mask.of(new boolean[] {true, false, false, true}, 4);
        return Stream.of(
                on("add", in -> in.get(0).add(in.get(1)), s(2, 3, 4), s(2, 3, 4)),
                on("add, second repeated", in -> in.get(0).add(in.get(1)), s(2, 3, 4), s(4)),
                on("subtract, both repeated", in -> in.get(0).subtract(in.get(1)), s(5, 1), s(1, 3)),
                on("multiply, first repeated", in -> in.get(0).multiply(in.get(1)), s(3, 1), s(2, 3, 4)),
                positive("divide", in -> in.get(0).divide(in.get(1)), s(3, 4), s(3, 1)),
                on("divide by a scalar", in -> in.get(0).divide(in.get(1).exp().sum()), s(3, 4), s(3)),
                unary("add a number", x -> x.add(0.7)),
                unary("multiply by a number", x -> x.multiply(-1.3)),
                unary("negate", Tensor::negate),
                positive("pow", in -> in.get(0).pow(1.7), s(3, 4)),
                unary("square", x -> x.pow(2)),
                unary("exp", Tensor::exp),
                positive("log", in -> in.get(0).log(), s(3, 4)),
                positive("sqrt", in -> in.get(0).sqrt(), s(3, 4)),
                unary("tanh", Tensor::tanh),
                unary("sigmoid", Tensor::sigmoid),
                unary("relu", Tensor::relu),
                unary("gelu", x -> x.multiply(3).gelu()),
                unary("softplus", x -> x.multiply(4).softplus()),
                unary("abs", Tensor::abs),
                unary("clamp", x -> x.clamp(-0.5, 0.8)),
                on("sum along the middle", in -> in.get(0).sum(1), s(2, 3, 4)),
                unary("sum of all", Tensor::sum),
                on("mean along the last", in -> in.get(0).mean(-1), s(2, 3, 4)),
                unary("mean of all", Tensor::mean),
                on("max along the first", in -> in.get(0).max(0), s(4, 3)),
                on("min along the last", in -> in.get(0).min(-1), s(4, 3)),
                unary("softmax", x -> x.softmax(-1)),
                on("softmax of the middle", in -> in.get(0).softmax(1), s(2, 3, 4)),
                unary("logSoftmax", x -> x.multiply(10).logSoftmax(1)),
                unary("logSumExp", x -> x.multiply(10).logSumExp(0)),
                unary("normalise", x -> x.normalise(-1)),
                on("matmul", in -> in.get(0).matmul(in.get(1)), s(3, 4), s(4, 2)),
                on("matmul in batches", in -> in.get(0).matmul(in.get(1)), s(2, 1, 3, 4), s(2, 4, 2)),
                on("linear", in -> in.get(0).linear(in.get(1), in.get(2)), s(2, 3, 4), s(5, 4), s(5)),
                on("linear without bias", in -> in.get(0).linear(in.get(1), null), s(3, 4), s(5, 4)),
                on("layerNorm", in -> in.get(0).layerNorm(in.get(1), in.get(2), 1e-5), s(2, 3, 8), s(8), s(8)),
                on("layerNorm without bias", in -> in.get(0).layerNorm(in.get(1), null, 1e-5), s(3, 8), s(8)),
                on("attention", in -> in.get(0).attention(in.get(1), in.get(2), null), s(2, 2, 3, 4), s(2, 2, 3, 4), s(2, 2, 3, 4)),
                on("attention with learned bias", in -> in.get(0).attention(in.get(1), in.get(2), in.get(3)),
                        s(2, 2, 3, 4), s(2, 2, 3, 4), s(2, 2, 3, 4), s(1, 2, 3, 3)),
                on("transpose", in -> in.get(0).transpose(0, -1), s(2, 3, 4)),
                on("reshape", in -> in.get(0).transpose(0, 1).reshape(2, 6), s(4, 3)),
                on("narrow", in -> in.get(0).narrow(1, 1, 2), s(2, 4, 3)),
                on("rows of a table", in -> in.get(0).rows(3, 0, 3, 1), s(5, 4)),
                on("rows of three axes", in -> in.get(0).rows(1, 1), s(2, 3, 2)),
                on("gather", in -> in.get(0).gather(2, 0, 3), s(3, 4)),
                on("concat", in -> in.get(0).concat(List.of(in.get(1), in.get(0)), 1), s(2, 3), s(2, 2)),
                on("stack", in -> in.get(0).stack(List.of(in.get(1)), 1), s(2, 3), s(2, 3)),
                unary("maskedFill", x -> x.maskedFill(mask, 3)),
                unary("dropout", x -> x.dropout(0.4, 7, -3, 1L << 40)),
                on("split", in -> {
                    List<Tensor> parts = in.get(0).split(-1, 1, 3, 2);
                    return parts.get(2).concat(List.of(parts.get(0).multiply(3), parts.get(1).exp()), -1);
                }, s(2, 6)),
                unary("detach", x -> x.detach().multiply(x)),
                unary("used twice", x -> x.multiply(x).add(x.exp())));
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Outcome(int[] shape, double[] output, double loss, List<double[]> gradients) {}

    private static Outcome run(TrainingBackend backend, Operation operation, List<float[]> inputs, long seed) {
        try (TrainingBackend.Scope scope = backend.scope()) {
            List<Tensor> parameters = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
                parameters.add(backend.parameter(inputs.get(i), operation.shapes[i]));
            }
            Tensor out = operation.run.apply(parameters);
            double[] weights = new Random(seed + 1).doubles(out.values().length, -1, 1).toArray();
            Tensor loss = out.multiply(out.constant(weights, out.shape())).sum();
            loss.backward();
            List<double[]> gradients = new ArrayList<>();
            for (Tensor parameter : parameters) {
                Tensor gradient = parameter.gradient();
                assertThat(gradient).as("gradient of an input of %s", operation).isNotNull();
                gradients.add(gradient == null ? new double[0] : gradient.values());
            }
            return new Outcome(out.shape(), out.values(), loss.item(), gradients);
        }
    }

    private static List<float[]> inputs(Operation operation, long seed) {
        Random random = new Random(seed);
        List<float[]> out = new ArrayList<>();
        for (int[] shape : operation.shapes) {
            float[] values = new float[Strided.count(shape)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) operation.prepare.applyAsDouble(random.nextGaussian());
            }
            out.add(values);
        }
        return out;
    }

    @ParameterizedTest
    @MethodSource("operations")
    void libtorchAgreesWithTheReference(Operation operation) {
        long seed = new Random().nextLong();
        List<float[]> inputs = inputs(operation, seed);
        Outcome expected = run(new ReferenceBackend(), operation, inputs, seed);
        try (TrainingBackend libtorch = Backends.LIBTORCH.open()) {
            Outcome found = run(libtorch, operation, inputs, seed);
            assertThat(found.shape).as("shape, seed %d", seed).isEqualTo(expected.shape);
            close(found.output, expected.output, 1e-5, "values, seed " + seed);
            for (int i = 0; i < inputs.size(); i++) {
                close(found.gradients.get(i), expected.gradients.get(i), 1e-4, "gradient of input " + i + ", seed " + seed);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void theReferenceAgreesWithFiniteDifferences(Operation operation) {
        if (operation.name.equals("detach")) {
            return; // a derivative that is cut on purpose; compared with libtorch above
        }
        long seed = Long.getLong("laboratory.seed", new Random().nextLong());
        List<float[]> inputs = inputs(operation, seed);
        ReferenceBackend reference = new ReferenceBackend();
        Outcome outcome = run(reference, operation, inputs, seed);
        float step = 0x1p-10f;
        int elements = 0;
        int compared = 0;
        for (int i = 0; i < inputs.size(); i++) {
            float[] input = inputs.get(i);
            for (int j = 0; j < input.length; j++) {
                double[] central = new double[2];
                double[] bend = new double[2]; // between the slopes to the right and to the left
                for (int k = 0; k < 2; k++) {
                    float h = k == 0 ? step : step / 2;
                    float before = input[j];
                    input[j] = before + h;
                    double up = run(reference, operation, inputs, seed).loss;
                    double upper = input[j];
                    input[j] = before - h;
                    double down = run(reference, operation, inputs, seed).loss;
                    double lower = input[j];
                    input[j] = before;
                    central[k] = (up - down) / (upper - lower);
                    bend[k] = (up - outcome.loss) / (upper - before) - (outcome.loss - down) / (before - lower);
                }
                double extrapolated = (4 * central[1] - central[0]) / 3;
                double scale = 1 + Math.abs(extrapolated);
                // half the step bends a smooth function half as much, but not one with a kink in between
                boolean smooth = Math.abs(bend[0] - 2 * bend[1]) < 5e-5 * scale && Math.abs(central[0] - central[1]) < 1e-3 * scale;
                elements++;
                compared += smooth ? 1 : 0;
                if (smooth) {
                    assertThat(outcome.gradients.get(i)[j])
                            .as("derivative by element %d of input %d, seed %d", j, i, seed)
                            .isCloseTo(extrapolated, within(1e-4 * scale));
                }
            }
        }
        assertThat(compared).as("elements without a kink nearby, of %d, seed %d", elements, seed).isGreaterThan(elements / 2);
    }

    @ParameterizedTest
    @EnumSource(Backends.class)
    void gradientsAddUpUntilTheyAreCleared(Backends which) {
        try (TrainingBackend backend = which.open(); TrainingBackend.Scope scope = backend.scope()) {
            Tensor x = backend.parameter(new float[] {1, -2, 3}, 3);
            assertThat(x.gradient()).isNull();
            x.multiply(x).sum().backward();
            x.sum().backward();
            assertThat(gradient(x)).containsExactly(3, -3, 7);
            assertThat(backend.clipGradients(List.of(x), Double.POSITIVE_INFINITY)).isCloseTo(Math.sqrt(67), within(1e-5));
            assertThat(gradient(x)).containsExactly(3, -3, 7);
            assertThat(backend.clipGradients(List.of(x), 1)).isCloseTo(Math.sqrt(67), within(1e-5));
            assertThat(backend.clipGradients(List.of(x), 9)).isCloseTo(1, within(1e-5));
            backend.clearGradients(List.of(x));
            assertThat(x.gradient()).isNull();
        }
    }

    private static double[] gradient(Tensor x) {
        Tensor gradient = x.gradient();
        assertThat(gradient).isNotNull();
        return gradient == null ? new double[0] : gradient.values();
    }

    @ParameterizedTest
    @EnumSource(Backends.class)
    void shapesThatDoNotFitAreRefused(Backends which) {
        try (TrainingBackend backend = which.open(); TrainingBackend.Scope scope = backend.scope()) {
            Tensor x = backend.parameter(new float[6], 2, 3);
            assertThatThrownBy(() -> x.add(backend.constant(new float[2], 2))).isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> x.matmul(x)).isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> x.reshape(5)).isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> x.narrow(1, 2, 2)).isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> x.rows(2)).isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> x.exp().backward()).isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> backend.constant(new float[5], 2, 3)).isInstanceOf(InvalidInputException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Backends.class)
    void parametersOutliveScopes(Backends which) {
        try (TrainingBackend backend = which.open()) {
            Tensor x;
            try (TrainingBackend.Scope scope = backend.scope()) {
                x = backend.parameter(new float[] {1, 2}, 2);
                x.sum().backward();
            }
            for (int i = 0; i < 100; i++) {
                try (TrainingBackend.Scope scope = backend.scope()) {
                    x.multiply(2).sum().backward();
                }
            }
            try (TrainingBackend.Scope scope = backend.scope()) {
                assertThat(x.values()).containsExactly(1, 2);
                assertThat(gradient(x)).containsExactly(201, 201);
            }
        }
    }

    static void close(double[] found, double[] expected, double tolerance, String what) {
        assertThat(found).as(what).hasSameSizeAs(expected);
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as("%s, element %d", what, i).isCloseTo(expected[i], within(tolerance * (0.1 * largest + Math.abs(expected[i])) + 1e-7));
        }
    }

    @Test
    void aStreamOfMasksGoesOnWhereItIsEntered() {
        long chance = System.nanoTime();
        SplittableRandom random = new SplittableRandom(chance);
        DropoutMask mask = DropoutMask.of(0.3);
        for (int round = 0; round < 20; round++) {
            long seed = random.nextLong();
            int passed = random.nextInt(10_000);
            float[] all = mask.factors(seed, passed + 5_000);
            assertThat(mask.factors(DropoutMask.later(seed, passed), 5_000))
                    .as("seed %d, %d passed over, chance %d", seed, passed, chance)
                    .containsExactly(Arrays.copyOfRange(all, passed, all.length))
                    .contains(0f);
        }
    }
}
