package io.github.embeddinglab.training;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Booleans in a row-major shape that broadcasts to a tensor's: the places that {@link Tensor#maskedFill} overwrites. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Mask {
    private final int[] shape;
    private final boolean[] set;

    private Mask(int[] shape, boolean[] set) {
        this.shape = shape;
        this.set = set;
    }

    /**
     * Makes a mask of booleans.
     *
     * @param set row-major, copied
     * @param shape extents, outermost first
     * @return the mask
     * @throws InvalidInputException when the shape has another number of elements
     */
    public static Mask of(boolean[] set, int... shape) {
        long n = 1;
        for (int extent : shape) {
            n *= extent;
        }
        if (n != set.length) {
            throw new InvalidInputException("a mask of " + set.length + " booleans cannot have the shape " + Arrays.toString(shape)
                    + "; give one boolean an element");
        }
        return new Mask(shape.clone(), set.clone());
    }

    /**
     * Makes a mask by a rule.
     *
     * @param rule tells for each row-major index whether the place is set
     * @param shape extents, outermost first
     * @return the mask
     */
    public static Mask where(IntPredicate rule, int... shape) {
        boolean[] set = new boolean[Math.toIntExact(Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact))];
        for (int i = 0; i < set.length; i++) {
            set[i] = rule.test(i);
        }
        return new Mask(shape.clone(), set);
    }

    /**
     * The extents.
     *
     * @return a copy, outermost first
     */
    public int[] shape() {
        return shape.clone();
    }

    /**
     * The booleans.
     *
     * @return a copy, row-major
     */
    public boolean[] toArray() {
        return set.clone();
    }

    /**
     * Places that are set.
     *
     * @return 0 to the number of elements
     */
    public int count() {
        int n = 0;
        for (boolean b : set) {
            n += b ? 1 : 0;
        }
        return n;
    }
}
