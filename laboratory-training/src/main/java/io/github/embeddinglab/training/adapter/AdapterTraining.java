package io.github.embeddinglab.training.adapter;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.training.data.KeyedRandom;
import io.github.embeddinglab.training.sampling.BatchSampler;
import io.github.embeddinglab.training.sampling.Samplers;
import io.github.embeddinglab.vectors.ExactSearch;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.Similarity;
import io.github.embeddinglab.vectors.TopK;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Trains a map with InfoNCE on the vectors of a frozen model, from the identity on. After each epoch the selection part is
 * ranked; the best epoch is kept, and then the best share of its way from the identity (Wortsman et al. 2022). Where nothing
 * is better than the parent, the map is the identity. The same seed and thread count give the same map.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class AdapterTraining {
    private static final int CUT = 10;
    private static final double[] SHARES = {0.25, 0.5, 0.75};
    private static final double NANOS = 1e9;

    private final AdapterSettings settings;
    private final int threads;
    private final Progress.Listener progress;
    private final double seconds;

    /**
     * Prepares.
     *
     * @param settings shape, optimisation, schedule
     * @param threads that work, the caller included
     * @param progress told of epochs
     */
    public AdapterTraining(AdapterSettings settings, int threads, Progress.Listener progress) {
        this(settings, threads, progress, Double.POSITIVE_INFINITY);
    }

    private AdapterTraining(AdapterSettings settings, int threads, Progress.Listener progress, double seconds) {
        if (threads < 1) {
            throw new InvalidInputException("threads is " + threads + "; give at least 1");
        }
        this.settings = settings;
        this.threads = threads;
        this.progress = progress;
        this.seconds = seconds;
    }

    /**
     * With a limit of time, looked at after each epoch; the first is always made. The rates are those of all epochs, so that a training
     * that is cut short has the map that a longer one has after as many epochs.
     *
     * @param limit seconds
     * @return a copy
     */
    public AdapterTraining within(double limit) {
        return new AdapterTraining(settings, threads, progress, limit);
    }

    /**
     * A map and how it came about.
     *
     * @param map the identity where nothing was better
     * @param report curve and scores
     */
    public record Result(VectorMap map, Report report) {}

    /**
     * How a map came about. Scores are nDCG@10 of the selection part.
     *
     * @param before score of the parent
     * @param after score of the map
     * @param curve one point an epoch
     * @param details what was chosen
     */
    public record Report(double before, double after, List<Point> curve, Details details) {
        /** Copies the curve. */
        public Report {
            curve = List.copyOf(curve);
        }
    }

    /**
     * An epoch.
     *
     * @param epoch from 1 on
     * @param loss mean over its batches
     * @param selection nDCG@10 of the selection part after it
     */
    public record Point(int epoch, double loss, double selection) {}

    /**
     * What was chosen.
     *
     * @param epoch the best, 0 for none
     * @param share of the way from the identity
     * @param seconds of training, embedding not counted
     */
    public record Details(int epoch, double share, double seconds) {}

    /**
     * Trains. O(epochs n (d d + batch d)).
     *
     * @param training rows to learn from
     * @param selection rows to choose by; its documents should hold distractors
     * @return the map
     * @throws InvalidInputException when the widths differ, the rank is above them, or there is one row only
     * @throws LaboratoryException when the loss is no longer finite
     * @throws CancelledException when the calling thread is interrupted
     */
    public Result train(EmbeddedPairs training, EmbeddedPairs selection) {
        int d = training.queries().columns();
        if (selection.queries().columns() != d) {
            throw new InvalidInputException("training vectors have " + d + " dimensions, those of the selection part "
                    + selection.queries().columns() + "; embed both with one model");
        }
        int batch = Math.min(settings.schedule().batch(), training.set().rows().size());
        if (batch < 2) {
            throw new InvalidInputException("an adapter needs negatives, but there is one row only; give at least 2 rows");
        }
        long start = System.nanoTime();
        VectorMap map = VectorMap.identity(d, settings.shape().rank(), KeyedRandom.at(settings.seed(), -1));
        BatchSampler sampler = Samplers.noDuplicates(training.set(), batch, settings.seed());
        AdamW up = new AdamW(map.up().length, settings.optimization().weightDecay());
        AdamW down = new AdamW(map.down().length, settings.optimization().weightDecay());
        List<Set<Integer>> relevant = selection.relevant();
        double before = score(map.scaled(0), selection, relevant);
        double best = before;
        VectorMap chosen = map;
        int bestEpoch = 0;
        List<Point> curve = new ArrayList<>();
        int epochs = settings.schedule().epochs();
        for (int epoch = 1; epoch <= epochs && epoch - bestEpoch <= settings.schedule().patience() && inTime(curve, start); epoch++) {
            List<int[]> batches = sampler.epoch(epoch);
            double loss = 0;
            int rows = 0;
            for (int i = 0; i < batches.size(); i++) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancelledException("training of the adapter was interrupted in epoch " + epoch + "; nothing was written");
                }
                if (batches.get(i).length < 2) {
                    continue; // no negative
                }
                MapGradient gradient = MapGradient.of(map, batch(training, batches.get(i)), use());
                if (!Double.isFinite(gradient.loss())) {
                    throw new LaboratoryException("the adapter's loss is " + gradient.loss() + " in epoch " + epoch + ", batch "
                            + (i + 1) + "; train with a lower learning rate than " + settings.optimization().learningRate());
                }
                double done = epoch - 1 + (double) i / batches.size();
                map = stepped(map, gradient, up, down, settings.optimization().learningRate() * (1 - done / epochs));
                loss += gradient.loss() * batches.get(i).length;
                rows += batches.get(i).length;
            }
            double now = score(map, selection, relevant);
            curve.add(new Point(epoch, loss / rows, now));
            if (now > best) {
                best = now;
                bestEpoch = epoch;
                chosen = map;
            }
            progress.report(new Progress("adapter epochs", epoch, epochs, Duration.ofNanos(System.nanoTime() - start)));
        }
        double share = bestEpoch == 0 ? 0 : 1;
        VectorMap full = chosen;
        for (double part : bestEpoch == 0 ? new double[0] : SHARES) {
            double now = score(full.scaled(part), selection, relevant);
            if (now > best) {
                best = now;
                share = part;
            }
        }
        return new Result(
                full.scaled(share),
                new Report(before, best, curve, new Details(bestEpoch, share, (System.nanoTime() - start) / NANOS)));
    }

    private boolean inTime(List<Point> made, long start) {
        return made.isEmpty() || (System.nanoTime() - start) / NANOS < seconds;
    }

    private MapGradient.Use use() {
        return new MapGradient.Use(
                settings.shape().side() == AdapterSettings.Side.BOTH, settings.optimization().scale(), threads);
    }

    /** The rows' documents and negatives, each once. */
    private static MapGradient.Batch batch(EmbeddedPairs pairs, int[] rows) {
        Map<Integer, Integer> candidates = new LinkedHashMap<>();
        int[] targets = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            int document = pairs.places().get(rows[i])[0];
            candidates.putIfAbsent(document, candidates.size());
            targets[i] = candidates.getOrDefault(document, 0);
        }
        for (int row : rows) {
            for (int place : pairs.places().get(row)) {
                candidates.putIfAbsent(place, candidates.size());
            }
        }
        int[] places = candidates.keySet().stream().mapToInt(Integer::intValue).toArray();
        return new MapGradient.Batch(
                Matrices.rows(pairs.queries(), rows), Matrices.rows(pairs.documents(), places), targets);
    }

    private static VectorMap stepped(VectorMap map, MapGradient gradient, AdamW up, AdamW down, double rate) {
        float[] newUp = map.up().clone();
        float[] newDown = map.down().clone();
        up.step(newUp, gradient.up(), rate);
        down.step(newDown, gradient.down(), rate);
        return map.rank() == 0
                ? VectorMap.full(map.dimensions(), newDown)
                : VectorMap.lowRank(map.dimensions(), map.rank(), newUp, newDown);
    }

    /** Mean nDCG@10 of the queries over all documents. */
    private double score(VectorMap map, EmbeddedPairs pairs, List<Set<Integer>> relevant) {
        boolean both = settings.shape().side() == AdapterSettings.Side.BOTH;
        FloatMatrix documents = both ? map.apply(pairs.documents(), threads) : pairs.documents();
        TopK found = ExactSearch.over(documents, Similarity.COSINE)
                .search(map.apply(pairs.queries(), threads), Math.min(CUT, documents.rows()), threads);
        double sum = 0;
        for (int query = 0; query < relevant.size(); query++) {
            double gain = 0;
            double ideal = 0;
            for (int rank = 0; rank < found.k(); rank++) {
                double discount = 1 / (Math.log(rank + 2) / Math.log(2));
                gain += relevant.get(query).contains(found.id(query, rank)) ? discount : 0;
                ideal += rank < relevant.get(query).size() ? discount : 0;
            }
            sum += gain / ideal;
        }
        return sum / relevant.size();
    }
}
