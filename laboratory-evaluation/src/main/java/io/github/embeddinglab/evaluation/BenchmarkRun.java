package io.github.embeddinglab.evaluation;

import io.github.embeddinglab.api.BenchmarkPlan;
import io.github.embeddinglab.api.BenchmarkReport;
import io.github.embeddinglab.api.Comparison;
import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.MissingArtifactException;
import io.github.embeddinglab.api.ModelCheck;
import io.github.embeddinglab.api.Promise;
import io.github.embeddinglab.api.Room;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.api.Suite;
import io.github.embeddinglab.evaluation.comparison.Standings;
import io.github.embeddinglab.evaluation.load.ProductionSuite;
import io.github.embeddinglab.evaluation.load.SpeedSuite;
import io.github.embeddinglab.evaluation.load.Timing;
import io.github.embeddinglab.evaluation.promises.Rivals;
import io.github.embeddinglab.evaluation.promises.TenPromises;
import io.github.embeddinglab.evaluation.report.Findings;
import io.github.embeddinglab.evaluation.report.SuiteReport;
import io.github.embeddinglab.evaluation.suites.Catalogue;
import io.github.embeddinglab.evaluation.suites.QualitySuite;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One run of suites: reads everything first, measures, judges, compares. */
final class BenchmarkRun {
    private static final Path DEFAULT_CATALOGUE = Path.of("benchmarks", "catalogue.json");
    private static final Score NONE = new Score(Double.NaN, Double.NaN, Double.NaN);

    private final EmbeddingLaboratory laboratory;
    private final BenchmarkPlan plan;
    private final Map<String, Embedder> models = new LinkedHashMap<>();
    private final Map<String, Timing> timings = new LinkedHashMap<>();

    private BenchmarkRun(EmbeddingLaboratory laboratory, BenchmarkPlan plan) {
        this.laboratory = laboratory;
        this.plan = plan;
    }

    static BenchmarkReport run(EmbeddingLaboratory laboratory, BenchmarkPlan plan) {
        BenchmarkRun run = new BenchmarkRun(laboratory, plan);
        try {
            return run.all();
        } finally {
            run.models.values().forEach(Embedder::close);
        }
    }

    private boolean judges() {
        return plan.suites().contains(Suite.QUALITY) || plan.suites().contains(Suite.RETRIEVAL);
    }

    private BenchmarkReport all() {
        // wrong files cost no time when they are read first
        Optional<Rivals> rivals = plan.rivals().map(file -> Rivals.read(file, plan.options().sampling()));
        Optional<QualitySuite> suite = judges()
                ? Optional.of(QualitySuite.of(catalogue(), laboratory.benchmarks()))
                : Optional.empty();
        plan.models().forEach(model -> models.put(model, laboratory.models().load(model)));
        List<Findings.Model> facts = facts();
        models.keySet().forEach(model -> timings.put(model, Timing.none(model)));
        if (plan.suites().contains(Suite.SPEED)) {
            models.forEach((name, model) -> add(new Timing(
                    name,
                    Map.of(Timing.FIRST_VECTOR, new Score(SpeedSuite.firstVector(model), Double.NaN, Double.NaN)),
                    List.of(),
                    List.of())));
        }
        List<QualitySuite.Judged> judged = List.of();
        Optional<Course> course = suite.map(entries -> Course.forecast(entries, models, plan));
        if (plan.suites().contains(Suite.SPEED)) {
            new SpeedSuite(plan.effort(), plan.options().sampling()).run(models, plan.notes()).forEach(this::add);
        }
        if (suite.isPresent() && course.isPresent()) {
            judged = suite.get().judge(plan.models(), course.get().options(), course.get());
        }
        if (plan.suites().contains(Suite.PRODUCTION)) {
            new ProductionSuite(plan.effort(), plan.options().sampling(), plan.probe())
                    .run(models, plan.notes())
                    .forEach(this::add);
        }
        return report(facts, judged, rivals);
    }

    private void add(Timing timing) {
        timings.merge(timing.model(), timing, Timing::and);
    }

    private Catalogue catalogue() {
        Path file = plan.catalogue().orElseGet(() -> {
            if (!Files.exists(DEFAULT_CATALOGUE)) {
                throw new ConfigurationException("the suites of quality and retrieval need a catalogue of data, and the working"
                        + " directory has no " + DEFAULT_CATALOGUE + "; name one with --catalogue FILE or BenchmarkPlan.catalogue");
            }
            return DEFAULT_CATALOGUE;
        });
        Catalogue all = Catalogue.read(file);
        if (plan.suites().contains(Suite.QUALITY)) {
            return all;
        }
        List<Catalogue.Entry> ranking = all.entries().stream()
                .filter(entry -> TenPromises.RETRIEVAL.contains(entry.data().task()))
                .toList();
        if (ranking.isEmpty()) {
            throw new ConfigurationException("catalogue " + file + " has no entry for retrieval or reranking; add one");
        }
        return new Catalogue(ranking);
    }

    private List<Findings.Model> facts() {
        List<Findings.Model> facts = new ArrayList<>();
        models.forEach((name, model) -> {
            ModelCheck check = laboratory.models().verify(name);
            facts.add(new Findings.Model(name, check, model.dimensions(), model.maxTokens()));
        });
        return facts;
    }

    private BenchmarkReport report(
            List<Findings.Model> facts, List<QualitySuite.Judged> judged, Optional<Rivals> rivals) {
        Standings standings = Standings.of(plan.models(), judged, plan.options().sampling());
        Comparison comparison = standings.table(model -> cost(model, facts));
        List<Promise> promises = plan.suites().size() == Suite.values().length
                ? TenPromises.judge(comparison, standings, rivals, this::present)
                : List.of();
        Map<String, String> digests = new LinkedHashMap<>();
        standings.entries().forEach(entry -> digests.put(entry.name(), Digests.of(entry)));
        boolean clock = plan.suites().contains(Suite.SPEED) || plan.suites().contains(Suite.PRODUCTION);
        return new SuiteReport(new Findings(
                new Findings.Judgement(
                        QualitySuite.report(judged, plan.options()),
                        comparison,
                        standings.differences(),
                        new Findings.Origin(facts, standings.entries(), digests)),
                new Findings.Measurement(clock ? List.copyOf(timings.values()) : List.of(), machine()),
                promises));
    }

    private Comparison.Cost cost(String model, List<Findings.Model> facts) {
        Timing timing = timings.getOrDefault(model, Timing.none(model));
        Score peak = timing.figure(Timing.PEAK);
        ModelCheck check = facts.stream().filter(fact -> fact.name().equals(model)).findFirst().orElseThrow().check();
        return new Comparison.Cost(
                check.bytes(),
                check.parameters(),
                timing.figures().getOrDefault(Timing.SHORT_TEXTS, NONE),
                peak.defined() ? (long) peak.value() : 0);
    }

    private boolean present(Class<? extends Room> room) {
        try {
            laboratory.room(room);
            return true;
        } catch (MissingArtifactException e) {
            return false;
        }
    }

    private static Findings.Machine machine() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return new Findings.Machine(
                Runtime.version().toString(), system.getName() + " " + system.getArch(), system.getAvailableProcessors());
    }
}
