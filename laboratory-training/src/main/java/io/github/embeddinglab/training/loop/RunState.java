package io.github.embeddinglab.training.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.core.files.WholeFiles;
import io.github.embeddinglab.core.model.Safetensors;
import io.github.embeddinglab.core.model.SafetensorsWriter;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.training.engine.Checkpoints;
import io.github.embeddinglab.training.engine.TrainingEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an interrupted training leaves in its folder: the plan once it is fixed, a checkpoint, and the weights that looked best. Each
 * file appears whole or not at all; the best weights are written before the checkpoint that names them.
 */
final class RunState {
    private static final String PLAN = "plan.json";
    private static final String BEST = "best-";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final Checkpoints checkpoints;
    private int bestWritten = -1;

    RunState(Path directory) {
        this(directory, Map.of());
    }

    /**
     * The state in a folder.
     *
     * @param directory of one training
     * @param conditions that results depend on, beside those of the engine
     */
    RunState(Path directory, Map<String, String> conditions) {
        this.directory = directory;
        this.checkpoints = Checkpoints.in(directory).under(conditions);
    }

    /** Where a training stands, apart from weights and optimizer. */
    record Position(List<Double> losses, List<TrainingListener.Look> looks, Best best, int sinceBest, double seconds) {}

    /** The weights that looked best; null while they are the parent's. */
    record Best(@Nullable Tensors weights, double value, int step) {}

    /** Forgets what an earlier training of the same data and settings left. */
    void clear() {
        try {
            if (Files.exists(directory)) {
                WholeFiles.delete(directory);
            }
        } catch (IOException e) {
            throw new LaboratoryException(directory + " cannot be removed (" + e.getMessage() + "); remove it by hand", e);
        }
    }

    /**
     * The plan that a limit of time has become.
     *
     * @param recipe of this training
     * @param notes gets a line where a plan is dropped
     * @return empty where there is none, where no checkpoint stands that was made by it, or where it was made for other settings
     */
    Optional<PlannedSteps> plan(Recipe recipe, List<String> notes) {
        Path file = directory.resolve(PLAN);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode json = JSON.readTree(file.toFile());
            PlannedSteps plan = new PlannedSteps(recipe, json.path("steps").asInt(), json.path("look_every").asInt());
            String settings = json.path("settings").asText(plan.settings());
            if (!settings.equals(plan.settings())) {
                notes.add("the plan of the interrupted training is dropped: it was made for " + settings);
                return Optional.empty();
            }
            return checkpoints.latestStep() < json.path("from").asInt() ? Optional.empty() : Optional.of(plan);
        } catch (IOException e) {
            throw new LaboratoryException("plan " + file + " cannot be read (" + e.getMessage() + "); begin the training anew", e);
        }
    }

    /**
     * Keeps a plan.
     *
     * @param plan of all steps
     * @param from steps made when it was fixed: a checkpoint before it has other rates
     */
    void fix(PlannedSteps plan, int from) {
        try {
            Files.createDirectories(directory);
            WholeFiles.file(
                    directory.resolve(PLAN),
                    JSON.writeValueAsBytes(new TreeMap<>(Map.of(
                            "steps", plan.steps(), "look_every", plan.lookEvery(), "from", from, "settings", plan.settings()))));
        } catch (IOException e) {
            throw new LaboratoryException("plan " + directory.resolve(PLAN) + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Writes all that the training needs to go on; a disk that refuses leaves the checkpoint before it. */
    void save(TrainingEngine engine, Position position) {
        boolean earlier = checkpoints.latest().isPresent();
        try {
            write(engine, position);
        } catch (CancelledException e) {
            throw e;
        } catch (LaboratoryException e) {
            throw earlier ? new LaboratoryException(e.getMessage() + "; the checkpoint before it stays (--resume)", e) : e;
        }
    }

    private void write(TrainingEngine engine, Position position) {
        if (checkpoints.holds(engine)) {
            return; // what was found since is found again; the weights that it names must stay
        }
        Best best = position.best();
        Tensors weights = best.weights();
        if (weights != null && best.step() != bestWritten) {
            try {
                Files.createDirectories(directory);
            } catch (IOException e) {
                throw new LaboratoryException("folder " + directory + " cannot be made: " + e.getMessage(), e);
            }
            SafetensorsWriter.write(weights.names().stream().map(weights::tensor).toList(), best(best.step()));
        }
        SortedMap<String, String> words = new TreeMap<>();
        words.put("losses", String.join(" ", position.losses().stream().map(String::valueOf).toList()));
        words.put("looks", String.join(" ", position.looks().stream()
                .map(look -> look.step() + ":" + look.metric() + ":" + look.value())
                .toList()));
        words.put("best_step", String.valueOf(best.step()));
        words.put("best_value", String.valueOf(best.value()));
        words.put("since_best", String.valueOf(position.sinceBest()));
        words.put("seconds", String.valueOf(position.seconds()));
        checkpoints.write(engine, words);
        bestWritten = weights == null ? -1 : best.step();
        removeOtherBest(bestWritten);
    }

    private Path best(int step) {
        return directory.resolve(BEST + step + ".safetensors");
    }

    private void removeOtherBest(int kept) {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith(BEST)).toList()) {
                if (!file.equals(best(kept))) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new LaboratoryException("folder " + directory + " cannot be tidied: " + e.getMessage(), e);
        }
    }

    /** What stands in the newest checkpoint, put into the engine. */
    Position resume(TrainingEngine engine, boolean inexact, List<String> notes) {
        Checkpoints.Resumed resumed = checkpoints.resume(engine, inexact);
        notes.add("resumed after step " + resumed.step());
        resumed.differences().forEach(difference -> notes.add("resumed under another condition: " + difference));
        SortedMap<String, String> words = resumed.position();
        int bestStep = Integer.parseInt(words.getOrDefault("best_step", "0"));
        Tensors weights = null;
        if (bestStep > 0) {
            if (!Files.exists(best(bestStep))) {
                throw new InvalidInputException("the best weights " + best(bestStep) + " are missing; begin the training anew");
            }
            weights = held(best(bestStep));
        }
        bestWritten = bestStep > 0 ? bestStep : -1;
        return new Position(
                numbers(words.getOrDefault("losses", "")),
                looks(words.getOrDefault("looks", "")),
                new Best(weights, Double.parseDouble(words.getOrDefault("best_value", "NaN")), bestStep),
                Integer.parseInt(words.getOrDefault("since_best", "0")),
                Double.parseDouble(words.getOrDefault("seconds", "0")));
    }

    /** On the heap, so that the file may be replaced. */
    private static Tensors held(Path file) {
        try (Tensors mapped = Safetensors.open(file)) {
            return Tensors.of(mapped.names().stream()
                    .map(name -> Tensors.Tensor.of(name, mapped.tensor(name).shape(), mapped.floats(name)))
                    .toList());
        }
    }

    private static List<Double> numbers(String words) {
        List<Double> out = new ArrayList<>();
        for (String word : words.split(" ", -1)) {
            if (!word.isEmpty()) {
                out.add(Double.parseDouble(word));
            }
        }
        return out;
    }

    private static List<TrainingListener.Look> looks(String words) {
        List<TrainingListener.Look> out = new ArrayList<>();
        for (String word : words.split(" ", -1)) {
            if (!word.isEmpty()) {
                int first = word.indexOf(':');
                int last = word.lastIndexOf(':');
                out.add(new TrainingListener.Look(
                        Integer.parseInt(word.substring(0, first)),
                        word.substring(first + 1, last),
                        Double.parseDouble(word.substring(last + 1))));
            }
        }
        return out;
    }
}
