package io.github.embeddinglab.jmh.protocol;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run asks for.
 *
 * @param texts a file with one text a line
 * @param batch texts handed over at once, 1 or more
 * @param threads threads that the engine may use, 1 or more
 * @param warmupSeconds how long to embed before measuring
 * @param seconds how long to measure at least; the pass over the texts that is under way is finished
 * @param maxTokens the most tokens of a text to keep, special ones included; 0 for the engine's own default
 * @param out where the vectors go ({@code .npy}, n x d float32), or null for nowhere
 */
public record Settings(Path texts, int batch, int threads, double warmupSeconds, double seconds, int maxTokens, @Nullable Path out) {
    private static final String USAGE = "--texts FILE --batch N --threads N --warmup-seconds S --seconds S [--max-tokens K] [--out FILE.npy]";

    /** Checks the ranges. */
    public Settings {
        if (batch < 1 || threads < 1 || warmupSeconds < 0 || seconds < 0 || maxTokens < 0) {
            throw new IllegalArgumentException(
                    "batch " + batch + " and threads " + threads + " must be 1 or more; seconds " + warmupSeconds + ", " + seconds + " and max-tokens " + maxTokens + " 0 or more");
        }
    }

    /**
     * Reads a command line.
     *
     * @param args options and values in turn
     * @return the settings
     * @throws IllegalArgumentException if an option is unknown, lacks its value or is out of range
     */
    public static Settings parse(String... args) {
        Map<String, String> given = new HashMap<>(Map.of("--batch", "32", "--threads", "1", "--warmup-seconds", "5", "--seconds", "10", "--max-tokens", "0", "--out", "", "--texts", ""));
        for (int i = 0; i < args.length; i += 2) {
            if (!given.containsKey(args[i]) || i + 1 == args.length) {
                throw new IllegalArgumentException("'" + args[i] + "' is " + (given.containsKey(args[i]) ? "without its value" : "unknown") + "; use " + USAGE);
            }
            given.put(args[i], args[i + 1]);
        }
        String texts = given.getOrDefault("--texts", "");
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("--texts is missing; use " + USAGE);
        }
        String out = given.getOrDefault("--out", "");
        return new Settings(
                Path.of(texts),
                (int) number(given, "--batch"),
                (int) number(given, "--threads"),
                number(given, "--warmup-seconds"),
                number(given, "--seconds"),
                (int) number(given, "--max-tokens"),
                out.isEmpty() ? null : Path.of(out));
    }

    private static double number(Map<String, String> given, String option) {
        String value = given.getOrDefault(option, "");
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " '" + value + "' is no number; use " + USAGE, e);
        }
    }
}
