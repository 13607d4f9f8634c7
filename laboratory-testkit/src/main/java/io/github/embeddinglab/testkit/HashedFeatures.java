package io.github.embeddinglab.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns tokens into a vector: each feature (word, character trigram, word pair, synonym group) adds its weight times a
 * vector of hashed random signs, so texts that share features have a high cosine and others are nearly orthogonal
 * (random projection; Achlioptas 2003).
 */
final class HashedFeatures {
    private static final double WORD = 1;
    private static final double TRIGRAMS = 0.6;
    private static final double PAIR = 0.25;
    private static final double GROUP = 1.6;
    private static final double STOP = 0.15;
    private static final double EVERY_TEXT = 0.1;

    private static final Set<String> STOP_WORDS = Set.of(
            "a", "an", "the", "of", "to", "in", "on", "at", "is", "are", "was", "be", "and", "or", "i", "you", "it", "do",
            "does", "how", "what", "with", "for", "from", "by", "my", "your", "can", "this", "that");

    private static final List<String> SYNONYMS = List.of(
            "key keys secret password credential credentials",
            "rotate rotates rotated rotation renew renewed replace replaced change changed",
            "car cars automobile vehicle truck auto",
            "dog dogs puppy hound canine",
            "cat cats kitten feline",
            "doctor physician medic surgeon",
            "hospital clinic ward",
            "money cash currency euro dollar",
            "bank lender",
            "house home dwelling building",
            "fast quick rapid swift speedy",
            "big large huge great",
            "small little tiny",
            "buy purchase acquire order",
            "error fault bug failure defect",
            "delete remove erase drop",
            "create make build add",
            "film movie cinema",
            "rain storm weather snow",
            "eat food meal dinner lunch",
            "king queen prince monarch",
            "computer laptop machine server");

    private final int dimensions;
    private final long seed;
    private final Map<String, Integer> groups;

    HashedFeatures(int dimensions, long seed, List<Set<String>> synonyms) {
        this.dimensions = dimensions;
        this.seed = seed;
        this.groups = new HashMap<>();
        for (String line : SYNONYMS) {
            addGroup(List.of(line.split(" ")));
        }
        synonyms.forEach(this::addGroup);
    }

    private void addGroup(Iterable<String> words) {
        int group = groups.size();
        for (String word : words) {
            groups.put(word, group);
        }
    }

    /** Gives the sum of all features, not normalised, never zero. */
    double[] sum(List<String> tokens) {
        double[] sum = new double[dimensions];
        add(sum, "every text", EVERY_TEXT);
        String before = "";
        for (String token : tokens) {
            boolean stop = STOP_WORDS.contains(token);
            add(sum, "word " + token, stop ? STOP : WORD);
            if (!stop) {
                addTrigrams(sum, token);
                Integer group = groups.get(token);
                if (group != null) {
                    add(sum, "group " + group, GROUP);
                }
                if (!before.isEmpty()) {
                    add(sum, "pair " + before + " " + token, PAIR);
                }
                before = token;
            }
        }
        return sum;
    }

    private void addTrigrams(double[] sum, String token) {
        // a word of a thousand letters is noise: its first ones tell enough
        String framed = "<" + (token.length() > 40 ? token.substring(0, 40) : token) + ">";
        int count = framed.length() - 2;
        if (count > 1) {
            double weight = TRIGRAMS / Math.sqrt(count);
            for (int i = 0; i < count; i++) {
                add(sum, "gram " + framed.substring(i, i + 3), weight);
            }
        }
    }

    private void add(double[] sum, String feature, double weight) {
        long state = seed;
        for (int i = 0; i < feature.length(); i++) {
            state = mix(state ^ feature.charAt(i));
        }
        for (int at = 0; at < dimensions; at += Long.SIZE) {
            state += 0x9E3779B97F4A7C15L;
            long signs = mix(state);
            int end = Math.min(dimensions, at + Long.SIZE);
            for (int i = at; i < end; i++) {
                sum[i] += (signs & 1) == 0 ? weight : -weight;
                signs >>>= 1;
            }
        }
    }

    /** Finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
