package io.github.embeddinglab.evaluation.report;

import static io.github.embeddinglab.evaluation.report.SvgWriter.escaped;

import io.github.embeddinglab.api.Comparison;
import io.github.embeddinglab.api.Promise;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.evaluation.load.Timing;
import io.github.embeddinglab.evaluation.suites.Report;
import java.util.List;
import java.util.Locale;

/** One self-contained page: plots first, tables behind them. */
final class HtmlPage {
    private final StringBuilder out = new StringBuilder();
    private final Findings findings;
    private final Comparison comparison;

    private HtmlPage(Findings findings) {
        this.findings = findings;
        this.comparison = findings.judgement().comparison();
    }

    static String of(Findings findings, List<Drawing> drawings) {
        return new HtmlPage(findings).write(drawings);
    }

    private String write(List<Drawing> drawings) {
        String names = String.join(", ", comparison.rows().stream().map(Comparison.Row::model).toList());
        out.append(PageParts.head("Benchmark: " + names));
        head();
        cards();
        for (Drawing drawing : drawings) {
            out.append(PageParts.figure(drawing));
        }
        promises();
        scoreTable();
        timingTable();
        foot();
        return out.append("</main></body></html>\n").toString();
    }

    private void head() {
        out.append("<header><p class=\"eyebrow\">Embeddings Laboratory</p><h1>Benchmark report</h1><p class=\"lede\">");
        Comparison.Row first = comparison.rows().get(0);
        if (comparison.tasks().isEmpty()) {
            out.append("Speed and behaviour in a service.");
        } else if (comparison.rows().size() == 1) {
            out.append(escaped(first.model())).append(" has a mean score of <b>").append(Numbers.score(first.standing().mean()))
                    .append("</b> over ").append(comparison.tasks().size()).append(" tasks.");
        } else {
            for (Comparison.Row row : comparison.rows().subList(1, comparison.rows().size())) {
                Comparison.Wins wins = row.standing().against();
                out.append(String.format(Locale.ROOT, "<b>%s</b> against <b>%s</b>: better on %d of %d tasks, worse on %d,"
                                + " no difference shown on %d. ",
                        escaped(row.model()), escaped(first.model()), wins.better(), comparison.tasks().size(), wins.worse(), wins.undecided()));
            }
        }
        out.append("</p></header>\n");
    }

    private void cards() {
        List<Comparison.Row> front = comparison.paretoFront();
        out.append("<section aria-label=\"Models\" class=\"cards\">\n");
        for (int i = 0; i < comparison.rows().size(); i++) {
            Comparison.Row row = comparison.rows().get(i);
            Timing timing = timing(row.model());
            out.append("<article style=\"--own:var(").append(Drawing.Ink.series(i).variable()).append(")\"><h2>")
                    .append(escaped(row.model())).append("</h2>");
            if (row.standing().mean().defined()) {
                out.append("<p class=\"big\">").append(Numbers.score(row.standing().mean())).append("</p><p class=\"sub\">mean score, ")
                        .append(Numbers.interval(row.standing().mean())).append("; mean rank ")
                        .append(Numbers.quantity(row.standing().rank())).append("</p>");
            }
            out.append("<dl>");
            fact("short texts a second", Numbers.quantity(row.cost().textsPerSecond().value()));
            fact("one query, median", withUnit(timing.figure(Timing.QUERY_P50)));
            fact("cold start", withUnit(timing.figure(Timing.COLD_START)));
            fact("peak memory", Numbers.megabytes(row.cost().peakBytes()));
            fact("size on disk", Numbers.megabytes(row.cost().bytes()));
            fact("parameters", Numbers.millions(row.cost().parameters()));
            out.append("</dl>");
            if (front.contains(row) && comparison.rows().size() > 1) {
                out.append("<p class=\"tag\">on the Pareto front</p>");
            }
            out.append("</article>\n");
        }
        out.append("</section>\n");
    }

    private static String withUnit(Score score) {
        return score.defined() ? Numbers.quantity(score.value()) + " ms" : "–";
    }

    private Timing timing(String model) {
        return findings.measurement().timings().stream()
                .filter(timing -> timing.model().equals(model))
                .findFirst()
                .orElse(Timing.none(model));
    }

