package io.github.embeddinglab.evaluation.report;

import io.github.embeddinglab.api.Comparison;
import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.evaluation.suites.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Draws what was judged: scores with intervals, differences, quality against speed. */
final class Charts {
    static final double WIDTH = 900;
    private static final double RIGHT = 30;
    private static final double TOP = 36;
    private static final double BOTTOM = 44;
    private static final double LANE = 13;
    private static final double GAP = 14;
    private static final double HALF_CAP = 3;
    private static final double PARETO_HEIGHT = 420;
    private static final int BASELINE_SERIES = 6;

    private Charts() {}

    /** All plots that the findings allow. */
    static List<Drawing> all(Findings findings) {
        List<Drawing> drawings = new ArrayList<>();
        Findings.Judgement judgement = findings.judgement();
        pareto(judgement.comparison()).ifPresent(drawings::add);
        if (!judgement.comparison().tasks().isEmpty()) {
            drawings.add(scores(judgement));
        }
        int number = 1;
        for (var entry : judgement.differences().entrySet()) {
            if (!entry.getValue().isEmpty()) {
                drawings.add(differences(
                        number++, entry.getKey(), judgement.comparison().rows().get(0).model(), entry.getValue()));
            }
        }
        drawings.addAll(LoadCharts.all(findings.measurement().timings()));
        return drawings;
    }

