package io.github.embeddinglab.evaluation.comparison;

import io.github.embeddinglab.api.Comparison;
import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.evaluation.statistics.Holm;
import io.github.embeddinglab.evaluation.statistics.PairedTest;
import io.github.embeddinglab.evaluation.statistics.Pooled;
import io.github.embeddinglab.evaluation.suites.Catalogue;
import io.github.embeddinglab.evaluation.suites.QualitySuite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Where models stand over the entries of a catalogue; the first is the one that the others are held against. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Standings {
    private static final Score NONE = new Score(Double.NaN, Double.NaN, Double.NaN);

    private final List<String> models;
    private final Sampling sampling;
    private final List<Catalogue.Entry> entries;
    private final Map<String, Map<String, QualitySuite.Judged>> byModel = new LinkedHashMap<>();
    private final Map<String, List<Difference>> differences = new LinkedHashMap<>();

    private Standings(List<String> models, List<QualitySuite.Judged> judged, Sampling sampling) {
        this.models = List.copyOf(models);
        this.sampling = sampling;
        this.entries = judged.stream().map(QualitySuite.Judged::entry).distinct().toList();
        models.forEach(model -> byModel.put(model, new LinkedHashMap<>()));
        for (QualitySuite.Judged one : judged) {
            if (!one.baseline()) {
                byModel.computeIfAbsent(one.model(), model -> new LinkedHashMap<>()).put(one.entry().name(), one);
            }
        }
        for (String model : models.subList(1, models.size())) {
            differences.put(model, against(model));
        }
    }

    /**
     * Compares; every model was judged on every entry.
     *
     * @param models names, at least one
     * @param judged evaluations; baselines are left out
     * @param sampling of the tests
     * @return the standings
     */
    public static Standings of(List<String> models, List<QualitySuite.Judged> judged, Sampling sampling) {
        return new Standings(models, judged, sampling);
    }

    private List<Difference> against(String model) {
        List<Difference> raw = new ArrayList<>();
        for (Catalogue.Entry entry : entries) {
            if (score(models.get(0), entry).defined() && score(model, entry).defined()) {
                raw.add(PairedTest.compare(
                        entry.name(), measure(models.get(0), entry), measure(model, entry), sampling));
            }
        }
        return Holm.correct(raw);
    }

    private QualitySuite.Judged judged(String model, Catalogue.Entry entry) {
        return Objects.requireNonNull(Objects.requireNonNull(byModel.get(model)).get(entry.name()));
    }

    private Measure measure(String model, Catalogue.Entry entry) {
        return judged(model, entry).scores().figure(entry.score()).measure();
    }

    private Score score(String model, Catalogue.Entry entry) {
        return judged(model, entry).scores().score(entry.score());
    }

    /**
     * Paired tests of each other model against the first, by entry, Holm's correction over entries.
     *
     * @return by model
     */
    public Map<String, List<Difference>> differences() {
        return differences;
    }

    /**
     * The table.
     *
     * @param costs of a model by its name
     * @return models against tasks
     */
    public Comparison table(Function<String, Comparison.Cost> costs) {
        List<Comparison.Task> tasks = entries.stream()
                .map(entry -> new Comparison.Task(entry.name(), entry.data().task(), entry.score()))
                .toList();
        List<Comparison.Row> rows = new ArrayList<>();
        for (String model : models) {
            Map<String, Score> scores = new LinkedHashMap<>();
            entries.forEach(entry -> scores.put(entry.name(), score(model, entry)));
            rows.add(new Comparison.Row(
                    model, scores, new Comparison.Standing(mean(model), rank(model), wins(model)), costs.apply(model)));
        }
        return new Comparison(tasks, rows);
    }

    private Score mean(String model) {
        return entries.isEmpty() ? NONE : pooled(entries, List.of(model), values -> mean(values, 0));
    }

    /**
     * How much higher the mean over entries is than that of the first model.
     *
     * @param model the other model
     * @param which entries
     * @return ratio less 1, undefined without entries
     */
    public Score gain(String model, List<Catalogue.Entry> which) {
        return which.isEmpty()
                ? NONE
                : pooled(which, List.of(models.get(0), model), values -> mean(values, 1) / mean(values, 0) - 1);
    }

    /**
     * The share of its English score that a model keeps in other languages, averaged over languages and sets.
     *
     * @param model the model
     * @return the share, undefined where the catalogue names no set with English and another language
     */
    public Score crossLingual(String model) {
        List<Catalogue.Entry> parallel = entries.stream()
                .filter(entry -> !entry.origin().set().isEmpty() && !entry.origin().language().isEmpty())
                .toList();
        List<int[]> pairs = new ArrayList<>();
        for (int i = 0; i < parallel.size(); i++) {
            for (int j = 0; j < parallel.size(); j++) {
                if (parallel.get(j).origin().language().equals("en") && i != j
                        && parallel.get(i).origin().set().equals(parallel.get(j).origin().set())) {
                    pairs.add(new int[] {i, j});
                }
            }
        }
        return pairs.isEmpty()
                ? NONE
                : pooled(parallel, List.of(model), values -> pairs.stream()
                        .mapToDouble(pair -> values[pair[0]][0] / values[pair[1]][0])
                        .average()
                        .orElse(Double.NaN));
    }

    /**
     * The entries.
     *
     * @return in the order of the catalogue
     */
    public List<Catalogue.Entry> entries() {
        return entries;
    }

    private Score pooled(
            List<Catalogue.Entry> which, List<String> of, ToDoubleFunction<double[][]> figure) {
        List<List<Measure>> strata = which.stream()
                .map(entry -> of.stream().map(model -> measure(model, entry)).toList())
                .toList();
        return Pooled.score(strata, figure, sampling);
    }

    private static double mean(double[][] values, int column) {
        return Arrays.stream(values).mapToDouble(row -> row[column]).average().orElse(Double.NaN);
    }

    private double rank(String model) {
        return entries.stream()
                .mapToDouble(entry -> {
                    double own = score(model, entry).value();
                    long better = models.stream().filter(other -> score(other, entry).value() > own).count();
                    long equal = models.stream().filter(other -> score(other, entry).value() == own).count();
                    return 1 + better + (equal - 1) / 2.0;
                })
                .average()
                .orElse(Double.NaN);
    }

    private Comparison.Wins wins(String model) {
        List<Difference> tests = differences.getOrDefault(model, List.of());
        int better = (int) tests.stream().filter(test -> test.shown() && test.change().value() > 0).count();
        int worse = (int) tests.stream().filter(test -> test.shown() && test.change().value() < 0).count();
        return new Comparison.Wins(better, worse, tests.size() - better - worse);
    }
}
