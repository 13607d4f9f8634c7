package io.github.embeddinglab.jmh.protocol;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures one engine in one process: first vector, warm-up, whole passes over the texts, then single queries.
 *
 * <p>Texts are cut into batches in the order of the file; sorting them by length is the engine's business. Memory is the
 * peak of resident memory after the last query. Tokens are counted when all is measured.
 */
public final class Measurement {
    private static final int MOST_QUERIES = 300;
    private static final int FEWEST_QUERIES = 20;
    private static final double NANOS = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;

    private final Engine engine;
    private final Settings settings;
    private final List<String> texts;
    private final float[][] vectors;

    private Measurement(Engine engine, Settings settings, List<String> texts) {
        this.engine = engine;
        this.settings = settings;
        this.texts = texts;
        this.vectors = new float[texts.size()][];
    }

    /**
     * Runs the measurement and ends the process: exactly one JSON object on standard output, whatever the engine prints goes to
     * standard error. Exit code 0 done, 1 failed, 2 wrong use.
     *
     * @param args the command line, see {@link Settings}
     * @param opener loads the engine
     */
    public static void main(String[] args, Engine.Opener opener) {
        PrintStream out = System.out;
        System.setOut(System.err);
        int code = 0;
        try {
            out.println(run(Settings.parse(args), opener).toJson());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            code = 2;
        } catch (Exception e) {
            e.printStackTrace();
            code = 1;
        }
        out.flush();
        System.exit(code); // engines leave threads behind
    }

    static Result run(Settings settings, Engine.Opener opener) throws Exception {
        List<String> texts = Files.readAllLines(settings.texts(), StandardCharsets.UTF_8);
        if (texts.isEmpty() || texts.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("'" + settings.texts() + "' has no texts or a blank one; give one text a line");
        }
        try (Engine engine = opener.open(settings)) {
            return new Measurement(engine, settings, texts).measure();
        }
    }

    private Result measure() throws Exception {
        int dimensions = engine.embed(texts.subList(0, 1))[0].length;
        double firstVector = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
        int passes = 0;
        double seconds;
        ExecutorService callers = Executors.newFixedThreadPool(engine.callers());
        try {
            long warm = System.nanoTime();
            while ((System.nanoTime() - warm) / NANOS < settings.warmupSeconds()) {
                pass(callers, warm + (long) (settings.warmupSeconds() * NANOS));
            }
            long start = System.nanoTime();
            do {
                pass(callers, Long.MAX_VALUE);
                passes++;
                seconds = (System.nanoTime() - start) / NANOS;
            } while (seconds < settings.seconds());
        } finally {
            callers.shutdownNow();
        }
        double[] queries = queries();
        double peak = peakResidentMegabytes();
        long tokens = engine.tokens(texts);
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("engine", engine.name());
        figures.put("version", engine.version());
        figures.put("model", engine.model());
        figures.put("texts_file", String.valueOf(settings.texts().getFileName()));
        figures.put("texts", texts.size());
        figures.put("tokens", tokens);
        figures.put("max_tokens", settings.maxTokens() == 0 ? "default" : (Object) settings.maxTokens());
        figures.put("batch", settings.batch());
        figures.put("threads", settings.threads());
        figures.put("passes", passes);
        figures.put("seconds", seconds);
        figures.put("texts_per_second", passes * texts.size() / seconds);
        figures.put("tokens_per_second", passes * tokens / seconds);
        figures.put("p50_ms_one_query", quantile(queries, 0.50));
        figures.put("p95_ms_one_query", quantile(queries, 0.95));
        figures.put("first_vector_ms", firstVector);
        figures.put("peak_rss_mb", peak);
        figures.put("dimensions", dimensions);
        figures.put("java", Runtime.version().toString());
        Path file = settings.out();
        if (file != null) {
            Npy.write(file, vectors);
            figures.put("vectors_file", file.toString());
        }
        return new Result(figures);
    }

    /** Embeds all texts once; no batch is begun after {@code deadline}. */
    private void pass(ExecutorService callers, long deadline) throws InterruptedException, IOException {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < engine.callers(); i++) {
            running.add(callers.submit(() -> {
                for (int from = next.getAndAdd(settings.batch()); from < texts.size() && System.nanoTime() < deadline; from = next.getAndAdd(settings.batch())) {
                    List<String> batch = texts.subList(from, Math.min(texts.size(), from + settings.batch()));
                    float[][] rows = engine.embed(batch);
                    if (rows.length != batch.size()) {
                        throw new IllegalStateException(engine.name() + " gave " + rows.length + " vectors for " + batch.size() + " texts");
                    }
                    System.arraycopy(rows, 0, vectors, from, rows.length);
                }
                return null;
            }));
        }
        for (Future<?> future : running) {
            try {
                future.get();
            } catch (ExecutionException e) {
                throw new IOException(engine.name() + " failed: " + e.getCause(), e);
            }
        }
    }

    /** Milliseconds of single texts, one after the other, sorted. */
    private double[] queries() throws Exception {
        List<Double> millis = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < MOST_QUERIES && (i < FEWEST_QUERIES || (System.nanoTime() - start) / NANOS < settings.seconds()); i++) {
            List<String> query = List.of(texts.get(i % texts.size()));
            long before = System.nanoTime();
            engine.embed(query);
            millis.add((System.nanoTime() - before) / NANOS_PER_MILLI);
        }
        double[] sorted = millis.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }

    /** The nearest-rank quantile of sorted values. */
    static double quantile(double[] sorted, double q) {
        return sorted[Math.max(0, (int) Math.ceil(q * sorted.length) - 1)];
    }

    /** The kernel's high-water mark of resident memory in MiB; NaN where there is no such file. */
    private static double peakResidentMegabytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return Double.NaN;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmHWM:")) {
                return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        return Double.NaN;
    }
}
