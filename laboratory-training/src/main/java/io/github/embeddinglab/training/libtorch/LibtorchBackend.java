package io.github.embeddinglab.training.libtorch;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.MissingArtifactException;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.spi.AdamWSettings;
import io.github.embeddinglab.training.spi.Optimizer;
import io.github.embeddinglab.training.spi.ParameterGroup;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas_full;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/**
 * Training on libtorch, single precision, on the CPU.
 *
 * <p>The number of threads is a setting of the whole process: libtorch and OpenBLAS keep their own counts, both are set, and
 * the last backend opened decides. JavaCPP unpacks the natives (435 MB) once into the folder that the system property
 * {@code org.bytedeco.javacpp.cachedir} names, {@code ~/.javacpp/cache} without it.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
@SuppressWarnings("try") // scopes are closed, not read
public final class LibtorchBackend implements TrainingBackend {
    private final List<org.bytedeco.pytorch.Tensor> owned = new ArrayList<>();
    private boolean closed;

    private LibtorchBackend() {}

    /**
     * Loads the natives and sets the threads.
     *
     * @param threads at least 1
     * @return the backend; close it
     * @throws MissingArtifactException when the class path has no natives for this platform
     * @throws InvalidInputException when {@code threads} is below 1, or libtorch does not take the number
     */
    public static LibtorchBackend open(int threads) {
        if (threads < 1) {
            throw new InvalidInputException("training on " + threads + " threads; give at least 1");
        }
        try {
            Loader.load(openblas_full.class);
            Loader.load(torch.class);
        } catch (LinkageError e) {
            throw new MissingArtifactException("libtorch for " + Loader.getPlatform() + " is not on the class path ("
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse("") + "); add org.bytedeco:pytorch and org.bytedeco:openblas "
                    + "with the classifier linux-x86_64, linux-arm64, macosx-arm64 or windows-x86_64 that fits");
        }
        torch.set_num_threads(threads);
        openblas_full.openblas_set_num_threads(threads);
        if (torch.get_num_threads() != threads || openblas_full.openblas_get_num_threads() != threads) {
            throw new InvalidInputException("asked for " + threads + " threads, libtorch runs " + torch.get_num_threads() + " and OpenBLAS "
                    + openblas_full.openblas_get_num_threads() + "; ask for fewer");
        }
        return new LibtorchBackend();
    }

    @Override
    public String name() {
        return "libtorch";
    }

    @Override
    public Scope scope() {
        PointerScope scope = new PointerScope();
        return scope::close;
    }

    @Override
    public Scope withoutGradients() {
        PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard();
        return () -> {
            guard.close();
            scope.close();
        };
    }

    @Override
    public Tensor constant(float[] values, int... shape) {
        return LibtorchTensor.create(values, checked(values, shape));
    }

    @Override
    public Tensor parameter(float[] values, int... shape) {
        try (PointerScope scope = new PointerScope()) {
            org.bytedeco.pytorch.Tensor value = own(LibtorchTensor.create(values, checked(values, shape)).value());
            value.set_requires_grad(true);
            return new LibtorchTensor(value);
        }
    }

    /** Keeps a tensor beyond its scope, until the backend closes. */
    org.bytedeco.pytorch.Tensor own(org.bytedeco.pytorch.Tensor value) {
        if (closed) {
            throw new InvalidInputException("the training backend is closed; open another");
        }
        value.retainReference();
        owned.add(value);
        return value;
    }

    private static int[] checked(float[] values, int... shape) {
        long n = 1;
        for (int extent : shape) {
            n *= extent;
        }
        if (n != values.length) {
            throw new InvalidInputException(values.length + " values cannot have the shape " + java.util.Arrays.toString(shape)
                    + "; give one value an element");
        }
        return shape;
    }

    @Override
    public void clearGradients(List<Tensor> parameters) {
        try (PointerScope scope = new PointerScope()) {
            parameters.forEach(parameter -> LibtorchTensor.of(parameter).mutable_grad().reset());
        }
    }

    @Override
    public double clipGradients(List<Tensor> parameters, double maxNorm) {
        if (!(maxNorm > 0)) {
            throw new InvalidInputException("gradient norm limited to " + maxNorm + "; give a number above 0, or infinity for no limit");
        }
        try (Scope scope = withoutGradients()) {
            List<org.bytedeco.pytorch.Tensor> gradients = parameters.stream()
                    .map(parameter -> LibtorchTensor.of(parameter).grad())
                    .filter(org.bytedeco.pytorch.Tensor::defined)
                    .toList();
            double squares = 0;
            for (org.bytedeco.pytorch.Tensor gradient : gradients) {
                double norm = torch.norm(gradient).item_float();
                squares += norm * norm;
            }
            double total = Math.sqrt(squares);
            double scale = maxNorm / (total + 1e-6);
            if (scale < 1) {
                gradients.forEach(gradient -> gradient.mul_(new Scalar(scale)));
            }
            return total;
        }
    }

    @Override
    public Optimizer adamW(List<ParameterGroup> groups, AdamWSettings settings) {
        return new LibtorchAdamW(this, groups, settings);
    }

    @Override
    public void close() {
        closed = true;
        owned.forEach(org.bytedeco.pytorch.Tensor::releaseReference);
        owned.clear();
    }
}
