package io.github.embeddinglab.evaluation.report;

import io.github.embeddinglab.api.Comparison;
import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.Promise;
import io.github.embeddinglab.evaluation.load.LoadStep;
import io.github.embeddinglab.evaluation.load.Timing;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The report as Markdown tables. */
final class ReportMarkdown {
    private final StringBuilder text = new StringBuilder();
    private final Findings findings;

    private ReportMarkdown(Findings findings) {
        this.findings = findings;
    }

    static String of(Findings findings) {
        return new ReportMarkdown(findings).write();
    }

    private String write() {
        text.append("# Benchmark\n\n");
        models();
        if (!findings.judgement().report().results().isEmpty()) {
            text.append("\n## Scores\n\n").append(findings.judgement().report().toMarkdown());
            differences();
        }
        timings();
        promises();
        return text.toString();
    }

    private void models() {
        row("model", "mean score", "mean rank", "better / worse / undecided", "texts a second", "size", "parameters", "peak memory", "Pareto");
        text.append("|---|---|---|---|---|---|---|---|---|\n");
        List<Comparison.Row> front = findings.judgement().comparison().paretoFront();
        for (Comparison.Row model : findings.judgement().comparison().rows()) {
            Comparison.Standing standing = model.standing();
            boolean first = model.equals(findings.judgement().comparison().rows().get(0));
            row(model.model(),
                    standing.mean().defined() ? standing.mean().toString() : "–",
                    Numbers.quantity(standing.rank()),
                    first ? "(held against)" : standing.against().better() + " / " + standing.against().worse() + " / " + standing.against().undecided(),
                    Numbers.quantity(model.cost().textsPerSecond()),
                    Numbers.megabytes(model.cost().bytes()),
                    Numbers.millions(model.cost().parameters()),
                    Numbers.megabytes(model.cost().peakBytes()),
                    front.contains(model) ? "yes" : "");
        }
    }

    private void differences() {
        findings.judgement().differences().forEach((model, list) -> {
            String first = findings.judgement().comparison().rows().get(0).model();
            text.append("\n### ").append(model).append(" against ").append(first).append("\n\n");
            row("entry", first, model, "change", "interval", "p", "");
            text.append("|---|---|---|---|---|---|---|\n");
            for (Difference difference : list) {
                row(difference.name(),
                        String.format(Locale.ROOT, "%.4f", difference.first()),
                        String.format(Locale.ROOT, "%.4f", difference.second()),
                        Numbers.signed(difference.change().value()),
                        Numbers.interval(difference.change()),
                        String.format(Locale.ROOT, "%.4f", difference.tests().adjusted()),
                        difference.shown() ? (difference.change().value() > 0 ? "better" : "worse") : "no difference shown");
            }
        });
    }

    private void timings() {
        List<Timing> timings = findings.measurement().timings();
        if (timings.isEmpty()) {
            return;
        }
        text.append("\n## Measured with a clock\n\n");
        Findings.Machine machine = findings.measurement().machine();
        text.append("Java ").append(machine.java()).append(", ").append(machine.system()).append(", ")
                .append(machine.processors()).append(" processors. Means over rounds with intervals.\n\n");
        row("figure", timings.stream().map(Timing::model).collect(Collectors.joining(" | ")));
        text.append("|---|").append("---|".repeat(timings.size())).append('\n');
        timings.stream().flatMap(timing -> timing.figures().keySet().stream()).distinct().forEach(name ->
                row(name, timings.stream().map(timing -> Numbers.quantity(timing.figure(name))).collect(Collectors.joining(" | "))));
        for (Timing timing : timings) {
            if (!timing.steps().isEmpty()) {
                text.append("\n### ").append(timing.model()).append(" under load\n\n");
                row("offered a second", "completed a second", "refused", "p50 ms", "p95 ms", "p99 ms", "max ms");
                text.append("|---|---|---|---|---|---|---|\n");
                for (LoadStep step : timing.steps()) {
                    row(Numbers.quantity(step.offered()), Numbers.quantity(step.completed()),
                            String.format(Locale.ROOT, "%.0f %%", 100 * step.refused()),
                            Numbers.quantity(step.latencies().p50()), Numbers.quantity(step.latencies().p95()),
                            Numbers.quantity(step.latencies().p99()), Numbers.quantity(step.latencies().max()));
                }
            }
            timing.notes().forEach(note -> text.append("\n").append(timing.model()).append(": ").append(note).append(".\n"));
        }
    }

    private void promises() {
        if (findings.promises().isEmpty()) {
            return;
        }
        text.append("\n## The ten promises\n\n");
        row("promise", "target", "value [interval]", "verdict", "note", "command");
        text.append("|---|---|---|---|---|---|\n");
        for (Promise promise : findings.promises()) {
            row(promise.name(), promise.target(), Numbers.found(promise), Numbers.verdict(promise.finding().verdict()),
                    promise.finding().note(), "`" + promise.command() + "`");
        }
    }

    private void row(String... cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
