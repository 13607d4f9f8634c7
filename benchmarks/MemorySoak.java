import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Resident memory over long use, on Linux. Run by {@code benchmarks/memory-soak.sh cycles|stream|ceiling MODEL}.
 *
 * <p>cycles: 100 times open, 2,000 short texts in calls of 32 and 20 single queries, close (other counts as JVM flags {@code -Dcycles=300 -Dtexts=200}). stream: a million short texts through one
 * streaming call. ceiling: 10,000 texts of 1 to 256 words under a memory limit of 64 MiB.
 */
public final class MemorySoak {
    private static final List<String> WORDS = List.of("key", "index", "vector", "rotate", "segment", "merge", "the", "of", "java", "search");

    private MemorySoak() {}

    public static void main(String[] args) throws IOException {
        String model = args[1];
        switch (args[0]) {
            case "cycles" -> cycles(model);
            case "stream" -> stream(model);
            case "ceiling" -> ceiling(model);
            default -> throw new IllegalArgumentException("cycles, stream or ceiling");
        }
        System.exit(0);
    }

    private static void cycles(String model) throws IOException {
        Random random = new Random(1);
        int cycles = Integer.getInteger("cycles", 100);
        int calls = Integer.getInteger("texts", 2000) / 32 + 1;
        for (int cycle = 1; cycle <= cycles; cycle++) {
            try (EmbeddingLaboratory lab = EmbeddingLaboratory.open();
                    Embedder embedder = lab.models().load(model)) {
                for (int call = 0; call < calls; call++) {
                    embedder.embed(IntStream.range(0, 32).mapToObj(i -> words(random, 1 + random.nextInt(6))).toList());
                }
                for (int query = 0; query < 20; query++) {
                    embedder.embedQuery(words(random, 5));
                }
            }
            if (cycle % 10 == 0) {
                report("cycle " + cycle);
            }
        }
    }

    private static void stream(String model) throws IOException {
        int count = 1_000_000;
        Random random = new Random(2);
        try (EmbeddingLaboratory lab = EmbeddingLaboratory.builder().defaultModel(model).build()) {
            Iterator<String> texts = IntStream.range(0, count).mapToObj(i -> words(random, 1 + random.nextInt(6))).iterator();
            long[] seen = new long[1];
            lab.embed(texts, (first, rows) -> {
                long before = seen[0];
                seen[0] += rows.rows();
                if (before / 100_000 < seen[0] / 100_000) {
                    report(seen[0] + " texts");
                }
            });
        }
    }

    private static void ceiling(String model) throws IOException {
        Random random = new Random(3);
        try (EmbeddingLaboratory lab = EmbeddingLaboratory.builder()
                        .resources(Resources.defaults().withMemoryLimit(64L << 20).withArena(false))
                        .build();
                Embedder embedder = lab.models().load(model)) {
            embedder.embed(List.of("one", "two words"));
            report("loaded");
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                texts.add(words(random, random.nextInt(4) == 0 ? 1 + random.nextInt(256) : 1 + random.nextInt(12)));
            }
            for (int from = 0; from < texts.size(); from += 2_000) {
                embedder.embed(texts.subList(from, from + 2_000));
                report((from + 2_000) + " texts");
            }
        }
    }

    private static String words(Random random, int count) {
        return IntStream.range(0, count).mapToObj(i -> WORDS.get(random.nextInt(WORDS.size()))).collect(Collectors.joining(" "))
                + " " + random.nextInt(1_000_000);
    }

    private static void report(String where) {
        try {
            String status = Files.readString(Path.of("/proc/self/status"));
            System.out.printf("%s: %s MB resident, %s MB at most%n", where, field(status, "VmRSS"), field(status, "VmHWM"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static long field(String status, String name) {
        return status.lines().filter(line -> line.startsWith(name)).mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", ""))).findFirst().orElse(0) >> 10;
    }
}
