package io.github.embeddinglab.api;

import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * What to measure on which models; immutable, each method gives a changed copy. The first model is the one that the others
 * are held against.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class BenchmarkPlan {
    private final Subject subject;
    private final EvaluationOptions options;
    private final Effort effort;
    private final Outside outside;

    private record Subject(List<String> models, Set<Suite> suites, @Nullable Path catalogue) {}

    private record Outside(List<String> probe, @Nullable Path rivals, Consumer<String> notes) {}

    private BenchmarkPlan(Subject subject, EvaluationOptions options, Effort effort, Outside outside) {
        this.subject = subject;
        this.options = options;
        this.effort = effort;
        this.outside = outside;
    }

    /**
     * All suites with the defaults.
     *
     * @param models registry names or folders, at least one, none twice
     * @return the plan
     * @throws ConfigurationException when there is none, or one twice
     */
    public static BenchmarkPlan of(List<String> models) {
        if (models.isEmpty() || new LinkedHashSet<>(models).size() < models.size()) {
            throw new ConfigurationException("models are " + models + "; name at least one, none twice");
        }
        return new BenchmarkPlan(
                new Subject(List.copyOf(models), EnumSet.allOf(Suite.class), null),
                EvaluationOptions.defaults(),
                Effort.defaults(),
                new Outside(List.of(), null, note -> {}));
    }

    /**
     * With other suites.
     *
     * @param first one of them
     * @param more the others
     * @return a copy
     */
    public BenchmarkPlan suites(Suite first, Suite... more) {
        return new BenchmarkPlan(
                new Subject(subject.models, EnumSet.of(first, more), subject.catalogue), options, effort, outside);
    }

    /**
     * With a catalogue, which names the data of {@link Suite#QUALITY} and {@link Suite#RETRIEVAL}.
     *
     * @param file as {@code benchmarks/catalogue.json}, which is the default where the working directory has it
     * @return a copy
     */
    public BenchmarkPlan catalogue(Path file) {
        return new BenchmarkPlan(new Subject(subject.models, subject.suites, file), options, effort, outside);
    }

    /**
     * With other options of the evaluations: sampling, cache, progress (counted in texts over the whole run).
     *
     * @param other the options
     * @return a copy
     */
    public BenchmarkPlan options(EvaluationOptions other) {
        return new BenchmarkPlan(subject, other, effort, outside);
    }

    /**
     * With longer or shorter measurements of speed.
     *
     * @param other warm-up, length, rounds, callers
     * @return a copy
     */
    public BenchmarkPlan effort(Effort other) {
        return new BenchmarkPlan(subject, options, other, outside);
    }

    /**
     * With a command that measures cold start and memory of one model in a process of its own: the model's name is appended
     * to it, and it prints one JSON object with {@code cold_start_ms}, {@code resident_bytes} and {@code peak_bytes}.
     * Without it the suite {@link Suite#PRODUCTION} measures inside this process and says so.
     *
     * @param command program and arguments
     * @return a copy
     */
    public BenchmarkPlan probe(List<String> command) {
        return new BenchmarkPlan(subject, options, effort, new Outside(List.copyOf(command), outside.rivals, outside.notes));
    }

    /**
     * With a measurement of other engines, as {@code lab benchmark inference --json} prints it; two of the promises are
     * judged by it.
     *
     * @param file JSON
     * @return a copy
     */
    public BenchmarkPlan rivals(Path file) {
        return new BenchmarkPlan(subject, options, effort, new Outside(outside.probe, file, outside.notes));
    }

    /**
     * With a listener for notes, one line each: what will be done and how long it may take, what begins now.
     *
     * @param listener takes a line
     * @return a copy
     */
    public BenchmarkPlan notes(Consumer<String> listener) {
        return new BenchmarkPlan(subject, options, effort, new Outside(outside.probe, outside.rivals, listener));
    }

    /**
     * The models.
     *
     * @return names, the first is the one that the others are held against
     */
    public List<String> models() {
        return subject.models;
    }

    /**
     * The suites.
     *
     * @return at least one
     */
    public Set<Suite> suites() {
        return Collections.unmodifiableSet(subject.suites);
    }

    /**
     * The catalogue.
     *
     * @return empty for the default
     */
    public Optional<Path> catalogue() {
        return Optional.ofNullable(subject.catalogue);
    }

    /**
     * Options of the evaluations.
     *
     * @return sampling, cache, progress
     */
    public EvaluationOptions options() {
        return options;
    }

    /**
     * How long speed is measured.
     *
     * @return warm-up, length, rounds, callers
     */
    public Effort effort() {
        return effort;
    }

    /**
     * The command that measures one model in a process of its own.
     *
     * @return empty for none
     */
    public List<String> probe() {
        return outside.probe;
    }

    /**
     * The measurement of other engines.
     *
     * @return its file
     */
    public Optional<Path> rivals() {
        return Optional.ofNullable(outside.rivals);
    }

    /**
     * The listener for notes.
     *
     * @return never null
     */
    public Consumer<String> notes() {
        return outside.notes;
    }
}
