package io.github.embeddinglab.training.tensorboard;

import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.api.training.TrainingListener;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what a training does as event files: {@code train/loss}, {@code train/learning_rate} and {@code train/gradient_norm} of each step,
 * {@code selection/METRIC} of each look, and {@code gate/METRIC} of the parent (step 0) and of the tuned model (the last step). Steps
 * count from 1, numbers are in single precision.
 *
 * <p>A disk that refuses ends the events, not the training; {@link #fault} tells it.
 *
 * @see <a href="https://www.tensorflow.org/tensorboard">TensorBoard</a>
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TrainingEvents implements TrainingListener, AutoCloseable {
    /** Begins the line that tells a user where the files are. */
    public static final String WHERE = "for TensorBoard: ";

    private static final Logger LOG = LoggerFactory.getLogger(TrainingEvents.class);
    private static final String PREFIX = "events.out.tfevents.";
    private static final double MILLIS = 1e3;

    private final Path folder;
    private final TrainingListener next;
    private final boolean resumed;
    /** No channel: an interrupt would close it, and the next step is told before the training stops. */
    private @Nullable FileOutputStream file;
    private @Nullable String fault;
    private boolean started;

    private TrainingEvents(Path folder, TrainingListener next, boolean resumed) {
        this.folder = folder;
        this.next = next;
        this.resumed = resumed;
    }

    /**
     * Begins or goes on. Nothing is written before the first event.
     *
     * @param folder of this run; event files in it are removed unless the training is resumed
     * @param resumed whether the files of the interrupted training stay; those of its steps that are made again are void
     * @param next told everything as well
     * @return the listener, to be closed at the training's end
     */
    public static TrainingEvents in(Path folder, boolean resumed, TrainingListener next) {
        return new TrainingEvents(folder, next, resumed);
    }

    @Override
    public void planned(List<String> lines) {
        next.planned(lines);
    }

    @Override
    public void stepped(Step step) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("train/loss", step.loss());
        values.put("train/learning_rate", step.learningRate());
        values.put("train/gradient_norm", step.gradientNorm());
        begin(step.step());
        write(step.step(), values);
        next.stepped(step);
    }

    @Override
    public void looked(Look look) {
        begin(look.step());
        write(look.step(), Map.of("selection/" + look.metric(), look.value()));
        next.looked(look);
    }

    /**
     * Writes the gate's scores.
     *
     * @param before of the parent, by name
     * @param after of the tuned model, by name
     * @param steps of the whole training
     */
    public void judged(Map<String, Score> before, Map<String, Score> after, int steps) {
        write(0, values(before));
        write(steps, values(after));
    }

    private static Map<String, Double> values(Map<String, Score> scores) {
        Map<String, Double> values = new LinkedHashMap<>();
        scores.forEach((name, score) -> {
            if (score.defined()) {
                values.put("gate/" + name, score.value());
            }
        });
        return values;
    }

    /**
     * Why events are missing.
     *
     * @return one sentence; empty where all were written
     */
    public Optional<String> fault() {
        return Optional.ofNullable(fault);
    }

    /** Readers drop all that an interrupted training told from this step on: said by a step or look, never by scores of step 0. */
    private void begin(int step) {
        if (resumed && !started) {
            started = true;
            put(EventRecord.start(now(), step), step);
        }
    }

    private void write(int step, Map<String, Double> values) {
        put(EventRecord.scalars(now(), step, values), step);
    }

    private void put(byte[] record, int step) {
        if (fault != null) {
            return;
        }
        try {
            append(record);
        } catch (IOException e) {
            fault = "event files in " + folder + " end at step " + step + " (" + e.getMessage() + "); the training is not touched";
            LOG.warn(fault);
        }
    }

    private void append(byte[] record) throws IOException {
        FileOutputStream open = file;
        if (open == null) {
            open = open();
            file = open;
            open.write(EventRecord.version(now()));
        }
        open.write(record);
    }

    /** Names sort by time, and readers take files in the order of names. */
    private FileOutputStream open() throws IOException {
        Files.createDirectories(folder);
        long second = System.currentTimeMillis() / 1000;
        for (Path old : existing()) {
            if (!resumed) {
                Files.delete(old);
                continue;
            }
            String number = old.getFileName().toString().substring(PREFIX.length()).replaceAll("\\D.*", "");
            second = number.isEmpty() ? second : Math.max(second, Long.parseLong(number) + 1);
        }
        Path made = folder.resolve(String.format(Locale.ROOT, "%s%010d.laboratory.%d", PREFIX, second, ProcessHandle.current().pid()));
        return new FileOutputStream(Files.createFile(made).toFile());
    }

    private List<Path> existing() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new ArrayList<>(files.filter(path -> path.getFileName().toString().startsWith(PREFIX)).toList());
        }
    }

    private static double now() {
        return System.currentTimeMillis() / MILLIS;
    }

    @Override
    public void close() {
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                fault = "event files in " + folder + " could not be closed (" + e.getMessage() + "); the training is not touched";
            }
        }
    }
}
