package io.github.embeddinglab.api.training;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be set about a training, with its range and default: for code, for {@code --set key=value} and for the
 * section {@code finetuning} of a configuration alike. The key is the constant's name in lower case.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public enum TrainingSetting {
    /** How often each row is seen; without it, up to ten times: until 200 steps are made, or the time is over where minutes are set. */
    EPOCHS(number(0.001, 10_000), null),
    /** Rows of a step; in-batch negatives are among them. */
    BATCH_SIZE(integer(2, 65_536), 32),
    /**
     * How several data sets (each file of {@code --data}, or {@link TrainingRow#inSet}) are mixed: all rows as one set; or each batch of
     * one set, with every batch of every set in a random order, one batch of each set in turn until the smallest is used up, or sets
     * drawn by their sizes to the power 1 / {@link #MIXING_TEMPERATURE}.
     */
    MIXING(oneOf("concatenated", "proportional", "round-robin", "temperature"), "concatenated"),
    /** With mixing by temperature: 1 is proportional, larger values raise the share of small sets. */
    MIXING_TEMPERATURE(number(0.1, 1000), 5.0),
    /** The greatest learning rate. */
    LEARNING_RATE(number(1e-9, 1), 5e-5),
    /** How the rate falls after the warm-up. */
    SCHEDULE(oneOf("linear", "cosine", "constant"), "linear"),
    /** Steps in which the rate rises; cut to a tenth of all steps. */
    WARMUP_STEPS(integer(0, 1_000_000_000), 500),
    /** Share of a weight taken off at a step, times the learning rate. */
    WEIGHT_DECAY(number(0, 1), 0.01),
    /** Limit of the common norm of all gradients. */
    MAX_GRADIENT_NORM(number(1e-9, 1e9), 1.0),
    /** Steps between two looks at the selection part; without it, a tenth of all steps, and at least 25. */
    EVALUATION_STEPS(integer(1, 1_000_000_000), null),
    /** Looks without a gain after which the training stops; 0 for never. */
    PATIENCE(integer(0, 1_000_000), 4),
    /** Time for the training, made a number of steps once, after 20 measured ones; the epochs are a limit still. */
    MINUTES(number(0.05, 100_000), null),
    /** Of order, parts, dropout and intervals. */
    SEED(integer(0, Long.MAX_VALUE), 42),
    /** Tokens at which training cuts a text; without it, the model's limit. */
    MAX_TOKENS(integer(4, 1 << 20), null),
    /** Texts computed at a time; without it, as many as the memory allows. */
    MICRO_BATCH(integer(1, 65_536), null),
    /** MiB that weights, gradients, optimizer and one pass may take by estimate; a larger batch is cut into micro-batches. */
    MEMORY_MIB(integer(64, 1 << 24), 4096),
    /** Computes each layer again on the way back, so that its input is kept alone; auto: where a single text would not fit otherwise. */
    GRADIENT_CHECKPOINTING(oneOf("auto", "on", "off"), "auto"),
    /** How batches are drawn where rows are not each other's negatives: at random, or rows of like length together, which saves padding. */
    BATCHING(oneOf("shuffled", "length-grouped"), "shuffled"),
    /** Padded tokens of a batch whose rows are grouped by length, at most; a longer row stands alone. Without it, rows alone are counted. */
    BATCH_TOKENS(integer(16, 1 << 24), null),
    /** Where weights are trained; auto: on an Nvidia GPU where the natives for it are on the class path and find one, else on the CPU. */
    DEVICE(oneOf("auto", "cpu", "gpu"), "auto"),
    /** Numbers of the matrix products. */
    PRECISION(oneOf("auto", "fp32", "bf16"), "auto"),
    /** Share of hidden values dropped; without it, as the model's configuration has it. */
    DROPOUT(number(0, 0.9), null),
    /** What stays as it is. */
    FROZEN(oneOf("none", "word-embeddings"), "none"),
    /** Trains the last layers alone; without it, all. */
    LAST_LAYERS(integer(1, 1000), null),
    /** Trains low-rank changes of this rank (LoRA), merged at the end; without it, whole weights. */
    LORA_RANK(integer(1, 1024), null),
    /** Mixes the weights with the parent's: the least of the change that has nine tenths of the gain on the selection part is taken. */
    INTERPOLATION(oneOf("on", "off"), "on"),
    /** Numbers that the tuned folder is stored in: those of the parent, or others; the gate judges what was stored. */
    WEIGHTS(oneOf("keep", "float32", "float16", "bfloat16"), "keep"),
    /** Share of the rows for choosing. */
    SELECTION_SHARE(number(0.01, 0.5), 0.1),
    /** Share of the rows for the gate. */
    GATE_SHARE(number(0.01, 0.5), 0.2),
    /** By how much a score on the general set may fall. */
    MARGIN(number(0, 1), 0.01),
    /** The least rank correlation with the parent's similarities of general texts, where no general set is named. */
    PRESERVATION(number(-1, 1), 0.8),
    /** Threads that compute; without it, all processors. */
    THREADS(integer(1, 1024), null),
    /** Model that a student learns from, by name or folder. */
    TEACHER(text(), null),
    /** What a student learns of its teacher: its vectors, or how it scores the documents of a query. */
    DISTILLATION(oneOf("vectors", "scores"), "vectors"),
    /** Model that says which negatives of a batch are positives (loss gist), by name or folder; without it, the parent. */
    GUIDE(text(), null),
    /** What an adapter maps: queries alone, so that an index stays valid, or queries and documents. */
    ADAPTER_SIDE(oneOf("query", "both"), "query"),
    /** Rank of an adapter's change; 0 for a full matrix. */
    ADAPTER_RANK(integer(0, 4096), 0),
    /** Stages of domain adaptation; a first stage on words before the queries' stage was not seen to gain anything. */
    STAGES(oneOf("queries", "both", "first"), "queries"),
    /** What the first stage of domain adaptation is: masked language modelling, or a denoising autoencoder (TSDAE). */
    FIRST_STAGE(oneOf("masked", "denoising"), "masked"),
    /** Share of the tokens that masked language modelling hides. */
    MASKED_SHARE(number(0.01, 0.9), 0.15),
    /** Share of the tokens that a denoising autoencoder deletes. */
    DELETED_SHARE(number(0.01, 0.95), 0.6),
    /** How often the first stage of domain adaptation sees each text. */
    FIRST_EPOCHS(number(0.001, 10_000), 1.0),
    /** The greatest learning rate of the first stage of domain adaptation. */
    FIRST_LEARNING_RATE(number(1e-9, 1), 2e-5),
    /** Makers of queries from plain documents, by name, with commas between them. */
    GENERATORS(text(), "heading,first-sentence,keywords"),
    /** Weight of BM25 beside the parent's cosine in the scores of made queries. */
    KEYWORD_WEIGHT(number(0, 1), 0.2),
    /** Negatives of each made query. */
    NEGATIVES(integer(1, 1000), 1),
    /** Rank down to which negatives of made queries are drawn. */
    DEEPEST_RANK(integer(1, 100_000), 50);

    private final String form;
    private final @Nullable String byDefault;

    /** An enum's fields are texts and numbers, so that it cannot change. */
    TrainingSetting(String form, @Nullable Object byDefault) {
        this.form = form;
        this.byDefault = byDefault == null ? null : byDefault.toString();
    }

    /** What values a setting takes. */
    public sealed interface Kind {
        /**
         * Any number of a range.
         *
         * @param low least
         * @param high greatest
         */
        record Decimal(double low, double high) implements Kind {}

        /**
         * A whole number of a range.
         *
         * @param low least
         * @param high greatest
         */
        record Whole(long low, long high) implements Kind {}

        /**
         * One of some words.
         *
         * @param words at least two
         */
        record Choice(List<String> words) implements Kind {
            /** Copies the words. */
            public Choice {
                words = List.copyOf(words);
            }
        }

        /** Any text that is not blank. */
        record Text() implements Kind {}
    }

    private static String number(double low, double high) {
        return "number " + low + " " + high;
    }

    private static String integer(long low, long high) {
        return "integer " + low + " " + high;
    }

    private static String text() {
        return "text";
    }

    private static String oneOf(String... words) {
        return "choice " + String.join(" ", words);
    }

    /**
     * The name in configurations.
     *
     * @return as in {@code batch_size}
     */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * What values it takes.
     *
     * @return a range, words, or any text
     */
    public Kind kind() {
        List<String> parts = List.of(form.split(" ", -1));
        return switch (parts.get(0)) {
            case "number" -> new Kind.Decimal(Double.parseDouble(parts.get(1)), Double.parseDouble(parts.get(2)));
            case "integer" -> new Kind.Whole(Long.parseLong(parts.get(1)), Long.parseLong(parts.get(2)));
            case "text" -> new Kind.Text();
            default -> new Kind.Choice(parts.subList(1, parts.size()));
        };
    }

    /**
     * What holds where nothing is set.
     *
     * @return Double, Long or String, as the kind; null for none
     */
    public @Nullable Object byDefault() {
        return byDefault == null ? null : check(byDefault);
    }

    /**
     * Finds a setting.
     *
     * @param key as in {@code batch_size}
     * @return the setting
     * @throws InvalidInputException when there is none
     */
    public static TrainingSetting of(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("setting \"" + key + "\" of training is not known; there are "
                        + Arrays.stream(values()).map(TrainingSetting::key).collect(Collectors.joining(", "))));
    }

    /**
     * Checks a value.
     *
     * @param value number or word, or the text of one
     * @return Double, Long or String, as the kind
     * @throws InvalidInputException when it does not fit
     */
    public Object check(Object value) {
        Kind kind = kind();
        if (kind instanceof Kind.Decimal range) {
            return decimal(value, range);
        }
        if (kind instanceof Kind.Text) {
            return text(value);
        }
        return kind instanceof Kind.Whole range ? whole(value, range) : word(value, (Kind.Choice) kind);
    }

    private Object text(Object value) {
        String text = value.toString().strip();
        if (text.isEmpty()) {
            throw wrong(value, "a text");
        }
        return text;
    }

    private Object decimal(Object value, Kind.Decimal range) {
        double number = value instanceof Number given ? given.doubleValue() : parsed(value);
        if (!(number >= range.low() && number <= range.high())) {
            throw wrong(value, "a number from " + range.low() + " to " + range.high());
        }
        return number;
    }

    private Object whole(Object value, Kind.Whole range) {
        Long exact = exact(value);
        double number = exact != null ? exact : value instanceof Number given ? given.doubleValue() : parsed(value);
        long whole = exact != null ? exact : (long) number;
        if ((exact == null && (double) whole != number) || whole < range.low() || whole > range.high()) {
            throw wrong(value, "a whole number from " + range.low() + " to " + range.high());
        }
        return whole;
    }

    /** Every bit of a seed counts: through a double those beyond 53 would be lost. */
    private static @Nullable Long exact(Object value) {
        if (value instanceof Long || value instanceof Integer) {
            return ((Number) value).longValue();
        }
        try {
            return value instanceof Number ? null : Long.valueOf(value.toString().strip());
        } catch (NumberFormatException e) {
            return null; // as 1e3
        }
    }

    private Object word(Object value, Kind.Choice choice) {
        String text = value.toString().strip().toLowerCase(Locale.ROOT);
        String word = Map.of("true", "on", "false", "off").getOrDefault(text, text);
        if (!choice.words().contains(word)) {
            throw wrong(value, "one of " + String.join(", ", choice.words()));
        }
        return word;
    }

    private double parsed(Object value) {
        try {
            return Double.parseDouble(value.toString().strip());
        } catch (NumberFormatException e) {
            throw new InvalidInputException("setting " + key() + " of training is \"" + value + "\"; give a number", e);
        }
    }

    private InvalidInputException wrong(Object value, String wanted) {
        return new InvalidInputException("setting " + key() + " of training is \"" + value + "\"; give " + wanted);
    }
}
