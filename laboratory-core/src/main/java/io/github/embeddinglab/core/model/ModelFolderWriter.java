package io.github.embeddinglab.core.model;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.files.WholeFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Writes model folders that sentence-transformers opens, and this library. A folder is written beside its place, synced and
 * renamed, so it is whole or absent; a target that exists and is not empty is refused.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class ModelFolderWriter {
    /** What the reference's own writer puts into one file at most. */
    private static final long SHARD = 5_000_000_000L;

    /** Copies of the weights in other forms and records about them would contradict changed weights. */
    private static final Set<String> STALE_ENDINGS = Set.of(".bin", ".onnx", ".onnx_data", ".h5", ".msgpack", ".ot", ".pt", ".ckpt");

    private static final Set<String> STALE = Set.of("onnx", "openvino", "pytorch_model.bin.index.json", "laboratory-record.json");

    private ModelFolderWriter() {}

    /**
     * Writes a new model.
     *
     * @param description what the model is; tensors of modules are found under the names that it gives
     * @param tensors at least those that the description needs, with canonical names and fitting shapes; others that are no
     *     module's are written too
     * @param tokenizerJson the tokenizer in the Rust library's format; for a static model its truncation is set to the
     *     description's limit
     * @param target the folder, absent or empty
     * @throws InvalidInputException when a tensor is missing or does not fit, or the target is not empty; nothing is written
     */
    public static void write(ModelDescription description, Tensors tensors, byte[] tokenizerJson, Path target) {
        write(description, tensors, tokenizerJson, target, Map.of());
    }

    /**
     * Writes a new model with files of the caller's, such as a record of its making.
     *
     * @param description what the model is
     * @param tensors at least those that the description needs
     * @param tokenizerJson the tokenizer in the Rust library's format
     * @param target the folder, absent or empty
     * @param sideFiles more files by relative path; none may be one of the model's own
     * @throws InvalidInputException as the shorter form
     */
    public static void write(
            ModelDescription description, Tensors tensors, byte[] tokenizerJson, Path target, Map<String, byte[]> sideFiles) {
        TokenizerFile tokenizer = TokenizerFile.parse(tokenizerJson);
        check(description, tensors, tokenizer);
        SortedMap<String, List<Tensors.Tensor>> byFolder = distribute(description, tensors);
        Tensors.Type type = tensors.tensor(ExpectedTensors.table(description.architecture())).type();
        SortedMap<String, byte[]> files = FolderFiles.of(description, tokenizer, type);
        files.put("tokenizer.json", description.encoder() == null ? limited(tokenizerJson, tokenizer, description) : tokenizerJson);
        sideFiles.forEach((name, bytes) -> {
            if (files.put(name, bytes) != null || name.endsWith(".safetensors") || name.endsWith(Safetensors.INDEX)) {
                throw new InvalidInputException("side file " + name + " is one of the model's own; give it another name");
            }
        });
        WholeFiles.folder(target, folder -> {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                put(folder, file.getKey(), file.getValue());
            }
            byFolder.forEach((path, list) -> SafetensorsWriter.write(list, folder.resolve(path), SHARD));
            ModelFolder.open(folder).close(); // what was written must be readable before it gets its name
        });
    }

    /**
     * Copies a model with changed weights: same files, names, number types and shards; settings, tokenizer and documents as
     * they are. Left out are the weights in other forms (pickles, ONNX, OpenVINO), {@code laboratory-record.json} and hidden
     * files, which would contradict the new weights.
     *
     * @param parent an open model
     * @param changed tensors by canonical name, of the parent's shapes; converted to the parent's number types
     * @param target the folder, absent or empty
     * @throws InvalidInputException when a tensor is not one of the parent's, or the target is not empty; nothing is written
     */
    public static void copyWith(ModelFolder parent, Tensors changed, Path target) {
        copyWith(parent, changed, target, Map.of());
    }

    /**
     * Copies a model with changed weights and files of the caller's, such as a record of the training.
     *
     * @param parent an open model
     * @param changed tensors by canonical name
     * @param target the folder, absent or empty
     * @param sideFiles files by relative path, in place of the parent's where both exist
     * @throws InvalidInputException as the shorter form
     */
    public static void copyWith(ModelFolder parent, Tensors changed, Path target, Map<String, byte[]> sideFiles) {
        copyWith(parent, changed, target, sideFiles, null);
    }

    /**
     * Copies a model with changed weights, all floating-point tensors stored as one type.
     *
     * @param parent an open model
     * @param changed tensors by canonical name
     * @param target the folder, absent or empty
     * @param sideFiles files by relative path, in place of the parent's where both exist
     * @param type F32, F16, BF16 or F64, for the tensors that did not change too; null for the parent's
     * @throws InvalidInputException as the shorter form, and when a number does not fit into the type
     */
    public static void copyWith(
            ModelFolder parent, Tensors changed, Path target, Map<String, byte[]> sideFiles, Tensors.@Nullable Type type) {
        Map<Path, Map<String, Tensors.Tensor>> byFile = new TreeMap<>();
        for (String name : changed.names()) {
            if (!parent.tensors().names().contains(name)) {
                throw new InvalidInputException("changed tensor \"" + name + "\" is not one of " + parent.path()
                        + NearestName.of(name, parent.tensors().names()).map(n -> ", the nearest is \"" + n + "\"").orElse("")
                        + "; change only tensors that the parent has");
            }
            CanonicalTensors.Source source = parent.source(name);
            Tensors.Tensor before = source.tensors().tensor(source.stored());
            Tensors.Tensor after = changed.tensor(name);
            if (!Arrays.equals(before.shape(), after.shape())) {
                throw new InvalidInputException("changed tensor \"" + name + "\" has the shape " + Arrays.toString(after.shape())
                        + ", but the parent's has " + Arrays.toString(before.shape()) + "; keep the parent's shape");
            }
            Tensors.Tensor stored = FloatConversion.as(after, type == null ? before.type() : type, "the changed tensors");
            byFile.computeIfAbsent(absolute(source.file()), file -> new TreeMap<>())
                    .put(source.stored(), new Tensors.Tensor(source.stored(), stored.type(), stored.shape(), stored.data()));
        }
        WholeFiles.folder(target, folder -> {
            for (Path file : files(parent.path())) {
                String name = parent.path().relativize(file).toString().replace('\\', '/');
                Map<String, Tensors.Tensor> replaced = byFile.getOrDefault(absolute(file), Map.of());
                Path to = folder.resolve(name);
                Files.createDirectories(java.util.Objects.requireNonNull(to.getParent()));
                if (!replaced.isEmpty() || (type != null && name.endsWith(".safetensors"))) {
                    rewrite(file, replaced, to, type);
                } else if (type != null && StoredType.toldBy(file)) {
                    WholeFiles.synced(to, StoredType.told(file, type));
                } else {
                    copy(file, to);
                }
            }
            for (Map.Entry<String, byte[]> file : sideFiles.entrySet()) {
                put(folder, file.getKey(), file.getValue());
            }
            ModelFolder.open(folder).close();
        });
    }

    private static void check(ModelDescription description, Tensors tensors, TokenizerFile tokenizer) {
        description.expectedTensors().forEach((name, shape) -> {
            if (!tensors.names().contains(name)) {
                throw new InvalidInputException("tensor \"" + name + "\" is missing among those given"
                        + NearestName.of(name, tensors.names()).map(n -> ", the nearest is \"" + n + "\"").orElse("")
                        + "; give every tensor that the description needs");
            }
            long[] found = tensors.tensor(name).shape();
            long[] expected = shape.clone();
            if (expected[0] < 0 && found.length > 0) {
                expected[0] = found[0];
            }
            if (!Arrays.equals(found, expected)) {
                throw new InvalidInputException("tensor \"" + name + "\" has the shape " + Arrays.toString(found)
                        + ", but the description asks for " + Arrays.toString(expected) + "; give what belongs together");
            }
        });
        long rows = tensors.tensor(ExpectedTensors.table(description.architecture())).shape()[0];
        if (tokenizer.rows() > rows) {
            throw new InvalidInputException("the tokenizer has ids up to " + (tokenizer.rows() - 1) + ", but the table has " + rows
                    + " rows; give the tokenizer that belongs to the model");
        }
    }

    /** Tensors by the folder of their file, under the names that they have in it. */
    private static SortedMap<String, List<Tensors.Tensor>> distribute(ModelDescription description, Tensors tensors) {
        SortedMap<String, List<Tensors.Tensor>> out = new TreeMap<>();
        for (String name : tensors.names()) {
            if (!name.contains("/")) {
                out.computeIfAbsent("", path -> new ArrayList<>()).add(tensors.tensor(name));
            }
        }
        List<ModelModule> modules = description.modules();
        for (int i = 0; i < modules.size(); i++) {
            ModelModule module = modules.get(i);
            List<Tensors.Tensor> own = out.computeIfAbsent(FolderFiles.folder(i, module), path -> new ArrayList<>());
            if (module instanceof ModelModule.Dense dense) {
                own.add(renamed(tensors, dense.weight(), "linear.weight"));
                if (!dense.bias().isEmpty()) {
                    own.add(renamed(tensors, dense.bias(), "linear.bias"));
                }
            } else if (module instanceof ModelModule.LayerNorm norm) {
                own.add(renamed(tensors, norm.weight(), "norm.weight"));
                own.add(renamed(tensors, norm.bias(), "norm.bias"));
            }
        }
        out.values().removeIf(List::isEmpty);
        return out;
    }

    private static Tensors.Tensor renamed(Tensors tensors, String from, String to) {
        Tensors.Tensor tensor = tensors.tensor(from);
        return new Tensors.Tensor(to, tensor.type(), tensor.shape(), tensor.data());
    }

    /** The reference takes a static model's limit from its tokenizer. */
    private static byte[] limited(byte[] json, TokenizerFile tokenizer, ModelDescription description) {
        if (tokenizer.truncation() == description.maxTokens()) {
            return json;
        }
        var root = JsonObjects.parse(json, "tokenizer.json");
        if (description.maxTokens() == Integer.MAX_VALUE) {
            root.putNull("truncation");
        } else {
            root.putObject("truncation")
                    .put("direction", "Right")
                    .put("max_length", description.maxTokens())
                    .put("strategy", "LongestFirst")
                    .put("stride", 0);
        }
        return JsonObjects.bytes(root);
    }

    private static void put(Path folder, String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name).normalize();
        if (!file.startsWith(folder) || file.equals(folder)) {
            throw new InvalidInputException("side file " + name + " lies outside the model folder; give a relative path inside it");
        }
        Files.createDirectories(java.util.Objects.requireNonNull(file.getParent()));
        WholeFiles.synced(file, bytes);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder, java.nio.file.FileVisitOption.FOLLOW_LINKS)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !stale(folder.relativize(file)))
                    .toList();
        }
    }

    private static boolean stale(Path relative) {
        for (Path part : relative) {
            String name = part.toString().toLowerCase(Locale.ROOT);
            if (name.startsWith(".") || STALE.contains(name)) {
                return true;
            }
        }
        String name = relative.toString().toLowerCase(Locale.ROOT);
        return STALE_ENDINGS.stream().anyMatch(name::endsWith);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (FileChannel in = FileChannel.open(from)) {
            WholeFiles.synced(to, out -> {
                long at = 0;
                while (at < in.size()) {
                    at += in.transferTo(at, in.size() - at, out);
                }
            });
        }
    }

    private static void rewrite(Path file, Map<String, Tensors.Tensor> replaced, Path to, Tensors.@Nullable Type type) {
        try (MappedTensors before = Safetensors.map(file)) {
            List<Tensors.Tensor> tensors = new ArrayList<>();
            for (String name : before.names()) {
                Tensors.Tensor now = replaced.get(name);
                tensors.add(now == null ? StoredType.as(before.tensor(name), type, file) : now);
            }
            SafetensorsWriter.write(tensors, to);
        }
    }

    private static Path absolute(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            throw new InvalidModelException(
                    file + " cannot be found any more (" + JsonObjects.reason(e) + "); keep the parent while it is copied", e);
        }
    }
}
