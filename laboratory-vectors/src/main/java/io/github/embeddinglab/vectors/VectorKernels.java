package io.github.embeddinglab.vectors;

import java.lang.reflect.Constructor;
import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Chooses the {@link VectorKernel} of this JVM, once. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class VectorKernels {
    private static final String MODULE = "jdk.incubator.vector";
    private static final String FLAG = "--add-modules " + MODULE;
    /** Narrower registers gain too little to pay for the module's start-up. */
    private static final int LEAST_BITS = 256;

    private VectorKernels() {}

    /**
     * The fastest kernel that this JVM can run: the Vector API where module {@code jdk.incubator.vector} is present and the
     * registers have at least 256 bits, otherwise plain Java. {@link VectorKernel#description()} says which, why, and
     * which flag to add; logging it is the caller's part.
     *
     * @return always the same kernel
     */
    public static VectorKernel current() {
        return Holder.CURRENT;
    }

    /**
     * The kernel in plain Java, whatever the JVM offers, for comparison.
     *
     * @return a plain kernel
     */
    public static VectorKernel plain() {
        return new PlainKernel("Vector arithmetic: plain Java, asked for by name");
    }

    private static VectorKernel choose() {
        Optional<Module> module = ModuleLayer.boot().findModule(MODULE);
        if (module.isEmpty()) {
            return new PlainKernel("Vector arithmetic: plain Java, because the JVM runs without " + MODULE + "; add the JVM flag "
                    + FLAG + " (" + MeasuredGain.TEXT + ")");
        }
        VectorKernels.class.getModule().addReads(module.get());
        try {
            // by name: a direct reference could not be compiled, nor linked, where the module is absent
            Constructor<?> constructor =
                    Class.forName(VectorKernels.class.getPackageName() + ".IncubatorKernel").getDeclaredConstructor();
            VectorKernel kernel = (VectorKernel) constructor.newInstance();
            int bits = kernel.panelWidth() / 2 * Float.SIZE;
            if (bits >= LEAST_BITS) {
                return kernel;
            }
            return new PlainKernel("Vector arithmetic: plain Java, because this CPU's vector registers have " + bits
                    + " bits and the vector kernel wants " + LEAST_BITS + "; no flag helps");
        } catch (ReflectiveOperationException | LinkageError e) {
            return new PlainKernel("Vector arithmetic: plain Java, because " + MODULE + " of this JVM does not work with the "
                    + "vector kernel (" + e + "); use JDK 17 to 25");
        }
    }

    /** Loads on first use. */
    private static final class Holder {
        static final VectorKernel CURRENT = choose();
    }

    /** What the flag was worth when measured; see docs/measurements/vectors.md. */
    private static final class MeasuredGain {
        static final String TEXT = "measured on AVX-512 at 384 dimensions: exact search 2.6x, float dot 4x, 7-bit dot 7x faster";
    }
}
