package io.github.embeddinglab.core.model;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;

/** Tensors that the caller made, in memory. */
final class ListedTensors implements Tensors {
    private static final Path WHERE = Path.of("the tensors in memory");

    private final NavigableMap<String, Tensor> byName;
    private volatile boolean closed;

    private ListedTensors(NavigableMap<String, Tensor> byName) {
        this.byName = byName;
    }

    static ListedTensors of(Collection<Tensor> tensors) {
        TreeMap<String, Tensor> byName = new TreeMap<>();
        for (Tensor tensor : tensors) {
            check(tensor);
            if (byName.put(tensor.name(), tensor) != null) {
                throw new InvalidInputException("tensor \"" + tensor.name() + "\" is given twice; give each name once");
            }
        }
        return new ListedTensors(byName);
    }

    static void check(Tensor tensor) {
        long expected = tensor.elements() * tensor.type().bytes();
        boolean negative = Arrays.stream(tensor.shape()).anyMatch(extent -> extent < 0);
        if (negative || expected != tensor.data().remaining()) {
            throw new InvalidInputException("tensor \"" + tensor.name() + "\" has " + tensor.data().remaining() + " bytes, but "
                    + tensor.type() + " " + Arrays.toString(tensor.shape()) + " takes " + expected
                    + "; give shape and bytes that belong together");
        }
    }

    static Tensor floats(String name, long[] shape, float[] values) {
        if (values.length > Integer.MAX_VALUE / 4) {
            throw new InvalidInputException("tensor \"" + name + "\" has " + values.length
                    + " values, more than one buffer holds (" + Integer.MAX_VALUE / 4 + "); store it in F16 or BF16");
        }
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        Tensor tensor = new Tensor(
                name, Type.F32, shape.clone(), bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
        check(tensor);
        return tensor;
    }

    private NavigableMap<String, Tensor> opened() {
        if (closed) {
            throw new LaboratoryException(WHERE + " were closed; use them before close()");
        }
        return byName;
    }

    @Override
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(opened().navigableKeySet());
    }

    @Override
    public Tensor tensor(String name) {
        Tensor tensor = opened().get(name);
        if (tensor == null) {
            throw MappedTensors.absent(name, WHERE, byName.keySet());
        }
        return new Tensor(tensor.name(), tensor.type(), tensor.shape().clone(), tensor.bytes());
    }

    @Override
    public float[] floats(String name) {
        return FloatConversion.floats(tensor(name), WHERE.toString());
    }

    @Override
    public void close() {
        closed = true;
    }
}
