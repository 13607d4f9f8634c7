package io.github.embeddinglab.training.libtorch;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.MissingArtifactException;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.spi.AdamWSettings;
import io.github.embeddinglab.training.spi.Optimizer;
import io.github.embeddinglab.training.spi.ParameterGroup;
import io.github.embeddinglab.training.spi.Precision;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.io.IOException;
import java.net.MalformedURLException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas_full;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/**
 * Training on libtorch, on the CPU or, with its natives for GPUs, on an Nvidia GPU (which no test has run on yet).
 *
 * <p>In bfloat16 attention runs as plain products: the fused kernel takes an order of magnitude longer there.
 *
 * <p>The number of threads is a setting of the whole process: libtorch and OpenBLAS keep their own counts, both are set, and
 * the last backend opened decides. JavaCPP unpacks the natives (435 MB) once into the folder that the system property
 * {@code org.bytedeco.javacpp.cachedir} names, {@code ~/.javacpp/cache} without it ({@link LibtorchNatives}).
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
@SuppressWarnings("try") // scopes are closed, not read
public final class LibtorchBackend implements TrainingBackend {
    /** CPU time is told in steps of some milliseconds. */
    private static final long MEASURED_NANOS = 100_000_000;

    private final List<org.bytedeco.pytorch.Tensor> owned = new ArrayList<>();
    private final ParameterView view = new ParameterView(false);
    private final Lanes lanes;
    private final boolean gpu;
    private boolean closed;

    /** Where tensors lie. */
    public enum Device {
        /** On an Nvidia GPU where the loaded natives find one, else in main memory. */
        AUTO,
        /** In main memory. */
        CPU,
        /** On the first Nvidia GPU; refused without one. */
        GPU;

        /**
         * By the word of a setting.
         *
         * @param word in lower case
         * @return the device
         */
        public static Device of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    private LibtorchBackend(int threads, boolean gpu) {
        this.gpu = gpu;
        lanes = new Lanes(threads, gpu ? 1 : threads);
    }

    /**
     * Opens a backend on the CPU.
     *
     * @param threads at least 1
     * @return the backend; close it
     * @throws MissingArtifactException when the class path has no natives for this platform
     * @throws InvalidInputException when {@code threads} is below 1, or libtorch does not take the number
     */
    public static LibtorchBackend open(int threads) {
        return open(threads, Device.CPU);
    }

    /**
     * Loads the natives and sets the threads.
     *
     * @param threads at least 1; a GPU computes one pass at a time whatever their number
     * @param device where tensors lie
     * @return the backend; close it
     * @throws MissingArtifactException when the class path has no natives for this platform, or they find no GPU that was asked for
     * @throws InvalidInputException when {@code threads} is below 1, or libtorch does not take the number
     */
    public static LibtorchBackend open(int threads, Device device) {
        if (threads < 1) {
            throw new InvalidInputException("training on " + threads + " threads; give at least 1");
        }
        LibtorchNatives.liftCeiling();
        try {
            Loader.load(openblas_full.class);
            Loader.load(torch.class);
        } catch (LinkageError e) {
            if (e.getCause() instanceof IOException unpacking && !(unpacking instanceof MalformedURLException)) {
                throw new LaboratoryException("libtorch cannot be unpacked (" + unpacking.getMessage() + "); it needs 435 MB in the folder"
                        + " that -Dorg.bytedeco.javacpp.cachedir names, or in .javacpp/cache of the home folder", e);
            }
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
        boolean found = device != Device.CPU && torch.cuda_is_available();
        if (device == Device.GPU && !found) {
            throw new MissingArtifactException("libtorch finds no Nvidia GPU: the natives on the class path are those for CPUs, or there is no"
                    + " GPU with a driver; add org.bytedeco:pytorch with the classifier linux-x86_64-gpu (or windows-x86_64-gpu) and the natives"
                    + " of org.bytedeco:cuda, or train with device=cpu");
        }
        return new LibtorchBackend(threads, found);
    }

    /**
     * Whether tensors lie on a GPU.
     *
     * @return false for main memory
     */
    public boolean gpu() {
        return gpu;
    }

    /** A tensor that was made in main memory, where this backend computes. */
    org.bytedeco.pytorch.Tensor placed(org.bytedeco.pytorch.Tensor made) {
        return gpu ? made.cuda() : made;
    }

    /**
     * CPU time by wall time of products of two 1,024 x 1,024 matrices: near the number of threads on an idle machine, and near 1
     * where a library runs on one thread whatever it was told. Takes a tenth of a second, or two products where they take longer.
     *
     * @param wanted of the products
     * @param cpuNanos CPU time of the process so far, as the platform's management bean tells it
     * @return above 0
     */
    public double measureThreads(Precision wanted, LongSupplier cpuNanos) {
        int n = 1024;
        try (Scope scope = withoutGradients(); Scope precise = precision(wanted)) {
            Tensor matrix = constant(new float[n * n], n, n);
            matrix.linear(matrix, null); // allocates, starts the threads
            long cpu = cpuNanos.getAsLong();
            long wall = System.nanoTime();
            do {
                try (PointerScope one = new PointerScope()) {
                    matrix.linear(matrix, null);
                }
            } while (System.nanoTime() - wall < MEASURED_NANOS);
            return (double) (cpuNanos.getAsLong() - cpu) / (System.nanoTime() - wall);
        }
    }

    @Override
    public String name() {
        return "libtorch";
    }

    @Override
    public SortedMap<String, String> facts() {
        SortedMap<String, String> out = new TreeMap<>();
        out.put("backend", name() + " " + java.util.Objects.requireNonNullElse(torch.class.getPackage().getImplementationVersion(), ""));
        out.put("platform", Loader.getPlatform());
        out.put("threads", String.valueOf(torch.get_num_threads()));
        out.put("cpu", String.join(" ", CpuFeatures.told()));
        if (gpu) {
            out.put("device", "gpu");
        }
        return out;
    }

    @Override
    public Scope scope() {
        PointerScope scope = new PointerScope();
        return scope::close;
    }

    @Override
    public Scope withoutGradients() {
        // a cast made here has no derivative, and one with a derivative would be kept alive by what is made here
        forgetNarrowed();
        PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard();
        return () -> {
            forgetNarrowed();
            guard.close();
            scope.close();
        };
    }

    @Override
    public boolean supports(Precision wanted) {
        // a GPU is not asked what it multiplies: single precision there unless it is told
        return wanted == Precision.FLOAT32 || (!gpu && CpuFeatures.multipliesBfloat16());
    }

    @Override
    public Scope precision(Precision wanted) {
        return view().compute(wanted);
    }

    Precision precision() {
        return view().precision();
    }

    /** The parameters as this thread sees them. */
    ParameterView view() {
        ParameterView lane = lanes.view();
        return lane == null ? view : lane;
    }

    private void forgetNarrowed() {
        view().forgetNarrowed();
    }

    @Override
    public int lanes() {
        return lanes.count();
    }

    @Override
    public List<List<Tensor>> together(List<Supplier<List<Tensor>>> passes) {
        return passes.size() < 2 || lanes.count() < 2 ? TrainingBackend.super.together(passes) : lanes.run(passes);
    }

    private static long[] longs(int... numbers) {
        return Arrays.stream(numbers).asLongStream().toArray();
    }

    @Override
    public Tensor leaf(Tensor constant) {
        return LibtorchTensor.compute(this, () -> {
            org.bytedeco.pytorch.Tensor copy = LibtorchTensor.of(constant).detach().clone();
            copy.set_requires_grad(true);
            return copy;
        });
    }

    @Override
    public List<Tensor> leaves(Supplier<List<Tensor>> work) {
        List<Tensor> out;
        try (Scope fixed = withoutGradients()) {
            out = TrainingBackend.super.leaves(work);
            out.forEach(tensor -> LibtorchTensor.of(tensor).retainReference());
        }
        return Lanes.adopt(out);
    }

    @Override
    public void gather(List<Tensor> parameters, boolean gather) {
        forgetNarrowed();
        try (PointerScope scope = new PointerScope()) {
            parameters.forEach(parameter -> LibtorchTensor.of(parameter).set_requires_grad(gather));
        }
    }

    @Override
    public void assign(Tensor parameter, FloatBuffer values) {
        org.bytedeco.pytorch.Tensor target = LibtorchTensor.of(parameter);
        if (values.remaining() != target.numel()) {
            throw new InvalidInputException(values.remaining() + " values for a parameter of shape " + Arrays.toString(parameter.shape())
                    + "; give one value an element");
        }
        forgetNarrowed();
        if (gpu) {
            float[] copy = new float[values.remaining()];
            values.duplicate().get(copy);
            try (Scope fixed = withoutGradients()) {
                target.copy_(org.bytedeco.pytorch.Tensor.create(copy, target.shape()));
            }
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            target.data_ptr_float().capacity(target.numel()).asBuffer().put(values.duplicate());
        }
    }

    @Override
    public ByteBuffer bytes(Tensor parameter) {
        org.bytedeco.pytorch.Tensor source = LibtorchTensor.of(parameter);
        if (!source.is_contiguous()) {
            throw new InvalidInputException("only parameters and their states lie in one piece; read others by toFloats()");
        }
        if (gpu) {
            ByteBuffer copy = ByteBuffer.allocate(Math.toIntExact(4 * source.numel())).order(ByteOrder.nativeOrder());
            copy.asFloatBuffer().put(parameter.toFloats());
            return copy;
        }
        try (PointerScope scope = new PointerScope()) {
            return new BytePointer(source.data_ptr_float()).capacity(4 * source.numel()).asByteBuffer().order(ByteOrder.nativeOrder());
        }
    }

    @Override
    public Tensor constant(float[] values, int... shape) {
        int[] extents = checked(values, shape);
        return LibtorchTensor.compute(this, () -> placed(org.bytedeco.pytorch.Tensor.create(values, longs(extents))));
    }

    @Override
    public Tensor parameter(float[] values, int... shape) {
        try (PointerScope scope = new PointerScope()) {
            org.bytedeco.pytorch.Tensor value = own(placed(org.bytedeco.pytorch.Tensor.create(values, longs(checked(values, shape)))));
            value.set_requires_grad(true);
            return new LibtorchParameter(this, value);
        }
    }

    /** Keeps a tensor beyond its scope, until the backend closes. */
    synchronized org.bytedeco.pytorch.Tensor own(org.bytedeco.pytorch.Tensor value) {
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
            throw new InvalidInputException(values.length + " values cannot have the shape " + Arrays.toString(shape)
                    + "; give one value an element");
        }
        return shape;
    }

    @Override
    public void clearGradients(List<Tensor> parameters) {
        try (PointerScope scope = new PointerScope()) {
            parameters.forEach(parameter -> LibtorchTensor.own(parameter).clearGradient());
        }
    }

    @Override
    public void trim() {
        Pointer.trimMemory();
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
            double[] norms = new double[gradients.size()];
            inShares(IntStream.range(0, norms.length).boxed().toList(), at -> gradients.get(at).numel(), share -> share.forEach(at ->
                    norms[at] = torch.norm(gradients.get(at)).item_float()));
            double squares = 0;
            for (double norm : norms) {
                squares += norm * norm;
            }
            double total = Math.sqrt(squares);
            double scale = maxNorm / (total + 1e-6);
            if (scale < 1) {
                inShares(gradients, org.bytedeco.pytorch.Tensor::numel, share -> share.forEach(gradient -> gradient.mul_(new Scalar(scale))));
            }
            return total;
        }
    }

    /** Work on parameters or their gradients that belongs to no pass, {@linkplain Lanes#inShares in shares}; nothing is derived from it. */
    <T> void inShares(List<T> all, ToLongFunction<T> size, Consumer<List<T>> work) {
        lanes.inShares(all, size, share -> {
            try (NoGradGuard guard = new NoGradGuard()) {
                work.accept(share);
            }
        });
    }

    @Override
    public Optimizer adamW(List<ParameterGroup> groups, AdamWSettings settings) {
        return new LibtorchAdamW(this, groups, settings);
    }

    @Override
    public void close() {
        closed = true;
        lanes.close();
        view.forgetNarrowed();
        owned.forEach(org.bytedeco.pytorch.Tensor::releaseReference);
        owned.clear();
    }
}
