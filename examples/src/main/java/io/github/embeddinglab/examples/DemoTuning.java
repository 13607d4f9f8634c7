package io.github.embeddinglab.examples;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.examples.corpus.Passage;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.generation.Corpus;
import io.github.embeddinglab.training.generation.Generation;
import io.github.embeddinglab.training.generation.PairGenerators;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** The demo's second half: two minutes of fine-tuning on pairs made from the corpus, and what they changed. */
final class DemoTuning {
    private static final int MINUTES = 2;
    private static final int MOST_PAIRS = 3_000;
    private static final int EPOCHS = 5;
    private static final double RATE = 5e-5;
    private static final long SEED = 42;
    private static final List<String> SHOWN = List.of("ndcg@10", "mrr", "recall@10");

    private final PrintStream out;
    private final PrintStream err;
    private final Path cache;
    private final boolean terminal;

    /**
     * Prepares.
     *
     * @param out takes the table
     * @param err takes progress
     * @param cache folder that keeps the table for the next run
     * @param terminal whether somebody watches {@code err}
     */
    DemoTuning(PrintStream out, PrintStream err, Path cache, boolean terminal) {
        this.out = out;
        this.err = err;
        this.cache = cache;
        this.terminal = terminal;
    }

    /**
     * Trains and shows, or shows what an earlier run found.
     *
     * @param lab with the model
     * @param model parent
     * @param key of model and passages
     * @param passages that pairs are made from
     * @throws CancelledException when the thread was interrupted; the next run goes on from there
     */
    void run(EmbeddingLaboratory lab, String model, String key, List<Passage> passages) {
        Path kept = cache.resolve("tuning-" + key + ".txt");
        Path begun = cache.resolve("tuning-" + key + ".begun");
        try {
            if (Files.exists(kept)) {
                err.println("fine-tuning: the result is kept from an earlier run; to train again delete " + kept);
                out.println();
                out.print(Files.readString(kept));
                return;
            }
            err.printf(Locale.ROOT, "%nSecond half: fine-tuning %s for %d minutes on pairs made from these passages, then a comparison;"
                    + " five minutes in all on two cores. Ctrl-C stops it, --no-tuning leaves it out.%n", model, MINUTES);
            List<TrainingRow> pairs = pairs(passages);
            FineTuning.Builder request = FineTuning.of(model)
                    .pairs(TrainingData.pairs(pairs))
                    .epochs(EPOCHS)
                    .learningRate(RATE)
                    .timeLimit(Duration.ofMinutes(MINUTES))
                    .seed(SEED)
                    .set(TrainingSetting.FROZEN, "word-embeddings")
                    .progress(progress())
                    .listener(looks());
            if (Files.exists(begun)) {
                err.println("fine-tuning: going on where an earlier run was stopped");
                request.resume(true);
            }
            FineTuningReport report = tuned(lab, request.build(), begun);
            String table = table(report, pairs.size());
            out.println();
            out.print(table);
            write(kept, table);
            Files.deleteIfExists(begun);
        } catch (IOException e) {
            throw new LaboratoryException("folder " + cache + " cannot be used (" + e.getMessage()
                    + "); free space, or set LABORATORY_HOME to a folder of yours", e);
        }
    }

    private FineTuningReport tuned(EmbeddingLaboratory lab, FineTuning request, Path begun) throws IOException {
        try {
            return lab.training().fineTune(request);
        } catch (CancelledException e) {
            boolean again = Thread.interrupted(); // the flag would break the writing
            if (String.valueOf(e.getMessage()).contains("--resume")) {
                Files.createDirectories(cache);
                write(begun, "");
            }
            if (again) {
                Thread.currentThread().interrupt();
            }
            throw new CancelledException("fine-tuning was stopped; the next ./lab demo "
                    + (Files.exists(begun) ? "goes on from there" : "begins it anew"), e);
        } catch (LaboratoryException e) {
            Files.deleteIfExists(begun); // what cannot be resumed is begun anew the next time
            throw e;
        }
    }

    /** First sentences and names, each answered by the rest of its description. */
    private List<TrainingRow> pairs(List<Passage> passages) {
        List<TrainingRow> documents = passages.stream().map(passage -> TrainingRow.document(passage.title(), passage.text())).toList();
        Corpus corpus = Corpus.of(TrainingSet.read(TrainingData.documents(documents)));
        Generation generation = Generation.of(List.of(PairGenerators.firstSentences(), PairGenerators.titles()), SEED);
        List<TrainingRow> rows = new ArrayList<>(generation.run(corpus, Progress.Listener.SILENT).pairs().rows());
        Collections.shuffle(rows, new Random(SEED));
        List<TrainingRow> taken = rows.subList(0, Math.min(MOST_PAIRS, rows.size()));
        err.printf(Locale.ROOT, "pairs: %,d of %,d, as in \"%s\"%n", taken.size(), rows.size(), taken.get(0).texts().get(0));
        return List.copyOf(taken);
    }

    private Progress.Listener progress() {
        long[] next = {0};
        return progress -> {
            boolean end = progress.done() == progress.total();
            if (progress.done() >= next[0] || end) {
                next[0] = progress.done() + Math.max(1, progress.total() / (terminal ? 200 : 10));
                err.printf(Locale.ROOT, terminal ? "\r%s %,d of %,d   %s" : "%s %,d of %,d%s%n",
                        progress.stage(), progress.done(), progress.total(), terminal && end ? "\n" : "");
            }
        };
    }

    private TrainingListener looks() {
        return new TrainingListener() {
            @Override
            public void planned(List<String> lines) {
                err.println("the parent is judged first, then training begins ...");
            }

            @Override
            public void looked(Look look) {
                err.printf(Locale.ROOT, "%safter step %,d: %s %.4f on the selection part%n",
                        terminal ? "\r\u001b[K" : "", look.step(), look.metric(), look.value());
            }
        };
    }

    private static String table(FineTuningReport report, int pairs) {
        StringBuilder table = new StringBuilder();
        table.append(String.format(Locale.ROOT, "%d steps in %.0f s on %,d pairs; scores on questions that training did not see, with 95 %% intervals:%n",
                report.course().steps(), report.course().seconds(), pairs));
        table.append(String.format(Locale.ROOT, "  %-12s  %-26s  %s%n", "", report.made().parent(), "tuned"));
        for (String name : SHOWN) {
            Score before = report.before().get(name);
            Score after = report.after().get(name);
            if (before != null && after != null) {
                table.append(String.format(Locale.ROOT, "  %-12s  %-26s  %s%n", name, before, after));
            }
        }
        FineTuningReport.Verdict verdict = report.verdict();
        table.append(String.format(Locale.ROOT, "  difference in %s: %+.4f [%+.4f, %+.4f], p %.4f%n",
                verdict.difference().name(),
                verdict.difference().change().value(),
                verdict.difference().change().low(),
                verdict.difference().change().high(),
                verdict.difference().tests().adjusted()));
        table.append(String.format(Locale.ROOT, "  %s %s: %s%n",
                report.made().id(), verdict.outcome(), verdict.reason()));
        table.append(String.format(Locale.ROOT, "  loss and scores over the steps: %s%n", report.curve()));
        if (verdict.registered()) {
            table.append(String.format(Locale.ROOT, "  use it: ./lab embed --model %s --in texts.txt --out vectors.npy%n", report.made().id()));
        }
        return table.toString();
    }

    private static void write(Path file, String text) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        Files.writeString(partial, text, StandardCharsets.UTF_8);
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
