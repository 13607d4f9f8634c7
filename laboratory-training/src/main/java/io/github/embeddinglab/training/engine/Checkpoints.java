package io.github.embeddinglab.training.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.core.files.WholeFiles;
import io.github.embeddinglab.core.model.Safetensors;
import io.github.embeddinglab.core.model.SafetensorsWriter;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.spi.Optimizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Checkpoints of a training in one folder, {@code step-000120} and so on: {@code state.safetensors} with {@code weight.NAME},
 * {@code mean.NAME} and {@code squares.NAME} of each trained parameter, and {@code checkpoint.json} with the step, the steps of each
 * parameter, the caller's position in its data, the settings, and what results depend on (threads, CPU, versions).
 *
 * <p>A checkpoint appears whole or not at all, and older ones are removed only when a newer stands, so there is always one to go on
 * from. Order, dropout and corruption are functions of seed and step, so no state of a generator is stored. Resumed under equal
 * settings and facts, a training ends with the same bits as if it had never stopped.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Checkpoints {
    private static final int FORMAT = 1;
    private static final String STATE = "state.safetensors";
    private static final String FACTS = "checkpoint.json";
    private static final Pattern NAME = Pattern.compile("step-\\d{6,}");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path directory;
    private final SortedMap<String, String> more;

    private Checkpoints(Path directory, Map<String, String> more) {
        this.directory = directory;
        this.more = new TreeMap<>(more);
    }

    /**
     * The checkpoints of one training.
     *
     * @param directory made with the first
     * @return what writes and reads them
     */
    public static Checkpoints in(Path directory) {
        return new Checkpoints(directory, Map.of());
    }

    /**
     * The same with more conditions that a bit-equal continuation needs.
     *
     * @param conditions that the engine does not know, by name
     * @return what writes and compares them too
     */
    public Checkpoints under(Map<String, String> conditions) {
        return new Checkpoints(directory, conditions);
    }

    /**
     * What a training goes on from.
     *
     * @param step that comes next
     * @param position as the caller gave it
     * @param differences settings and facts that are not those of the checkpoint; empty unless they were allowed
     */
    public record Resumed(int step, SortedMap<String, String> position, List<String> differences) {
        /** Copies the list. */
        public Resumed {
            differences = List.copyOf(differences);
        }
    }

    /**
     * Writes a checkpoint, then removes those before it.
     *
     * @param engine between two steps
     * @param position of the caller in its data, and what else it wants back
     * @return the checkpoint's folder
     * @throws LaboratoryException when the file system refuses; the last checkpoint stands
     */
    public Path write(TrainingEngine engine, Map<String, String> position) {
        List<Path> before = all();
        Path target = target(engine);
        if (before.contains(target)) {
            return target; // nothing happened since
        }
        List<Tensors.Tensor> tensors = new ArrayList<>();
        SortedMap<String, Optimizer.Moments> moments = engine.moments();
        ObjectNode json = MAPPER.createObjectNode();
        json.put("format", FORMAT).put("step", engine.steps());
        ObjectNode steps = json.putObject("steps");
        engine.named().forEach((name, parameter) -> {
            Optimizer.Moments state = Objects.requireNonNull(moments.get(name));
            tensors.add(tensor(engine, "weight." + name, parameter));
            tensors.add(tensor(engine, "mean." + name, state.mean()));
            tensors.add(tensor(engine, "squares." + name, state.squares()));
            steps.put(name, state.steps());
        });
        json.set("position", MAPPER.valueToTree(new TreeMap<>(position)));
        json.set("conditions", MAPPER.valueToTree(conditions(engine)));
        WholeFiles.folder(target, folder -> {
            SafetensorsWriter.write(tensors, folder.resolve(STATE));
            WholeFiles.synced(folder.resolve(FACTS), MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
        });
        for (Path old : before) {
            try {
                WholeFiles.delete(old);
            } catch (IOException e) {
                throw new LaboratoryException("checkpoint " + old + " could not be removed; remove it by hand", e);
            }
        }
        return target;
    }

    /**
     * Whether the state of an engine stands already.
     *
     * @param engine between two steps
     * @return true when a checkpoint of its step is there
     */
    public boolean holds(TrainingEngine engine) {
        return Files.isDirectory(target(engine));
    }

    private Path target(TrainingEngine engine) {
        return directory.resolve("step-%06d".formatted(engine.steps()));
    }

    private static Tensors.Tensor tensor(TrainingEngine engine, String name, Tensor source) {
        long[] shape = Arrays.stream(source.shape()).asLongStream().toArray();
        return new Tensors.Tensor(name, Tensors.Type.F32, shape, engine.backend().bytes(source));
    }

    /** Settings and facts that a bit-equal continuation needs. */
    private SortedMap<String, String> conditions(TrainingEngine engine) {
        SortedMap<String, String> out = new TreeMap<>(engine.backend().facts());
        EngineSettings settings = engine.settings();
        out.put("java", Runtime.version().toString());
        out.put("learning_rate", settings.learningRate().toString());
        out.put("weight_decay", String.valueOf(settings.weightDecay()));
        out.put("max_gradient_norm", String.valueOf(settings.maxGradientNorm()));
        out.put("trained", settings.trained().toString());
        out.put("precision", settings.precision().name());
        out.put("memory", settings.memory().toString());
        out.put("seed", String.valueOf(settings.seed()));
        out.put("dropout", settings.dropout() ? engine.model().dropout().toString() : "none");
        out.putAll(more);
        return out;
    }

    /**
     * The newest checkpoint.
     *
     * @return its folder; empty when there is none
     */
    public Optional<Path> latest() {
        List<Path> all = all();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /**
     * The step of the newest checkpoint.
     *
     * @return steps made; 0 when there is none
     */
    public long latestStep() {
        return latest().map(Checkpoints::step).orElse(0L);
    }

    private static long step(Path checkpoint) {
        return Long.parseLong(String.valueOf(checkpoint.getFileName()).substring("step-".length()));
    }

    private List<Path> all() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> inside = Files.list(directory)) {
            return inside.filter(path -> NAME.matcher(String.valueOf(path.getFileName())).matches())
                    .sorted(Comparator.comparingLong(Checkpoints::step))
                    .toList();
        } catch (IOException e) {
            throw new LaboratoryException("checkpoints in " + directory + " could not be listed; check the folder", e);
        }
    }

    /**
     * Puts an engine into the state of the newest checkpoint.
     *
     * @param engine freshly opened on the model that the training began with
     * @param inexact whether other settings and facts are allowed; the end then differs from that of an uninterrupted training
     * @return where to go on
     * @throws InvalidInputException when there is no checkpoint, when it is of another model, or when settings or facts differ
     */
    public Resumed resume(TrainingEngine engine, boolean inexact) {
        Path folder = latest().orElseThrow(() -> new InvalidInputException(
                "no checkpoint in " + directory + "; start the training from its beginning"));
        JsonNode json = read(folder.resolve(FACTS));
        if (json.path("format").asInt() != FORMAT) {
            throw new InvalidInputException("checkpoint " + folder + " has the format " + json.path("format") + ", this version reads " + FORMAT
                    + "; resume it with the version that wrote it");
        }
        List<String> differences = differences(json.path("conditions"), conditions(engine));
        if (!inexact && !differences.isEmpty()) {
            throw new InvalidInputException("checkpoint " + folder + " was written under other conditions: " + String.join("; ", differences)
                    + "; restore them, or allow an inexact continuation");
        }
        try (Tensors stored = Safetensors.open(folder.resolve(STATE))) {
            check(folder, stored, engine.named());
            engine.named().keySet().forEach(name -> engine.restore(name, stored, json.path("steps").path(name).asInt()));
        }
        engine.continueAt(json.path("step").asInt());
        SortedMap<String, String> position = new TreeMap<>();
        json.path("position").properties().forEach(entry -> position.put(entry.getKey(), entry.getValue().asText()));
        return new Resumed(engine.steps(), position, differences);
    }

    private static void check(Path folder, Tensors stored, SortedMap<String, Tensor> named) {
        TreeSet<String> names = new TreeSet<>();
        named.forEach((name, parameter) -> {
            for (String part : List.of("weight.", "mean.", "squares.")) {
                names.add(part + name);
                if (!stored.names().contains(part + name)
                        || !Arrays.equals(stored.tensor(part + name).shape(), Arrays.stream(parameter.shape()).asLongStream().toArray())) {
                    throw new InvalidInputException("checkpoint " + folder + " has no tensor " + part + name + " of shape "
                            + Arrays.toString(parameter.shape()) + "; resume with the model and the choice of weights that it was made with");
                }
            }
        });
        if (!names.equals(stored.names())) {
            throw new InvalidInputException("checkpoint " + folder + " holds " + stored.names().size() + " tensors, this training has " + names.size()
                    + "; resume with the model and the choice of weights that it was made with");
        }
    }

    private static List<String> differences(JsonNode before, SortedMap<String, String> now) {
        TreeSet<String> keys = new TreeSet<>(now.keySet());
        before.fieldNames().forEachRemaining(keys::add);
        return keys.stream()
                .filter(key -> !before.path(key).asText("").equals(now.getOrDefault(key, "")))
                .map(key -> key + " was " + before.path(key).asText("absent") + ", is " + now.getOrDefault(key, "absent"))
                .toList();
    }

    private static JsonNode read(Path file) {
        try {
            return MAPPER.readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw new InvalidInputException("checkpoint file " + file + " is no JSON; remove this checkpoint", e);
        } catch (IOException e) {
            throw new LaboratoryException("checkpoint file " + file + " could not be read; check the folder", e);
        }
    }
}
