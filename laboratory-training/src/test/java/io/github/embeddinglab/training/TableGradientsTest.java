package io.github.embeddinglab.training;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.training.libtorch.LibtorchBackend;
import io.github.embeddinglab.training.spi.AdamWSettings;
import io.github.embeddinglab.training.spi.Optimizer;
import io.github.embeddinglab.training.spi.ParameterGroup;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A few rows of a large table are trained as if the whole table were: by the float64 backend, which gathers a dense gradient. */
@Tag("unit")
@SuppressWarnings("try") // scopes are closed, not read
class TableGradientsTest {
    /** More elements than are worth sharing between threads. */
    private static final int ROWS = 6000;
    private static final int WIDTH = 48;
    private static final int STEPS = 2;

    /** What steps of two passes came to, in the end and by step. */
    private record Course(List<double[]> gradients, List<double[]> weights, List<Double> norms) {}

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "1, true", "2, true"})
    void rowsAreTrainedAsTheWholeTable(int threads, boolean tied) {
        Backends.LIBTORCH.open().close(); // skips without natives
        Course wanted;
        try (TrainingBackend reference = Backends.REFERENCE.open()) {
            wanted = course(reference, tied);
        }
        try (TrainingBackend libtorch = LibtorchBackend.open(threads)) {
            Course course = course(libtorch, tied);
            for (int step = 0; step < STEPS; step++) {
                assertThat(course.norms().get(step)).isCloseTo(wanted.norms().get(step), within(1e-5 * wanted.norms().get(step)));
                near(course.gradients().get(step), wanted.gradients().get(step), "gradient of step " + step);
            }
            near(course.weights().get(0), wanted.weights().get(0), "table");
            near(course.weights().get(1), wanted.weights().get(1), "bias");
        }
    }

    private static void near(double[] values, double[] wanted, String what) {
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < wanted.length; i++) {
            largest = Math.max(largest, Math.abs(wanted[i]));
            worst = Math.max(worst, Math.abs(values[i] - wanted[i]));
        }
        assertThat(largest).as(what).isPositive();
        assertThat(worst).as(what).isLessThan(2e-5 * largest);
    }

    private static Course course(TrainingBackend backend, boolean tied) {
        SplittableRandom random = new SplittableRandom(7);
        float[] values = new float[ROWS * WIDTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        Tensor table = backend.parameter(values, ROWS, WIDTH);
        Tensor bias = backend.parameter(new float[WIDTH], WIDTH);
        List<Tensor> parameters = List.of(table, bias);
        Optimizer optimizer = backend.adamW(
                List.of(new ParameterGroup(List.of(table), 0.01), new ParameterGroup(List.of(bias), 0)), AdamWSettings.STANDARD);
        List<double[]> gradients = new ArrayList<>();
        List<Double> norms = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            try (TrainingBackend.Scope scope = backend.scope()) {
                backend.clearGradients(parameters);
                List<Supplier<List<Tensor>>> passes = new ArrayList<>();
                for (int pass = 0; pass < 2; pass++) {
                    int[] first = random.ints(15, 0, 40).toArray(); // some rows several times, and in both passes
                    int[] second = random.ints(15, 30, ROWS).toArray();
                    passes.add(() -> {
                        try (TrainingBackend.Scope within = backend.scope()) {
                            Tensor found = table.rows(first).multiply(table.rows(second).add(bias)).sigmoid();
                            Tensor loss = found.multiply(found).sum();
                            (tied ? loss.add(found.matmul(table.transpose(0, 1)).tanh().mean()) : loss).backward();
                        }
                        return List.of();
                    });
                }
                backend.together(passes);
                norms.add(backend.clipGradients(parameters, 5));
                gradients.add(requireNonNull(table.gradient()).values());
                optimizer.step(1e-2);
            }
        }
        return new Course(gradients, List.of(table.values(), bias.values()), norms);
    }

    @Test
    void aTableThatIsNotLookedUpStaysAsItIs() {
        try (TrainingBackend backend = Backends.LIBTORCH.open()) {
            Tensor table = backend.parameter(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 8, 1);
            Tensor other = backend.parameter(new float[] {3}, 1, 1);
            Optimizer optimizer = backend.adamW(List.of(new ParameterGroup(List.of(table, other), 0.01)), AdamWSettings.STANDARD);
            for (boolean looks : new boolean[] {true, false}) {
                try (TrainingBackend.Scope scope = backend.scope()) {
                    backend.clearGradients(List.of(table, other));
                    (looks ? other.multiply(table.rows(2)) : other).sum().backward();
                    double[] before = table.values();
                    optimizer.step(1e-2);
                    if (looks) {
                        assertThat(table.values()).isNotEqualTo(before);
                    } else {
                        assertThat(table.gradient()).isNull();
                        assertThat(table.values()).isEqualTo(before);
                    }
                }
            }
        }
    }
}
