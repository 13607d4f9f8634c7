package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.TextTooLongException;
import io.github.embeddinglab.api.TokenUse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A deterministic embedder without natives or weights: hashed words, character trigrams, word pairs and synonym groups,
 * so related texts are near each other. It has every feature of {@link Embedder} and opens in a millisecond. Its quality
 * says nothing about real models.
 *
 * <p>Tokens are words of letters and digits and single other characters, framed by two special tokens. Cost of a text is
 * O(tokens x d).
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class FakeEmbedder implements Embedder {
    private final Builder settings;
    private final HashedFeatures features;
    private final Fingerprint fingerprint;
    private final AtomicBoolean closed = new AtomicBoolean();

    private FakeEmbedder(Builder settings) {
        this.settings = settings;
        this.features = new HashedFeatures(settings.dimensions, settings.seed, settings.synonyms);
        this.fingerprint = sha256(settings.describe());
    }

    /**
     * Opens one with the defaults: 128 dimensions, 64 tokens, the prompts {@code query} ("query: ") and
     * {@code document} ("passage: "), normalised.
     *
     * @return an embedder to close
     */
    public static FakeEmbedder open() {
        return builder().build();
    }

    /**
     * Begins one with other settings.
     *
     * @return a builder with the defaults
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String model() {
        return settings.model;
    }

    @Override
    public Embeddings embed(List<String> texts, EmbedOptions options) {
        requireOpen();
        int dimensions = requireOptions(options);
        String prompt = prompt(options.role());
        List<Pieces> pieces = new ArrayList<>(texts.size());
        for (int row = 0; row < texts.size(); row++) {
            pieces.add(pieces(row, texts.get(row), prompt, options.overflow()));
        }
        long start = System.nanoTime();
        float[] values = new float[texts.size() * dimensions];
        Map<String, Integer> first = new HashMap<>();
        for (int row = 0; row < texts.size(); row++) {
            if (row % settings.batchRows == 0) {
                requireNoInterrupt(row, texts.size());
            }
            Integer twin = options.optimize() ? first.putIfAbsent(texts.get(row), row) : null;
            if (twin != null) {
                System.arraycopy(values, twin * dimensions, values, row * dimensions, dimensions);
            } else {
                write(vector(pieces.get(row)), values, row * dimensions, dimensions);
            }
            int done = row + 1;
            if (done % settings.batchRows == 0 || done == texts.size()) {
                options.progress()
                        .report(new Progress(
                                "embedding", done, texts.size(), Duration.ofNanos(System.nanoTime() - start)));
            }
        }
        List<TokenUse> uses = pieces.stream().map(Pieces::use).toList();
        return Embeddings.adopt(values, dimensions, uses, fingerprint);
    }

    private record Pieces(List<List<String>> windows, TokenUse use) {}

    private Pieces pieces(int row, String text, String prompt, Overflow overflow) {
        if (text == null) {
            throw new InvalidInputException("text " + row + " of the request is null; drop it or give an empty string");
        }
        int room = settings.maxTokens - FakeTokenizer.SPECIAL_TOKENS;
        List<String> tokens = FakeTokenizer.tokens(prompt + text);
        int total = tokens.size() + FakeTokenizer.SPECIAL_TOKENS;
        if (tokens.size() <= room) {
            return new Pieces(List.of(tokens), TokenUse.whole(total));
        }
        return switch (overflow) {
            case TRUNCATE -> new Pieces(
                    List.of(tokens.subList(0, room)), new TokenUse(settings.maxTokens, total - settings.maxTokens, 1));
            case FAIL -> throw new TextTooLongException("text " + row + " has " + total + " tokens, " + settings.model
                    + " takes " + settings.maxTokens + "; shorten it, or choose Overflow.TRUNCATE or SPLIT");
            case SPLIT -> split(FakeTokenizer.tokens(prompt), FakeTokenizer.tokens(text), room);
        };
    }

    private static Pieces split(List<String> prompt, List<String> tokens, int room) {
        int part = room - prompt.size();
        List<List<String>> windows = new ArrayList<>();
        int used = 0;
        for (int at = 0; at < tokens.size(); at += part) {
            List<String> window = new ArrayList<>(prompt);
            window.addAll(tokens.subList(at, Math.min(tokens.size(), at + part)));
            windows.add(window);
            used += window.size() + FakeTokenizer.SPECIAL_TOKENS;
        }
        return new Pieces(windows, new TokenUse(used, 0, windows.size()));
    }

    private double[] vector(Pieces pieces) {
        if (pieces.windows().size() == 1) {
            return finish(features.sum(pieces.windows().get(0)));
        }
        double[] mean = new double[settings.dimensions];
        for (List<String> window : pieces.windows()) {
            double[] vector = finish(features.sum(window));
            int weight = window.size() + FakeTokenizer.SPECIAL_TOKENS;
            for (int i = 0; i < mean.length; i++) {
                mean[i] += weight * vector[i] / pieces.use().used();
            }
        }
        return finish(mean);
    }

    private double[] finish(double[] vector) {
        return settings.normalise ? scaled(vector, vector.length) : vector;
    }

    private static double[] scaled(double[] vector, int length) {
        double squares = 0;
        for (int i = 0; i < length; i++) {
            squares += vector[i] * vector[i];
        }
        double norm = squares == 0 ? 1 : Math.sqrt(squares);
        double[] result = new double[length];
        for (int i = 0; i < length; i++) {
            result[i] = vector[i] / norm;
        }
        return result;
    }

    private void write(double[] vector, float[] target, int offset, int dimensions) {
        double[] row = settings.normalise && dimensions < vector.length ? scaled(vector, dimensions) : vector;
        for (int i = 0; i < dimensions; i++) {
            target[offset + i] = (float) row[i];
        }
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new LaboratoryException("the embedder " + settings.model + " is closed; open another one");
        }
    }

    private static void requireNoInterrupt(int done, int total) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancelledException(
                    "embedding was interrupted after " + done + " of " + total + " texts; call it again to repeat it");
        }
    }

    private int requireOptions(EmbedOptions options) {
        String asked = options.model().orElse(settings.model);
        if (!asked.equals(settings.model)) {
            throw new InvalidInputException("this embedder is " + settings.model + ", the request names " + asked
                    + "; leave the name out or ask the laboratory");
        }
        if (options.dimensions() > settings.dimensions) {
            throw new InvalidInputException("dimensions is " + options.dimensions() + ", " + settings.model + " has "
                    + settings.dimensions + "; ask for at most that many, or 0 for all");
        }
        return options.dimensions() == 0 ? settings.dimensions : options.dimensions();
    }

    private String prompt(Role role) {
        String name = role.promptName().isEmpty() ? settings.defaultPrompt : role.promptName();
        String prompt = settings.prompts.get(name);
        if (prompt != null) {
            return prompt;
        }
        if (name.isEmpty()) {
            return "";
        }
        if (role.equals(Role.QUERY) || role.equals(Role.DOCUMENT)) {
            return prompt(Role.NONE);
        }
        throw new InvalidInputException("prompt \"" + name + "\" is unknown to " + settings.model + ", it has "
                + (settings.prompts.isEmpty() ? "none" : String.join(", ", settings.prompts.keySet())));
    }

    @Override
    public int dimensions() {
        return settings.dimensions;
    }

    @Override
    public int maxTokens() {
        return settings.maxTokens;
    }

    @Override
    public int countTokens(String text) {
        requireOpen();
        return FakeTokenizer.tokens(text).size() + FakeTokenizer.SPECIAL_TOKENS;
    }

    @Override
    public Fingerprint fingerprint() {
        return fingerprint;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.values());
    }

    @Override
    public void close() {
        closed.set(true);
    }

    @Override
    public String toString() {
        return "FakeEmbedder[" + settings.model + ", " + settings.dimensions + " dimensions]";
    }

    /** Gives the SHA-256 of a description, as a fingerprint. */
    static Fingerprint sha256(String description) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(description.getBytes(StandardCharsets.UTF_8));
            return new Fingerprint(HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Settings of a {@link FakeEmbedder}; checked together by {@link #build()}. Not for concurrent use. */
    public static final class Builder {
        private String model = "fake";
        private int dimensions = 128;
        private int maxTokens = 64;
        private int batchRows = 32;
        private long seed = 1;
        private boolean normalise = true;
        private String defaultPrompt = "";
        private final Map<String, String> prompts = new TreeMap<>(Map.of("query", "query: ", "document", "passage: "));
        private final List<Set<String>> synonyms = new ArrayList<>();

        private Builder() {}

        private Builder(Builder other) {
            model = other.model;
            dimensions = other.dimensions;
            maxTokens = other.maxTokens;
            batchRows = other.batchRows;
            seed = other.seed;
            normalise = other.normalise;
            defaultPrompt = other.defaultPrompt;
            prompts.clear();
            prompts.putAll(other.prompts);
            synonyms.addAll(other.synonyms);
        }

        /**
         * Names the model; the name is no part of the fingerprint.
         *
         * @param name any name but a blank one
         * @return this
         */
        public Builder model(String name) {
            model = name;
            return this;
        }

        /**
         * Chooses the width of the vectors.
         *
         * @param value 1 to 65,536
         * @return this
         */
        public Builder dimensions(int value) {
            dimensions = value;
            return this;
        }

        /**
         * Chooses the limit of one text.
         *
         * @param value tokens, the two special ones and the prompt included; at most 1,048,576, and at least one more than
         *     special tokens and the longest prompt need
         * @return this
         */
        public Builder maxTokens(int value) {
            maxTokens = value;
            return this;
        }

        /**
         * Chooses after how many texts progress is told and interruption is looked for; never changes a vector.
         *
         * @param value at least 1
         * @return this
         */
        public Builder batchRows(int value) {
            batchRows = value;
            return this;
        }

        /**
         * Chooses the random signs: embedders of two seeds are two models.
         *
         * @param value any number
         * @return this
         */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /**
         * Chooses whether vectors have length 1.
         *
         * @param value true by default
         * @return this
         */
        public Builder normalise(boolean value) {
            normalise = value;
            return this;
        }

        /**
         * Replaces the prompts.
         *
         * @param byName text by name; empty for a model without prompts
         * @return this
         */
        public Builder prompts(Map<String, String> byName) {
            prompts.clear();
            prompts.putAll(byName);
            return this;
        }

        /**
         * Chooses the prompt of {@link Role#NONE}.
         *
         * @param name of a prompt, empty for none
         * @return this
         */
        public Builder defaultPrompt(String name) {
            defaultPrompt = name;
            return this;
        }

        /**
         * Adds words that mean the same, beside the built-in ones.
         *
         * @param words lower-case words
         * @return this
         */
        public Builder synonyms(String... words) {
            synonyms.add(new TreeSet<>(List.of(words)));
            return this;
        }

        /**
         * Opens the embedder.
         *
         * @return an embedder to close
         * @throws ConfigurationException naming the value and its range
         */
        public FakeEmbedder build() {
            int longest = prompts.values().stream()
                    .mapToInt(prompt -> FakeTokenizer.tokens(prompt).size())
                    .max()
                    .orElse(0);
            require("dimensions", dimensions, 1, 1 << 16);
            require("maxTokens", maxTokens, FakeTokenizer.SPECIAL_TOKENS + longest + 1, 1 << 20);
            require("batchRows", batchRows, 1, Integer.MAX_VALUE);
            if (model.isBlank()) {
                throw new ConfigurationException("model is blank; name the embedder");
            }
            if (!defaultPrompt.isEmpty() && !prompts.containsKey(defaultPrompt)) {
                throw new ConfigurationException("defaultPrompt is \"" + defaultPrompt + "\", the prompts are "
                        + String.join(", ", prompts.keySet()) + "; name one of them");
            }
            return new FakeEmbedder(new Builder(this));
        }

        private String describe() {
            return "fake-1|" + dimensions + "|" + maxTokens + "|" + seed + "|" + normalise + "|" + defaultPrompt + "|"
                    + prompts + "|" + synonyms;
        }

        private static void require(String name, int value, int low, int high) {
            if (value < low || value > high) {
                throw new ConfigurationException(name + " is " + value + ", allowed are " + low + " to " + high);
            }
        }
    }
}