    /** A legend in one line at the top; returns nothing, draws marks in the order of the series. */
    static void legend(Drawing drawing, double left, List<String> names) {
        double x = left;
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            boolean baseline = name.endsWith("(baseline)");
            drawing.add(new Drawing.Dot(
                    x + 6, 14, baseline ? Drawing.Form.RING : Drawing.Form.series(i), ink(i, baseline), ""));
            drawing.label(x + 17, 18, name, Drawing.START);
            x += 40 + Drawing.width(name, Drawing.START.size());
        }
    }

    private static Drawing.Ink ink(int number, boolean baseline) {
        return Drawing.Ink.series(baseline ? BASELINE_SERIES : number);
    }

    static void vertical(Drawing drawing, Axis x, double top, double bottom) {
        for (double tick : x.ticks()) {
            drawing.line(new double[] {x.at(tick), top}, new double[] {x.at(tick), bottom}, Drawing.Ink.GRID, Drawing.THIN);
            drawing.label(x.at(tick), bottom + 18, Axis.tick(tick), Drawing.TICK);
        }
    }

    private static Drawing scores(Findings.Judgement judgement) {
        List<Comparison.Task> tasks = judgement.comparison().tasks();
        List<Comparison.Row> rows = judgement.comparison().rows();
        List<Report.Result> baselines = judgement.report().results().stream()
                .filter(result -> rows.stream().noneMatch(row -> row.model().equals(result.model())))
                .toList();
        int lanes = rows.size() + (baselines.isEmpty() ? 0 : 1);
        double step = lanes * LANE + GAP;
        double left = left(tasks.stream().map(task -> task.entry() + "  " + task.score()).toList());
        double bottom = TOP + tasks.size() * step;
        Drawing drawing = new Drawing(
                "scores",
                "Scores with their intervals",
                "For each of " + tasks.size() + " entries, the score of each model as a point with its confidence interval as a line.",
                new double[] {WIDTH, bottom + BOTTOM});
        Axis x = axis(rows.stream().flatMap(row -> row.scores().values().stream()), left);
        for (int i = 0; i < tasks.size(); i += 2) {
            drawing.add(new Drawing.Box(8, TOP + i * step, WIDTH - 16, step, Drawing.Ink.BAND));
        }
        vertical(drawing, x, TOP, bottom);
        List<String> names = new ArrayList<>(rows.stream().map(Comparison.Row::model).toList());
        baselines.stream().map(Report.Result::model).distinct().forEach(name -> names.add(name + " (baseline)"));
        legend(drawing, left, names);
        for (int i = 0; i < tasks.size(); i++) {
            Comparison.Task task = tasks.get(i);
            double middle = TOP + i * step + step / 2;
            drawing.label(16, middle + 4, task.entry(), Drawing.START);
            drawing.label(left - 14, middle + 4, task.score(), new Drawing.Type(Drawing.Anchor.END, Drawing.Ink.MUTED, false, 12));
            double lane = TOP + i * step + GAP / 2 + LANE / 2;
            for (int m = 0; m < rows.size(); m++) {
                Score score = rows.get(m).scores().getOrDefault(task.entry(), new Score(Double.NaN, Double.NaN, Double.NaN));
                mark(drawing, x, lane, score, new Drawing.Dot(0, 0, Drawing.Form.series(m), Drawing.Ink.series(m),
                        rows.get(m).model() + ", " + task.entry() + ": " + score));
                lane += LANE;
            }
            for (Report.Result result : baselines) {
                if (result.entry().equals(task.entry())) {
                    mark(drawing, x, lane, result.score(), new Drawing.Dot(
                            0, 0, Drawing.Form.RING, ink(0, true), result.model() + ", " + task.entry() + ": " + result.score()));
                }
            }
        }
        return drawing;
    }

    private static double left(List<String> labels) {
        return 40 + labels.stream().mapToDouble(label -> Drawing.width(label, 13)).max().orElse(0);
    }

    private static Axis axis(Stream<Score> scores, double left) {
        double[] ends = scores.flatMapToDouble(score -> DoubleStream.of(score.value(), score.low(), score.high()))
                .filter(Double::isFinite)
                .toArray();
        return Axis.linear(
                DoubleStream.of(ends).min().orElse(0), DoubleStream.of(ends).max().orElse(1), left, WIDTH - RIGHT);
    }

    /** A point with its interval; the point's own place is not read. */
    private static void mark(Drawing drawing, Axis x, double y, Score score, Drawing.Dot dot) {
        if (!score.defined()) {
            return;
        }
        if (!Double.isNaN(score.low())) {
            double low = x.at(score.low());
            double high = x.at(score.high());
            drawing.line(new double[] {low, y}, new double[] {high, y}, dot.ink(), Drawing.STRONG);
            for (double end : new double[] {low, high}) {
                drawing.line(new double[] {end, y - HALF_CAP}, new double[] {end, y + HALF_CAP}, dot.ink(), Drawing.THIN);
            }
        }
        drawing.add(new Drawing.Dot(x.at(score.value()), y, dot.form(), dot.ink(), dot.tooltip()));
    }

    private static Drawing differences(int number, String model, String first, List<Difference> differences) {
        double step = LANE + GAP;
        double left = left(differences.stream().map(Difference::name).toList());
        double bottom = TOP + differences.size() * step;
        Drawing drawing = new Drawing(
                "differences-" + number,
                model + " against " + first,
                "For each entry the change of the score with its interval; a ring means that no difference was shown.",
                new double[] {WIDTH, bottom + BOTTOM});
        Axis x = axis(
                Stream.concat(
                        differences.stream().map(Difference::change), Stream.of(new Score(0, 0, 0))),
                left);
        for (int i = 0; i < differences.size(); i += 2) {
            drawing.add(new Drawing.Box(8, TOP + i * step, WIDTH - 16, step, Drawing.Ink.BAND));
        }
        vertical(drawing, x, TOP, bottom);
        drawing.line(new double[] {x.at(0), TOP - 4}, new double[] {x.at(0), bottom}, Drawing.Ink.MUTED, Drawing.DASHED);
        key(drawing, left);
        for (int i = 0; i < differences.size(); i++) {
            Difference difference = differences.get(i);
            boolean better = difference.change().value() > 0;
            double y = TOP + i * step + step / 2;
            drawing.label(16, y + 4, difference.name(), Drawing.START);
            Drawing.Form form = !difference.shown() ? Drawing.Form.RING : better ? Drawing.Form.TRIANGLE : Drawing.Form.DIAMOND;
            Drawing.Ink ink = !difference.shown() ? Drawing.Ink.MUTED : better ? Drawing.Ink.BETTER : Drawing.Ink.WORSE;
            mark(drawing, x, y, difference.change(), new Drawing.Dot(0, 0, form, ink, difference.toString()));
        }
        return drawing;
    }

    private static void key(Drawing drawing, double left) {
        double x = left;
        for (String name : List.of("better", "worse", "no difference shown")) {
            boolean better = name.equals("better");
            boolean worse = name.equals("worse");
            drawing.add(new Drawing.Dot(
                    x + 6,
                    14,
                    better ? Drawing.Form.TRIANGLE : worse ? Drawing.Form.DIAMOND : Drawing.Form.RING,
                    better ? Drawing.Ink.BETTER : worse ? Drawing.Ink.WORSE : Drawing.Ink.MUTED,
                    ""));
            drawing.label(x + 17, 18, name, Drawing.START);
            x += 40 + Drawing.width(name, Drawing.START.size());
        }
    }

    private static Optional<Drawing> pareto(Comparison comparison) {
        List<Comparison.Row> rows = comparison.rows().stream()
                .filter(row -> row.standing().mean().defined() && row.cost().textsPerSecond().defined())
                .toList();
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        double bottom = PARETO_HEIGHT - BOTTOM - 14;
        double left = 70;
        Drawing drawing = new Drawing(
                "pareto",
                "Quality against speed",
                "Mean score over short texts a second, upper right is best; the dashed line joins the models that no other beats in both.",
                new double[] {WIDTH, PARETO_HEIGHT});
        Axis x = Axis.logarithmic(
                rows.stream().mapToDouble(row -> row.cost().textsPerSecond().value()).min().orElse(1) / 1.3,
                rows.stream().mapToDouble(row -> row.cost().textsPerSecond().value()).max().orElse(1) * 1.3,
                left, WIDTH - RIGHT);
        double[] ends = rows.stream()
                .flatMapToDouble(row -> DoubleStream.of(
                        row.standing().mean().value(), row.standing().mean().low(), row.standing().mean().high()))
                .filter(Double::isFinite)
                .toArray();
        Axis y = Axis.linear(DoubleStream.of(ends).min().orElse(0), DoubleStream.of(ends).max().orElse(1), bottom, TOP);
        vertical(drawing, x, TOP, bottom);
        horizontal(drawing, y, left, WIDTH - RIGHT);
        drawing.label((left + WIDTH - RIGHT) / 2, PARETO_HEIGHT - 12, "short texts a second (log scale)", Drawing.TICK);
        drawing.label(8, 18, "mean score", Drawing.SMALL_START);
        List<Comparison.Row> front = comparison.paretoFront().stream()
                .sorted((a, b) -> Double.compare(a.cost().textsPerSecond().value(), b.cost().textsPerSecond().value()))
                .toList();
        for (int i = 1; i < front.size(); i++) {
            drawing.line(place(x, y, front.get(i - 1)), place(x, y, front.get(i)), Drawing.Ink.MUTED, Drawing.DASHED);
        }
        for (Comparison.Row row : rows) {
            point(drawing, x, y, row, comparison.rows().indexOf(row));
        }
        return Optional.of(drawing);
    }

    private static double[] place(Axis x, Axis y, Comparison.Row row) {
        return new double[] {x.at(row.cost().textsPerSecond().value()), y.at(row.standing().mean().value())};
    }

    private static void point(Drawing drawing, Axis x, Axis y, Comparison.Row row, int number) {
        double[] at = place(x, y, row);
        Score mean = row.standing().mean();
        Score speed = row.cost().textsPerSecond();
        Drawing.Ink ink = Drawing.Ink.series(number);
        if (!Double.isNaN(mean.low())) {
            drawing.line(new double[] {at[0], y.at(mean.low())}, new double[] {at[0], y.at(mean.high())}, ink, Drawing.STRONG);
        }
        if (!Double.isNaN(speed.low())) {
            drawing.line(new double[] {x.at(speed.low()), at[1]}, new double[] {x.at(speed.high()), at[1]}, ink, Drawing.STRONG);
        }
        drawing.add(new Drawing.Dot(at[0], at[1], Drawing.Form.series(number), ink, String.format(
                Locale.ROOT, "%s: mean score %s, %s texts a second", row.model(), mean, Numbers.quantity(speed))));
        boolean nearRight = at[0] + Drawing.width(row.model(), 13) + 16 > WIDTH - RIGHT;
        drawing.label(nearRight ? at[0] - 11 : at[0] + 11, at[1] - 9, row.model(), nearRight ? Drawing.NAME : Drawing.START);
    }

    static void horizontal(Drawing drawing, Axis y, double left, double right) {
        for (double tick : y.ticks()) {
            drawing.line(new double[] {left, y.at(tick)}, new double[] {right, y.at(tick)}, Drawing.Ink.GRID, Drawing.THIN);
            drawing.label(left - 8, y.at(tick) + 4, Axis.tick(tick), new Drawing.Type(Drawing.Anchor.END, Drawing.Ink.MUTED, false, 12));
        }
    }
}
