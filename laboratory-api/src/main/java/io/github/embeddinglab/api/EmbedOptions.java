package io.github.embeddinglab.api;

import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/** How a request embeds its texts; immutable, each method gives a changed copy. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class EmbedOptions {
    private static final EmbedOptions DEFAULTS =
            new EmbedOptions(new Choice(null, Role.NONE, Overflow.TRUNCATE, 0), true, Progress.Listener.SILENT);

    private final Choice choice;
    private final boolean optimize;
    private final Progress.Listener progress;

    private record Choice(@Nullable String model, Role role, Overflow overflow, int dimensions) {}

    private EmbedOptions(Choice choice, boolean optimize, Progress.Listener progress) {
        this.choice = choice;
        this.optimize = optimize;
        this.progress = progress;
    }

    /**
     * The default model, role none, truncation counted, all dimensions.
     *
     * @return the defaults
     */
    public static EmbedOptions defaults() {
        return DEFAULTS;
    }

    /**
     * The defaults with a model.
     *
     * @param name registry name, {@code org/name}, alias or path of a folder
     * @return the options
     */
    public static EmbedOptions model(String name) {
        return DEFAULTS.withModel(name);
    }

    /**
     * With another model; an {@link Embedder} that is called itself ignores none of this and refuses a name that is not
     * its own.
     *
     * @param name registry name, {@code org/name}, alias or path of a folder
     * @return a copy
     */
    public EmbedOptions withModel(String name) {
        return new EmbedOptions(
                new Choice(name, choice.role, choice.overflow, choice.dimensions), optimize, progress);
    }

    /**
     * Without a model, so that whoever gets the options uses its own.
     *
     * @return a copy
     */
    public EmbedOptions withoutModel() {
        return new EmbedOptions(
                new Choice(null, choice.role, choice.overflow, choice.dimensions), optimize, progress);
    }

    /**
     * With another role.
     *
     * @param role chooses the prompt
     * @return a copy
     */
    public EmbedOptions role(Role role) {
        return new EmbedOptions(
                new Choice(choice.model, role, choice.overflow, choice.dimensions), optimize, progress);
    }

    /**
     * With another treatment of long texts.
     *
     * @param overflow what to do
     * @return a copy
     */
    public EmbedOptions overflow(Overflow overflow) {
        return new EmbedOptions(
                new Choice(choice.model, choice.role, overflow, choice.dimensions), optimize, progress);
    }

    /**
     * Keeps only the first columns and normalises again where the model normalises (Matryoshka; Kusupati et al. 2022).
     *
     * @param dimensions 1 to the model's dimensions, 0 for all
     * @return a copy
     * @throws InvalidInputException when negative
     */
    public EmbedOptions dimensions(int dimensions) {
        if (dimensions < 0) {
            throw new InvalidInputException("dimensions is " + dimensions + "; give 1 to the model's dimensions, or 0 for all");
        }
        return new EmbedOptions(new Choice(choice.model, choice.role, choice.overflow, dimensions), optimize, progress);
    }

    /**
     * Switches the optimisations that keep the result (on by default): equal texts are computed once, and a single text may
     * share a batch with those of other callers. Lossy ones have names of their own and are never switched by this.
     *
     * @param optimize whether to use them
     * @return a copy
     */
    public EmbedOptions optimize(boolean optimize) {
        return new EmbedOptions(choice, optimize, progress);
    }

    /**
     * With a listener.
     *
     * @param listener told after each batch
     * @return a copy
     */
    public EmbedOptions progress(Progress.Listener listener) {
        return new EmbedOptions(choice, optimize, listener);
    }

    /**
     * The model asked for.
     *
     * @return its name, empty for the default model
     */
    public Optional<String> model() {
        return Optional.ofNullable(choice.model);
    }

    /**
     * The role.
     *
     * @return chooses the prompt
     */
    public Role role() {
        return choice.role;
    }

    /**
     * The treatment of long texts.
     *
     * @return what to do
     */
    public Overflow overflow() {
        return choice.overflow;
    }

    /**
     * Columns to keep.
     *
     * @return 0 for all
     */
    public int dimensions() {
        return choice.dimensions;
    }

    /**
     * Whether result-preserving optimisations are used.
     *
     * @return true by default
     */
    public boolean optimize() {
        return optimize;
    }

    /**
     * The listener.
     *
     * @return never null
     */
    public Progress.Listener progress() {
        return progress;
    }

    @Override
    public String toString() {
        return "EmbedOptions[model=" + model().orElse("default") + ", role=" + role() + ", overflow=" + overflow()
                + ", dimensions=" + (dimensions() == 0 ? "all" : dimensions()) + ", optimize=" + optimize + "]";
    }
}
