package io.github.embeddinglab.api.training;

import io.github.embeddinglab.api.EvaluationData;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * What to fine-tune, on what, and how; immutable, made by {@link #of}.
 *
 * <pre>{@code
 * FineTuning spec = FineTuning.of("all-MiniLM-L6-v2")
 *         .pairs(TrainingData.jsonl(path)).loss(Losses.multipleNegatives().scale(20)).epochs(1).learningRate(2e-5).build();
 * }</pre>
 *
 * @param model registry name or folder of the parent
 * @param data to train on
 * @param recipe how
 * @param judging by what the result is judged
 * @param running where it is written, and who is told
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record FineTuning(String model, TrainingData data, Recipe recipe, Judging judging, Running running) {

    /**
     * How to train.
     *
     * @param strategy preset
     * @param loss null for the one that fits the form of the data
     * @param settings that were set; others come from the configuration, from the strategy, or have their defaults
     * @param helpers models of the caller that are no embedders
     */
    public record Recipe(
            Strategy strategy, @Nullable LossChoice loss, Map<TrainingSetting, Object> settings, Helpers helpers) {
        /** Copies and checks the settings. */
        public Recipe {
            Map<TrainingSetting, Object> checked = new EnumMap<>(TrainingSetting.class);
            settings.forEach((setting, value) -> checked.put(setting, setting.check(value)));
            settings = Collections.unmodifiableMap(checked);
        }

        /**
         * A recipe with more settings behind those that were set.
         *
         * @param others used where nothing was set
         * @return a copy
         */
        public Recipe orElse(Map<TrainingSetting, Object> others) {
            Map<TrainingSetting, Object> all = new EnumMap<>(TrainingSetting.class);
            all.putAll(others);
            all.putAll(settings);
            return new Recipe(strategy, loss, all, helpers);
        }

        /**
         * A text.
         *
         * @param setting a name or a list of names
         * @return what was set, or the default; empty where there is neither
         */
        public Optional<String> text(TrainingSetting setting) {
            return Optional.ofNullable(settings.getOrDefault(setting, setting.byDefault())).map(Object::toString);
        }

        /**
         * A number.
         *
         * @param setting decimal or whole
         * @return what was set, or the default; empty where there is neither
         */
        public Optional<Double> number(TrainingSetting setting) {
            Object value = settings.getOrDefault(setting, setting.byDefault());
            return value instanceof Number number ? Optional.of(number.doubleValue()) : Optional.empty();
        }

        /**
         * A whole number.
         *
         * @param setting whole
         * @return what was set, or the default; empty where there is neither
         */
        public Optional<Integer> whole(TrainingSetting setting) {
            return number(setting).map(Double::intValue);
        }

        /**
         * The seed.
         *
         * @return what was set, or the default
         */
        public long seed() {
            return settings.getOrDefault(TrainingSetting.SEED, TrainingSetting.SEED.byDefault()) instanceof Long seed ? seed : 0;
        }

        /**
         * A word.
         *
         * @param setting choice
         * @return what was set, or the default
         */
        public String word(TrainingSetting setting) {
            return String.valueOf(settings.getOrDefault(setting, setting.byDefault()));
        }
    }

    /**
     * Models of the caller that domain adaptation may use.
     *
     * @param writer writes queries for documents; null for headings, first sentences and keywords
     * @param judge scores queries and documents, as a cross-encoder; null for the parent with BM25
     */
    public record Helpers(@Nullable QueryWriter writer, @Nullable PairJudge judge) {
        /** None. */
        public static final Helpers NONE = new Helpers(null, null);

        /** Names of the classes: the same in each process. */
        @Override
        public String toString() {
            return (writer == null ? "" : writer.name()) + " " + (judge == null ? "" : judge.name());
        }
    }

    /**
     * By what the result is judged. Without rows and task a part of the data is kept for it.
     *
     * @param rows of a form that can judge (pairs, triplets, scored pairs, labelled texts), kept apart from the data; null for none
     * @param task any data that an evaluator reads, as a retrieval folder; null for none
     * @param general data on which the model must not fall; null for similarities of general texts that ship with the library
     * @param cache folder that keeps the vectors of parent and tuned model on these data; null for none
     */
    public record Judging(
            @Nullable TrainingData rows, @Nullable EvaluationData task, @Nullable EvaluationData general, @Nullable Path cache) {
        /** Checks that there is one judge. */
        public Judging {
            if (rows != null && task != null) {
                throw new InvalidInputException("a fine-tuning is judged by rows and by a task; give one of both");
            }
        }
    }

    /**
     * Where the result is written, and who is told.
     *
     * @param output folder of the tuned model, absent or empty; null for one in the model directory
     * @param resume goes on where an interrupted training of the same data and settings stopped
     * @param inexact goes on even where another machine or thread count will not give the same bits
     * @param progress told where the work stands
     * @param listener told what each step did
     */
    public record Running(@Nullable Path output, boolean resume, boolean inexact, Progress.Listener progress, TrainingListener listener) {
        /**
         * With another listener.
         *
         * @param other told where the work stands
         * @return a copy
         */
        public Running progress(Progress.Listener other) {
            return new Running(output, resume, inexact, other, listener);
        }

        /**
         * With another listener.
         *
         * @param other told what each step did
         * @return a copy
         */
        public Running listener(TrainingListener other) {
            return new Running(output, resume, inexact, progress, other);
        }
    }

    /**
     * Begins.
     *
     * @param model registry name or folder of the parent
     * @return a builder
     */
    public static Builder of(String model) {
        return new Builder(model);
    }

    /** Collects what is asked for, and checks it together. */
    public static final class Builder {
        private final String model;
        private final Map<TrainingSetting, Object> settings = new EnumMap<>(TrainingSetting.class);
        private @Nullable TrainingData data;
        private Strategy strategy = Strategy.AUTO;
        private @Nullable LossChoice loss;
        private Helpers helpers = Helpers.NONE;
        private Judging judging = new Judging(null, null, null, null);
        private Running running = new Running(null, false, false, Progress.Listener.SILENT, TrainingListener.NONE);

        private Builder(String model) {
            this.model = model;
        }

        /**
         * What to train on.
         *
         * @param rows of any form
         * @return this
         */
        public Builder data(TrainingData rows) {
            data = rows;
            return this;
        }

        /**
         * Pairs to train on; the same as {@link #data}.
         *
         * @param rows queries and documents
         * @return this
         */
        public Builder pairs(TrainingData rows) {
            return data(rows);
        }

        /**
         * Rows to judge by, instead of a part of the data.
         *
         * @param rows of the form of the data, or of another that can judge
         * @return this
         */
        public Builder evaluation(TrainingData rows) {
            judging = new Judging(rows, judging.task(), judging.general(), judging.cache());
            return this;
        }

        /**
         * A task to judge by, instead of a part of the data.
         *
         * @param task as in {@code EvaluationData.of("retrieval", folder)}
         * @return this
         */
        public Builder evaluation(EvaluationData task) {
            judging = new Judging(judging.rows(), task, judging.general(), judging.cache());
            return this;
        }

        /**
         * A task on which the model must not fall by more than the margin.
         *
         * @param task as in {@code EvaluationData.of("sts", file)}
         * @return this
         */
        public Builder general(EvaluationData task) {
            judging = new Judging(judging.rows(), judging.task(), task, judging.cache());
            return this;
        }

        /**
         * Keeps the vectors of what judges, so that another training by the same data does not embed them for the parent again.
         *
         * @param folder made where it is absent; that of {@code EvaluationOptions.cache} may be the same
         * @return this
         */
        public Builder cache(Path folder) {
            judging = new Judging(judging.rows(), judging.task(), judging.general(), folder);
            return this;
        }

        /**
         * The preset; {@link Strategy#AUTO} without it.
         *
         * @param other preset
         * @return this
         */
        public Builder strategy(Strategy other) {
            strategy = other;
            return this;
        }

        /**
         * The loss; the one that fits the form of the data without it.
         *
         * @param other made by {@link Losses}
         * @return this
         */
        public Builder loss(LossChoice other) {
            loss = other;
            return this;
        }

        /**
         * A model that writes queries for documents, for the strategy domain-adaptive.
         *
         * @param other used instead of headings, first sentences and keywords
         * @return this
         */
        public Builder queryWriter(QueryWriter other) {
            helpers = new Helpers(other, helpers.judge());
            return this;
        }

        /**
         * A model that scores queries and documents, as a cross-encoder, for the strategy domain-adaptive.
         *
         * @param other used instead of the parent with BM25
         * @return this
         */
        public Builder judge(PairJudge other) {
            helpers = new Helpers(helpers.writer(), other);
            return this;
        }

        /**
         * The model to learn from, for the strategy distill.
         *
         * @param model registry name or folder
         * @return this
         */
        public Builder teacher(String model) {
            return set(TrainingSetting.TEACHER, model);
        }

        /**
         * How often each row is seen.
         *
         * @param value above 0
         * @return this
         */
        public Builder epochs(double value) {
            return set(TrainingSetting.EPOCHS, value);
        }

        /**
         * Rows of a step.
         *
         * @param value at least 2
         * @return this
         */
        public Builder batchSize(int value) {
            return set(TrainingSetting.BATCH_SIZE, value);
        }

        /**
         * The greatest learning rate.
         *
         * @param value above 0
         * @return this
         */
        public Builder learningRate(double value) {
            return set(TrainingSetting.LEARNING_RATE, value);
        }

        /**
         * A limit of the training's time; the epochs are a limit still.
         *
         * @param value at least 3 seconds
         * @return this
         */
        public Builder timeLimit(Duration value) {
            return set(TrainingSetting.MINUTES, value.toMillis() / 60_000.0);
        }

        /**
         * The seed of order, parts, dropout and intervals.
         *
         * @param value at least 0
         * @return this
         */
        public Builder seed(long value) {
            return set(TrainingSetting.SEED, value);
        }

        /**
         * Any setting.
         *
         * @param setting which
         * @param value number or word, or the text of one
         * @return this
         * @throws InvalidInputException when the value does not fit
         */
        public Builder set(TrainingSetting setting, Object value) {
            settings.put(setting, setting.check(value));
            return this;
        }

        /**
         * Where to write the tuned model.
         *
         * @param folder absent or empty
         * @return this
         */
        public Builder output(Path folder) {
            running = new Running(folder, running.resume(), running.inexact(), running.progress(), running.listener());
            return this;
        }

        /**
         * Goes on with an interrupted training.
         *
         * @param inexact also where the result will not have the same bits, as on another machine
         * @return this
         */
        public Builder resume(boolean inexact) {
            running = new Running(running.output(), true, inexact, running.progress(), running.listener());
            return this;
        }

        /**
         * Tells where the work stands.
         *
         * @param listener called on the training's thread
         * @return this
         */
        public Builder progress(Progress.Listener listener) {
            running = running.progress(listener);
            return this;
        }

        /**
         * Tells what each step did.
         *
         * @param listener called on the training's thread
         * @return this
         */
        public Builder listener(TrainingListener listener) {
            running = new Running(running.output(), running.resume(), running.inexact(), running.progress(), listener);
            return this;
        }

        /**
         * Ends.
         *
         * @return the request
         * @throws InvalidInputException when there are no data
         */
        public FineTuning build() {
            if (data == null) {
                throw new InvalidInputException("fine-tuning of " + model + " has no data; give some with data(...) or --data");
            }
            return new FineTuning(model, data, new Recipe(strategy, loss, settings, helpers), judging, running);
        }
    }
}
