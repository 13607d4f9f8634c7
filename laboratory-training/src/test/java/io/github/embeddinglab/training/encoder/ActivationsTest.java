package io.github.embeddinglab.training.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.core.model.EncoderConfig.Activation;
import io.github.embeddinglab.core.model.ModelModule.DenseActivation;
import io.github.embeddinglab.training.Backends;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Activations of training against the formulas that inference is checked with, and their derivatives against differences. */
@Tag("unit")
@SuppressWarnings("try") // scopes are closed, not read
class ActivationsTest {
    private static final float[] POINTS = {-7.5f, -3.2f, -1.1f, -0.4f, 0.3f, 0.9f, 2.5f, 5.1f, 8};

    @ParameterizedTest
    @EnumSource(Activation.class)
    void ofEncoders(Activation activation) {
        check(x -> Activations.apply(activation, x), activation::of);
    }

    @ParameterizedTest
    @EnumSource(DenseActivation.class)
    void ofDenseModules(DenseActivation activation) {
        check(x -> Activations.apply(activation, x), activation::of);
    }

    private static void check(UnaryOperator<Tensor> found, DoubleUnaryOperator expected) {
        for (Backends which : Backends.values()) {
            try (TrainingBackend backend = which.open(); TrainingBackend.Scope scope = backend.scope()) {
                Tensor x = backend.parameter(POINTS, POINTS.length);
                Tensor y = found.apply(x);
                y.sum().backward();
                double[] slopes = Objects.requireNonNull(x.gradient()).values();
                double[] values = y.values();
                for (int i = 0; i < POINTS.length; i++) {
                    double wanted = expected.applyAsDouble(POINTS[i]);
                    assertThat(values[i]).as("%s at %s", which, POINTS[i]).isCloseTo(wanted, within(2e-6 * (1 + Math.abs(wanted))));
                    double slope = (expected.applyAsDouble(POINTS[i] + 1e-4) - expected.applyAsDouble(POINTS[i] - 1e-4)) / 2e-4;
                    assertThat(slopes[i]).as("slope, %s at %s", which, POINTS[i]).isCloseTo(slope, within(2e-5 * (1 + Math.abs(slope))));
                }
            }
        }
    }
}
