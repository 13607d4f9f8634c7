package io.github.embeddinglab.api.training;

import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.ModelId;
import io.github.embeddinglab.api.Score;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * What a fine-tuning came to. A refusal is a result: the folder is written, and not registered.
 *
 * @param made the tuned model
 * @param verdict of the gate
 * @param before scores of the parent on the gate's data, by name
 * @param after scores of the tuned model, by name
 * @param baselines scores of what needs no model, as {@code bm25} where the gate searches, by its name; empty where there is none
 * @param course of the training
 * @param data what was trained on, and how it was divided
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record FineTuningReport(
        Made made,
        Verdict verdict,
        Map<String, Score> before,
        Map<String, Score> after,
        Map<String, Map<String, Score>> baselines,
        Course course,
        DataReport data) {
    private static final String CURVE = "training-curve.html";

    /** Copies the maps. */
    public FineTuningReport {
        before = copy(before);
        after = copy(after);
        Map<String, Map<String, Score>> all = new LinkedHashMap<>();
        baselines.forEach((name, scores) -> all.put(name, copy(scores)));
        baselines = Collections.unmodifiableMap(all);
    }

    private static Map<String, Score> copy(Map<String, Score> scores) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(scores));
    }

    /**
     * The tuned model.
     *
     * @param id its name, registered or not
     * @param folder where it is
     * @param parent that it was made from
     * @param name by which it is loaded, whatever the gate said: the id of a registered model, the folder of another,
     *     {@code adapter=FOLDER:PARENT} of a map that is no model of its own
     */
    public record Made(ModelId id, Path folder, String parent, String name) {}

    /**
     * What the gate said.
     *
     * @param passed whether the gate let it pass
     * @param registered whether the model may be loaded by its id: it passed, and is a model of its own; a map of queries alone is not
     * @param reason one sentence
     * @param difference of the deciding score, with interval and p values
     * @param smallestGain that the gate's data could have shown, half the width of the interval around no gain
     * @param general score on the general set before and after; null where there was none to compute
     */
    public record Verdict(
            boolean passed, boolean registered, String reason, Difference difference, double smallestGain, @Nullable General general) {
        /**
         * The verdict on what cannot have a name of its own.
         *
         * @return a copy that is not registered
         */
        public Verdict unregistered() {
            return new Verdict(passed, false, reason, difference, smallestGain, general);
        }

        /**
         * The verdict in words, behind the model's name in a sentence.
         *
         * @return {@code is registered}, {@code passed the gate} or {@code is not registered}
         */
        public String outcome() {
            return registered ? "is registered" : passed ? "passed the gate" : "is not registered";
        }
    }

    /**
     * How the model did on the general set.
     *
     * @param name of score and set
     * @param before of the parent
     * @param after of the tuned model
     * @param least what was allowed
     */
    public record General(String name, double before, double after, double least) {
        /**
         * Whether it is good enough.
         *
         * @return true at the limit, too
         */
        public boolean held() {
            return after >= least;
        }
    }

    /**
     * How the training went.
     *
     * @param steps made
     * @param seconds of the training, without the gate
     * @param losses of each step
     * @param looks at the selection part
     * @param notes what the strategy expanded to, what was left out of the data, what was cut short, and why
     */
    public record Course(
            int steps, double seconds, List<Double> losses, List<TrainingListener.Look> looks, List<String> notes) {
        /** Copies the lists. */
        public Course {
            losses = List.copyOf(losses);
            looks = List.copyOf(looks);
            notes = List.copyOf(notes);
        }
    }

    /**
     * Where loss and scores over the steps are drawn: a page that needs nothing beside it.
     *
     * @return a file in the tuned model's folder; absent where no step was made
     */
    public Path curve() {
        return made.folder().resolve(CURVE);
    }

    /**
     * The tuned model's name.
     *
     * @return for {@code models().load} when it was registered; {@code made().name()} always loads
     */
    public ModelId model() {
        return made.id();
    }
}
