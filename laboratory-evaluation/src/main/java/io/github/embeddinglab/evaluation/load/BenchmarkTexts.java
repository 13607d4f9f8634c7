package io.github.embeddinglab.evaluation.load;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * English sentences put together from phrases, the same on every machine. Speed depends on the lengths of texts, which are
 * those of questions (8 to 30 words) and of paragraphs (about 180 words), and not on what they say.
 */
final class BenchmarkTexts {
    private static final int LONG_WORDS = 180;
    private static final String[] SUBJECTS = {
        "the search index", "a background thread", "every shard of the cluster", "the connection pool", "this configuration file",
        "the garbage collector", "a customer in the second region", "the nightly export", "an expired certificate",
        "the recommendation service", "each worker process", "the audit log", "a corrupted segment", "the mobile application"
    };
    private static final String[] VERBS = {
        "rebuilds", "rejects", "waits for", "overwrites", "compresses", "reads", "publishes", "replaces", "measures", "forgets",
        "synchronises with", "depends on", "slows down", "validates"
    };
    private static final String[] OBJECTS = {
        "the oldest backup", "a list of pending orders", "its own cache", "the vectors of yesterday's documents", "a signed token",
        "the schema of the payment table", "several thousand small files", "the default time zone", "an encrypted volume",
        "the response of the upstream server", "two versions of the same library", "a queue that never empties"
    };
    private static final String[] ENDINGS = {
        "when the disk is almost full", "although nobody asked for it", "before the first request arrives",
        "unless the administrator has turned the feature off", "because the limit was set in bytes and not in rows",
        "after every restart", "in less than a second", "while the other nodes are still starting", "without telling the caller why",
        "as described in the manual for operators"
    };

    private final SplittableRandom random;

    private BenchmarkTexts(long seed) {
        this.random = new SplittableRandom(seed);
    }

    static List<String> brief(int count, long seed) {
        BenchmarkTexts texts = new BenchmarkTexts(seed);
        List<String> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add("Why does " + texts.clause() + (i % 3 == 0 ? " and " + texts.clause() : "") + "? Case " + i + ".");
        }
        return list;
    }

    static List<String> lengthy(int count, long seed) {
        BenchmarkTexts texts = new BenchmarkTexts(seed);
        List<String> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder("Section " + i + ".");
            for (int words = 2; words < LONG_WORDS; ) {
                String clause = texts.clause();
                words += clause.split(" ", -1).length;
                text.append(' ').append(Character.toUpperCase(clause.charAt(0))).append(clause, 1, clause.length()).append('.');
            }
            list.add(text.toString());
        }
        return list;
    }

    private String clause() {
        return pick(SUBJECTS) + " " + pick(VERBS) + " " + pick(OBJECTS) + " " + pick(ENDINGS);
    }

    private String pick(String... from) {
        return from[random.nextInt(from.length)];
    }
}
