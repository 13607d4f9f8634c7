package io.github.embeddinglab.core.model;

import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.LaboratoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A folder's tensors under canonical names, gathered from the encoder's files and those of its modules. */
final class CanonicalTensors implements Tensors {
    /** What wrappers and heads put in front of an encoder's names, innermost last. */
    private static final Pattern PREFIX = Pattern.compile(
            "((module|0|auto_model|model)\\.)*((bert|roberta|mpnet|distilbert|model)\\.)?");

    private final Path folder;
    private final NavigableMap<String, Source> sources = new TreeMap<>();
    private final List<MappedTensors> owned = new ArrayList<>();
    private volatile boolean closed;

    /**
     * Where a tensor comes from.
     *
     * @param tensors the mapped files
     * @param stored its name there
     */
    record Source(MappedTensors tensors, String stored) {
        Path file() {
            return tensors.stored(stored).file();
        }
    }

    CanonicalTensors(Path folder) {
        this.folder = folder;
    }

    /** Takes the encoder's tensors; the table tells which prefix the names carry. */
    void addEncoder(MappedTensors tensors, Architecture architecture) {
        owned.add(tensors);
        String table = ExpectedTensors.table(architecture);
        List<String> prefixes = tensors.names().stream()
                .filter(name -> name.equals(table) || name.endsWith("." + table))
                .map(name -> name.substring(0, name.length() - table.length()))
                .filter(prefix -> PREFIX.matcher(prefix).matches())
                .toList();
        if (prefixes.size() != 1) {
            throw new InvalidModelException("the weights in " + folder + " hold " + prefixes.size() + " tensors named \"" + table
                    + "\"" + (prefixes.isEmpty() ? "" : " (behind the prefixes " + prefixes + ")") + ", but one is expected for "
                    + architecture + "; use the weights that belong to config.json");
        }
        String prefix = prefixes.get(0);
        for (String name : tensors.names()) {
            if (name.startsWith(prefix)) {
                put(spelledToday(name.substring(prefix.length())), new Source(tensors, name));
            }
        }
        for (String name : tensors.names()) {
            if (!name.startsWith(prefix)) { // heads of another task
                sources.putIfAbsent(name, new Source(tensors, name));
            }
        }
    }

    /** Takes the table of a static model; model2vec calls it otherwise. */
    void addTable(MappedTensors tensors) {
        owned.add(tensors);
        SortedSet<String> names = tensors.names();
        String stored = names.contains(ExpectedTensors.STATIC_TABLE) ? ExpectedTensors.STATIC_TABLE : "embeddings";
        if (stored.equals("embeddings") && (names.contains("mapping") || names.contains("weights"))) {
            throw new InvalidModelException("the static model in " + folder + " has the tensors " + names
                    + ", a table with mapped or weighted tokens, which is not understood; save it without vocabulary quantisation");
        }
        put(ExpectedTensors.STATIC_TABLE, new Source(tensors, tensors.stored(stored).entry().name()));
        names.stream().filter(name -> !name.equals(stored)).forEach(name -> sources.putIfAbsent(name, new Source(tensors, name)));
    }

    void addModule(String path, MappedTensors tensors) {
        owned.add(tensors);
        tensors.names().forEach(name -> put(path + "/" + name, new Source(tensors, name)));
    }

    private void put(String name, Source source) {
        Source other = sources.put(name, source);
        if (other != null) {
            throw new InvalidModelException("the weights in " + folder + " hold \"" + name + "\" twice, as \"" + other.stored()
                    + "\" and \"" + source.stored() + "\"; remove one of them");
        }
    }

    /** Checkpoints of the first years say gamma and beta. */
    private static String spelledToday(String name) {
        if (name.endsWith("LayerNorm.gamma")) {
            return name.substring(0, name.length() - "gamma".length()) + "weight";
        }
        if (name.endsWith("LayerNorm.beta")) {
            return name.substring(0, name.length() - "beta".length()) + "bias";
        }
        return name;
    }

    /** A missing, misshapen or integer tensor is found here, before anything is computed. */
    void check(SortedMap<String, long[]> expected) {
        for (Map.Entry<String, long[]> one : expected.entrySet()) {
            Tensor tensor = tensor(one.getKey());
            long[] shape = one.getValue();
            boolean fits = tensor.shape().length == shape.length;
            for (int i = 0; fits && i < shape.length; i++) {
                fits = shape[i] < 0 || shape[i] == tensor.shape()[i];
            }
            if (!fits) {
                throw new InvalidModelException("tensor \"" + one.getKey() + "\" of " + source(one.getKey()).file() + " has the shape "
                        + Arrays.toString(tensor.shape()) + ", but the configuration in " + folder + " asks for "
                        + Arrays.toString(shape) + "; use weights and configuration of the same model");
            }
            switch (tensor.type()) {
                case F32, F16, BF16, F64 -> {}
                default -> throw new InvalidModelException("tensor \"" + one.getKey() + "\" of " + source(one.getKey()).file()
                        + " holds " + tensor.type() + ", not floating-point weights; use the model in F32, F16 or BF16");
            }
        }
    }

    Source source(String name) {
        opened();
        Source source = sources.get(name);
        if (source == null) {
            throw MappedTensors.absent(name, folder, sources.keySet());
        }
        return source;
    }

    private void opened() {
        if (closed) {
            throw new LaboratoryException(
                    "the tensors of " + folder + " were closed; use them before close() or open the folder again");
        }
    }

    @Override
    public SortedSet<String> names() {
        opened();
        return Collections.unmodifiableSortedSet(sources.navigableKeySet());
    }

    @Override
    public Tensor tensor(String name) {
        Source source = source(name);
        Tensor tensor = source.tensors().tensor(source.stored());
        return new Tensor(name, tensor.type(), tensor.shape(), tensor.data());
    }

    @Override
    public float[] floats(String name) {
        return FloatConversion.floats(tensor(name), Objects.toString(source(name).file()));
    }

    @Override
    public void close() {
        closed = true;
        owned.forEach(MappedTensors::close);
    }
}