    private void fact(String name, String value) {
        if (!value.equals("–")) {
            out.append("<div><dt>").append(name).append("</dt><dd>").append(escaped(value)).append("</dd></div>");
        }
    }

    private void promises() {
        if (findings.promises().isEmpty()) {
            return;
        }
        out.append("<section class=\"panel\"><h2>The ten promises</h2><ol class=\"promises\">\n");
        for (Promise promise : findings.promises()) {
            String verdict = Numbers.verdict(promise.finding().verdict());
            out.append("<li class=\"").append(verdict.replace(' ', '-')).append("\"><span class=\"badge\">").append(verdict)
                    .append("</span><div><b>").append(escaped(promise.name())).append("</b> <span class=\"muted\">")
                    .append(escaped(promise.target())).append("</span>");
            if (promise.finding().value().defined()) {
                out.append(" <span class=\"value\">").append(Numbers.found(promise)).append("</span>");
            }
            out.append("<br><span class=\"muted\">").append(escaped(promise.finding().note())).append(". <code>")
                    .append(escaped(promise.command())).append("</code></span></div></li>\n");
        }
        out.append("</ol></section>\n");
    }

    private void scoreTable() {
        Report report = findings.judgement().report();
        if (report.results().isEmpty()) {
            return;
        }
        List<String> models = report.results().stream().map(Report.Result::model).distinct().toList();
        out.append("<details class=\"panel\"><summary>All scores as a table</summary><div class=\"scroll\"><table><thead><tr>"
                + "<th scope=\"col\">entry</th><th scope=\"col\">score</th>");
        models.forEach(model -> out.append("<th scope=\"col\">").append(escaped(model)).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (Comparison.Task task : comparison.tasks()) {
            out.append("<tr><th scope=\"row\">").append(escaped(task.entry())).append("</th><td>").append(escaped(task.score())).append("</td>");
            for (String model : models) {
                String cell = report.results().stream()
                        .filter(result -> result.entry().equals(task.entry()) && result.model().equals(model))
                        .map(result -> Numbers.score(result.score()) + "<small>" + Numbers.interval(result.score()) + "</small>")
                        .findFirst()
                        .orElse("");
                out.append("<td>").append(cell).append("</td>");
            }
            out.append("</tr>\n");
        }
        out.append("</tbody></table></div></details>\n");
    }

    private void timingTable() {
        List<Timing> timings = findings.measurement().timings();
        if (timings.isEmpty()) {
            return;
        }
        out.append("<details class=\"panel\"><summary>All timings as a table</summary><div class=\"scroll\"><table><thead><tr><th scope=\"col\">figure</th>");
        timings.forEach(timing -> out.append("<th scope=\"col\">").append(escaped(timing.model())).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        timings.stream().flatMap(timing -> timing.figures().keySet().stream()).distinct().forEach(name -> {
            out.append("<tr><th scope=\"row\">").append(name.replace('_', ' ')).append("</th>");
            timings.forEach(timing -> out.append("<td>").append(Numbers.quantity(timing.figure(name))).append("</td>"));
            out.append("</tr>\n");
        });
        out.append("</tbody></table></div>");
        timings.forEach(timing -> timing.notes().forEach(note ->
                out.append("<p>").append(escaped(timing.model())).append(": ").append(escaped(note)).append(".</p>")));
        out.append("</details>\n");
    }

    private void foot() {
        Report report = findings.judgement().report();
        Findings.Machine machine = findings.measurement().machine();
        out.append("<footer><p>");
        if (!report.results().isEmpty()) {
            out.append(String.format(Locale.ROOT, "%.0f %% intervals, bootstrap with %,d resamples, seed %d; differences by a paired"
                            + " randomisation test with Holm’s correction. ",
                    100 * report.sampling().confidence(), report.sampling().resamples(), report.sampling().seed()));
        }
        if (!findings.measurement().timings().isEmpty()) {
            out.append(escaped("Timings: Java " + machine.java() + ", " + machine.system() + ", " + machine.processors()
                    + " processors; models took turns. "));
        }
        out.append("Scores: <a href=\"report.json\">report.json</a>, the same from run to run; timings: "
                + "<a href=\"timings.json\">timings.json</a>.</p></footer>\n");
    }
}
