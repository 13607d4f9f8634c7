package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.core.model.EncoderConfig.Activation;
import io.github.embeddinglab.core.model.ModelModule.DenseActivation;
import io.github.embeddinglab.training.Tensor;

/** The activations of encoders and of Dense modules, on tensors. */
final class Activations {
    private static final double SELU_SCALE = 1.0507009873554805;
    private static final double SELU_ALPHA = 1.6732632423543772;

    private Activations() {}

    static Tensor apply(Activation activation, Tensor x) {
        return switch (activation) {
            case GELU -> x.gelu();
            case GELU_TANH -> x.pow(2).multiply(0.044715).add(1).multiply(x).multiply(Math.sqrt(2 / Math.PI)).tanh().add(1)
                    .multiply(x).multiply(0.5);
            case RELU -> x.relu();
            case SILU -> x.multiply(x.sigmoid());
            case QUICK_GELU -> x.multiply(x.multiply(1.702).sigmoid());
            case MISH -> mish(x);
            case TANH -> x.tanh();
            case SIGMOID -> x.sigmoid();
            case RELU_SQUARED -> x.relu().pow(2);
            case RELU6 -> x.clamp(0, 6);
            case LEAKY_RELU -> leaky(x);
            case LINEAR -> x;
        };
    }

    static Tensor apply(DenseActivation activation, Tensor x) {
        return switch (activation) {
            case IDENTITY -> x;
            case TANH -> x.tanh();
            case RELU -> x.relu();
            case GELU -> x.gelu();
            case SILU -> x.multiply(x.sigmoid());
            case SIGMOID -> x.sigmoid();
            case LEAKY_RELU -> leaky(x);
            case ELU -> belowZero(x).exp().add(-1).add(x.relu());
            case SELU -> belowZero(x).exp().add(-1).multiply(SELU_ALPHA).add(x.relu()).multiply(SELU_SCALE);
            case MISH -> mish(x);
            case SOFTPLUS -> x.softplus();
            case RELU6 -> x.clamp(0, 6);
            case HARDTANH -> x.clamp(-1, 1);
        };
    }

    private static Tensor belowZero(Tensor x) {
        return x.clamp(Double.NEGATIVE_INFINITY, 0);
    }

    private static Tensor leaky(Tensor x) {
        return x.relu().add(belowZero(x).multiply(0.01));
    }

    private static Tensor mish(Tensor x) {
        return x.multiply(x.softplus().tanh());
    }
}
