package io.github.embeddinglab.core.model;

import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.LaboratoryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tensors of one or more mapped safetensors files under their stored names.
 *
 * <p>Neighbouring tensors share a mapping of at most 1 GiB; a larger tensor has one of its own. Java 17 offers no way to
 * unmap: after {@link #close()} every access fails, and the address space goes with the garbage collector once no view of
 * a tensor is reachable. No file stays open.
 */
final class MappedTensors implements Tensors {
    private static final long MAPPING = 1L << 30;

    private final Path where;
    private volatile @Nullable NavigableMap<String, Stored> byName;

    /** One tensor and where it lies; no bytes where it is too large for one buffer. */
    record Stored(Path file, SafetensorsHeader.Entry entry, @Nullable ByteBuffer bytes) {}

    private MappedTensors(Path where, NavigableMap<String, Stored> byName) {
        this.where = where;
        this.byName = byName;
    }

    static MappedTensors open(Path where, Collection<Path> files) {
        TreeMap<String, Stored> all = new TreeMap<>();
        for (Path file : files) {
            for (Map.Entry<String, Stored> one : map(file).entrySet()) {
                Stored other = all.put(one.getKey(), one.getValue());
                if (other != null) {
                    throw new InvalidModelException("tensor \"" + one.getKey() + "\" stands both in " + other.file() + " and in "
                            + file + "; keep one of them");
                }
            }
        }
        return new MappedTensors(where, all);
    }

    private static Map<String, Stored> map(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Map<String, Stored> out = new LinkedHashMap<>();
            List<SafetensorsHeader.Entry> group = new ArrayList<>();
            for (SafetensorsHeader.Entry entry : SafetensorsHeader.read(channel, file).entries()) {
                if (!group.isEmpty() && entry.end() - group.get(0).start() > MAPPING) {
                    map(channel, file, group, out);
                    group.clear();
                }
                group.add(entry);
            }
            map(channel, file, group, out);
            return out;
        } catch (NoSuchFileException e) {
            throw new InvalidModelException(
                    "weights file " + file + " does not exist; copy it from the original model", e);
        } catch (IOException e) {
            throw new InvalidModelException("weights file " + file + " cannot be read (" + JsonObjects.reason(e)
                    + "); check its permissions and the disk", e);
        }
    }

    private static void map(
            FileChannel channel, Path file, List<SafetensorsHeader.Entry> group, Map<String, Stored> out) throws IOException {
        if (group.isEmpty()) {
            return;
        }
        long start = group.get(0).start();
        long size = group.get(group.size() - 1).end() - start;
        ByteBuffer mapped = size > Integer.MAX_VALUE ? null : channel.map(FileChannel.MapMode.READ_ONLY, start, size);
        for (SafetensorsHeader.Entry entry : group) {
            ByteBuffer bytes = mapped == null
                    ? null
                    : mapped.slice((int) (entry.start() - start), (int) (entry.end() - entry.start()));
            out.put(entry.name(), new Stored(file, entry, bytes));
        }
    }

    private NavigableMap<String, Stored> opened() {
        NavigableMap<String, Stored> open = byName;
        if (open == null) {
            throw new LaboratoryException("the tensors of " + where + " were closed; use them before close() or open them again");
        }
        return open;
    }

    Stored stored(String name) {
        Stored stored = opened().get(name);
        if (stored == null) {
            throw absent(name, where, opened().keySet());
        }
        return stored;
    }

    static InvalidModelException absent(String name, Path where, Collection<String> names) {
        return new InvalidModelException("tensor \"" + name + "\" is not in " + where
                + NearestName.of(name, names).map(n -> "; the nearest name is \"" + n + "\"").orElse(", which holds none")
                + "; restore the weights from the original model");
    }

    @Override
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(opened().navigableKeySet());
    }

    @Override
    public Tensor tensor(String name) {
        Stored stored = stored(name);
        Type type = stored.entry().type(stored.file());
        ByteBuffer bytes = stored.bytes();
        if (bytes == null) {
            throw new InvalidModelException("tensor \"" + name + "\" of " + stored.file() + " takes "
                    + (stored.entry().end() - stored.entry().start()) + " bytes, more than one buffer holds ("
                    + Integer.MAX_VALUE + "); save it in F16 or BF16");
        }
        return new Tensor(name, type, stored.entry().shape().clone(), bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN));
    }

    @Override
    public float[] floats(String name) {
        return FloatConversion.floats(tensor(name), where.toString());
    }

    @Override
    public void close() {
        byName = null;
    }
}
