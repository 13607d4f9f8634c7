package io.github.embeddinglab.examples;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.cli.OrderlyStop;
import io.github.embeddinglab.core.host.HostEnvironment;
import io.github.embeddinglab.examples.corpus.JavadocCorpus;
import io.github.embeddinglab.examples.corpus.Passage;
import io.github.embeddinglab.training.libtorch.LibtorchNatives;
import io.github.embeddinglab.vectors.ExactSearch;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.Similarity;
import io.github.embeddinglab.vectors.TopK;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * {@code ./lab demo}: embeds the passages of Javadoc jars with all-MiniLM-L6-v2 and answers questions about them; then fine-tunes the
 * model on pairs made from them. Passages, vectors and the comparison are kept, so a second run starts in seconds.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Demo {
    private static final String MODEL = "all-MiniLM-L6-v2";
    private static final List<String> QUESTIONS = List.of(
            "how do I merge small segments into bigger ones?",
            "solve a system of linear equations",
            "remove accents from a string");
    private static final int HITS = 3;
    private static final int SHOWN = 150;
    private static final double NANOS = 1e9;
    private static final int WRONG_USE = 2;
    /** What writing a checkpoint may take when the demo is told to stop. */
    private static final Duration LONGEST_STOP = Duration.ofMinutes(1);
    private static final String HELP = """
            usage: ./lab demo [--no-tuning] ["A QUESTION"]

              without a question  embeds the Javadoc of three libraries, answers questions about it (on a terminal also yours), and
                                  fine-tunes the model for two minutes on pairs made from it
              with a question     answers it, and fine-tunes nothing
              --no-tuning         leaves the second half out
            """;

    private final PrintStream out;
    private final PrintStream err;
    private final Path cache;

    private Demo(PrintStream out, PrintStream err, Path cache) {
        this.out = out;
        this.err = err;
        this.cache = cache;
    }

    /**
     * Runs the demo.
     *
     * @param args {@code --no-tuning}, and a question to answer; without one it is asked for on a terminal
     */
    @SuppressWarnings("try") // the stop is closed, not read
    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        boolean tuning = true;
        List<String> words = new ArrayList<>();
        for (String arg : args) {
            if (arg.equals("--help") || arg.equals("-h")) {
                out.print(HELP);
                return;
            } else if (arg.equals("--no-tuning")) {
                tuning = false;
            } else if (arg.startsWith("--")) {
                err.println("error: unknown option \"" + arg + "\"; there is --no-tuning (see `lab demo --help`)");
                System.exit(WRONG_USE);
            } else {
                words.add(arg);
            }
        }
        int exit;
        try (OrderlyStop stop = OrderlyStop.ofThisThread(LONGEST_STOP, "run the demo again")) {
            Path models = HostEnvironment.current().modelDirectory();
            LibtorchNatives.unpackBeside(models);
            exit = new Demo(out, err, models.resolve("demo")).runOrSay(String.join(" ", words).strip(), tuning);
        }
        System.exit(exit);
    }

    private int runOrSay(String question, boolean tuning) {
        try {
            run(question, tuning);
            return 0;
        } catch (LaboratoryException e) {
            err.println("error: " + e.getMessage());
            return 1;
        }
    }

    private void run(String question, boolean tuning) {
        try (EmbeddingLaboratory lab = EmbeddingLaboratory.open();
                Embedder model = lab.models().load(MODEL)) {
            List<Passage> passages = corpus();
            Embeddings vectors = vectors(model, passages);
            ExactSearch search = ExactSearch.over(
                    FloatMatrix.of(vectors.toArray(), vectors.rows(), vectors.dimensions()), Similarity.DOT);
            for (String own : QUESTIONS) {
                answer(own, model, search, passages);
            }
            if (!question.isEmpty()) {
                answer(question, model, search, passages);
            } else if (HostEnvironment.current().isTerminal("in")) {
                askUser(model, search, passages);
            }
            if (tuning && question.isEmpty()) {
                tune(lab, model, passages);
            }
            out.println();
            out.println("Where to go next:");
            out.println("  ./lab demo \"your question\"                      the same with a question of yours, in seconds");
            out.println("  ./lab fine-tune --data pairs.jsonl              train on pairs of yours");
            out.println("  ./lab embed --in texts.txt --out vectors.npy    embed a file of yours");
            out.println("  ./lab models list                               what else can be loaded");
            out.println("  README.md                                       the same in five lines of Java");
        }
    }

    private void tune(EmbeddingLaboratory lab, Embedder model, List<Passage> passages) {
        try {
            new DemoTuning(out, err, cache, HostEnvironment.current().isTerminal("err"))
                    .run(lab, MODEL, key(model, passages), passages);
        } catch (CancelledException e) {
            throw e;
        } catch (LaboratoryException e) {
            throw new LaboratoryException("the second half failed: " + e.getMessage() + " (./lab demo --no-tuning leaves it out)", e);
        }
    }

    private static String key(Embedder model, List<Passage> passages) {
        return model.fingerprint().abbreviated() + "-" + Integer.toHexString(passages.hashCode());
    }

    private List<Passage> corpus() {
        Path file = cache.resolve("passages-2.jsonl"); // 1 had entities that were escaped twice
        if (Files.exists(file)) {
            List<Passage> passages = JavadocCorpus.readJsonl(file).passages();
            err.printf(Locale.ROOT, "corpus: %,d passages, kept from an earlier run%n", passages.size());
            return passages;
        }
        long start = System.nanoTime();
        err.println("corpus: reading the Javadoc of Lucene, Commons Math and Commons Lang ...");
        JavadocCorpus corpus = heads(
                JavadocCorpus.fromClassPath(Runtime.getRuntime().availableProcessors()));
        makeCache();
        corpus.writeJsonl(file);
        err.printf(Locale.ROOT, "corpus: %,d passages in %.1f s%n", corpus.passages().size(), seconds(start));
        return corpus.passages();
    }

    /** The first passage of each description says what it is about; the others are left to larger demos. */
    private static JavadocCorpus heads(JavadocCorpus corpus) {
        return new JavadocCorpus(corpus.passages().stream()
                .filter(passage -> !passage.id().matches(".*/[0-9]+"))
                .toList());
    }

    private Embeddings vectors(Embedder model, List<Passage> passages) {
        Path file = cache.resolve("vectors-" + key(model, passages) + ".npy");
        if (Files.exists(file)) {
            Embeddings kept = Embeddings.readNpy(file, model.fingerprint());
            err.printf(Locale.ROOT, "vectors: %,d x %d, kept from an earlier run%n", kept.rows(), kept.dimensions());
            return kept;
        }
        long start = System.nanoTime();
        List<String> texts = passages.stream().map(Passage::titledText).toList();
        boolean terminal = HostEnvironment.current().isTerminal("err");
        long[] nextReport = {0};
        Embeddings vectors = model.embed(
                texts,
                EmbedOptions.defaults().role(Role.DOCUMENT).progress(progress -> {
                    boolean end = progress.done() == progress.total();
                    if (progress.done() >= nextReport[0] || end) {
                        nextReport[0] = progress.done() + progress.total() / (terminal ? 200 : 10);
                        double rate = progress.done() / Math.max(1e-9, progress.elapsed().toNanos() / NANOS);
                        err.printf(
                                Locale.ROOT,
                                terminal ? "\rvectors: %,d of %,d passages, %.0f a second " : "vectors: %,d of %,d passages, %.0f a second%n",
                                progress.done(),
                                progress.total(),
                                rate);
                    }
                }));
        double seconds = seconds(start);
        err.printf(
                Locale.ROOT,
                (terminal ? "%n" : "") + "vectors: %,d texts, %,d tokens in %.1f s: %.0f texts a second%n",
                vectors.rows(),
                vectors.tokens(),
                seconds,
                vectors.rows() / seconds);
        makeCache();
        vectors.writeNpy(file);
        return vectors;
    }

    private void makeCache() {
        try {
            Files.createDirectories(cache);
        } catch (IOException e) {
            throw new LaboratoryException(
                    "folder " + cache + " cannot be made (" + e.getMessage() + "); set LABORATORY_HOME to a folder of yours", e);
        }
    }

    private void answer(String question, Embedder model, ExactSearch search, List<Passage> passages) {
        long start = System.nanoTime();
        TopK hits = search.search(model.embedQuery(question).vector(), HITS);
        double milliseconds = seconds(start) * 1000;
        out.println();
        out.printf(Locale.ROOT, "? %s   (%.0f ms)%n", question, milliseconds);
        for (int rank = 0; rank < hits.k(); rank++) {
            Passage passage = passages.get(hits.id(0, rank));
            String text = passage.text();
            out.printf(
                    Locale.ROOT,
                    "  %.3f  %s: %s%n",
                    hits.score(0, rank),
                    passage.title(),
                    text.length() > SHOWN ? text.substring(0, SHOWN).strip() + " ..." : text);
        }
    }

    private void askUser(Embedder model, ExactSearch search, List<Passage> passages) {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            out.println();
            out.print("Your question (an empty line ends): ");
            out.flush();
            for (String line = in.readLine(); line != null && !line.isBlank(); line = in.readLine()) {
                answer(line.strip(), model, search, passages);
                out.print("Your question (an empty line ends): ");
                out.flush();
            }
        } catch (IOException e) {
            throw new LaboratoryException("standard input cannot be read: " + e.getMessage(), e);
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / NANOS;
    }
}
