import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Two replicas of a model against one session, in turn: {@code java -cp "$(cat jmh/laboratory/target/class-path.txt)" benchmarks/Replicas.java TEXTS ROUNDS SECONDS},
 * TEXTS one text a line (such as {@code benchmarks/target/texts/short.txt}, which {@code ./lab benchmark inference} draws). Texts a second, 256 a call, two threads each way.
 */
public final class Replicas {
    private static final int CALL = 256;

    private Replicas() {}

    public static void main(String[] args) throws IOException {
        List<String> texts = Files.readAllLines(Path.of(args[0]));
        int rounds = Integer.parseInt(args[1]);
        double seconds = Double.parseDouble(args[2]);
        Path two = Files.writeString(Files.createTempFile("replicas", ".yaml"), "optimization: { devices: [cpu, cpu], threads: 2 }\n");
        Path one = Files.writeString(Files.createTempFile("session", ".yaml"), "optimization: { threads: 2 }\n");
        double[] ratios = new double[rounds];
        try (EmbeddingLaboratory replicas = EmbeddingLaboratory.open(two);
                EmbeddingLaboratory session = EmbeddingLaboratory.open(one)) {
            Embedder a = replicas.models().load("minilm");
            Embedder b = session.models().load("minilm");
            rate(a, texts, seconds);
            rate(b, texts, seconds);
            for (int round = 0; round < rounds; round++) {
                boolean first = round % 2 == 0;
                double x = first ? rate(a, texts, seconds) : 0;
                double y = rate(b, texts, seconds);
                x = first ? x : rate(a, texts, seconds);
                ratios[round] = x / y;
                System.out.printf("two replicas %.1f, one session %.1f, ratio %.3f%n", x, y, x / y);
            }
        }
        Arrays.sort(ratios);
        System.out.printf("mean %.3f, median %.3f, least %.3f%n", Arrays.stream(ratios).average().orElseThrow(), ratios[rounds / 2], ratios[0]);
        System.exit(0);
    }

    private static double rate(Embedder embedder, List<String> texts, double seconds) {
        long start = System.nanoTime();
        int done = 0;
        while (System.nanoTime() - start < seconds * 1e9) {
            int from = done % (texts.size() - CALL);
            embedder.embed(texts.subList(from, from + CALL));
            done += CALL;
        }
        return done / ((System.nanoTime() - start) / 1e9);
    }
}
