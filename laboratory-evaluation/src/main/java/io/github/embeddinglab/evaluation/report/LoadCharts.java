package io.github.embeddinglab.evaluation.report;

import io.github.embeddinglab.evaluation.load.LoadStep;
import io.github.embeddinglab.evaluation.load.Timing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** Draws what happened under load: latency while the load is steady, throughput up to twice what is sustainable. */
final class LoadCharts {
    private static final double HEIGHT = 380;
    private static final double LEFT = 70;
    private static final double RIGHT = Charts.WIDTH - 30;
    private static final double TOP = 48;
    private static final double BOTTOM = HEIGHT - 58;
    private static final double PART = 100;

    private LoadCharts() {}

    static List<Drawing> all(List<Timing> timings) {
        List<Timing> loaded = timings.stream().filter(timing -> timing.steps().size() > 1).toList();
        return loaded.isEmpty() ? List.of() : List.of(latency(loaded), throughput(loaded));
    }

    private static List<LoadStep> steady(Timing timing) {
        return timing.steps().subList(0, timing.steps().size() - 1);
    }

    private static double peak(Timing timing) {
        return timing.figure(Timing.PEAK_RATE).value();
    }

    private static Drawing latency(List<Timing> timings) {
        Drawing drawing = new Drawing(
                "latency",
                "Latency of a query under steady load",
                "Milliseconds from the intended arrival to the answer, median as a line and 95th percentile dashed, at rising loads.",
                new double[] {Charts.WIDTH, HEIGHT});
        double[] millis = timings.stream()
                .flatMap(timing -> steady(timing).stream())
                .flatMapToDouble(step -> DoubleStream.of(step.latencies().p50(), step.latencies().p95()))
                .filter(value -> value > 0)
                .toArray();
        double[] loads = timings.stream()
                .flatMapToDouble(timing -> steady(timing).stream().mapToDouble(step -> PART * step.offered() / peak(timing)))
                .toArray();
        Axis y = Axis.logarithmic(
                DoubleStream.of(millis).min().orElse(1), DoubleStream.of(millis).max().orElse(10), BOTTOM, TOP);
        Axis x = Axis.linear(DoubleStream.of(loads).min().orElse(0), DoubleStream.of(loads).max().orElse(PART), LEFT, RIGHT);
        frame(drawing, x, y, "load, per cent of the model's peak (solid: median, dashed: 95th percentile)");
        drawing.label(8, 18, "ms (log)", Drawing.SMALL_START);
        Charts.legend(drawing, LEFT + 60, timings.stream().map(Timing::model).toList());
        for (int m = 0; m < timings.size(); m++) {
            Timing timing = timings.get(m);
            List<double[]> median = new ArrayList<>();
            List<double[]> high = new ArrayList<>();
            for (LoadStep step : steady(timing)) {
                double at = x.at(PART * step.offered() / peak(timing));
                median.add(new double[] {at, y.at(step.latencies().p50())});
                high.add(new double[] {at, y.at(step.latencies().p95())});
            }
            path(drawing, median, m, Drawing.STRONG);
            path(drawing, high, m, Drawing.DASHED);
            for (int i = 0; i < median.size(); i++) {
                LoadStep step = steady(timing).get(i);
                String tooltip = String.format(Locale.ROOT, "%s at %.1f requests a second: median %.1f ms, p95 %.1f ms, p99 %.1f ms",
                        timing.model(), step.offered(), step.latencies().p50(), step.latencies().p95(), step.latencies().p99());
                dot(drawing, median.get(i), m, tooltip);
                dot(drawing, high.get(i), m, tooltip);
            }
        }
        return drawing;
    }

    private static Drawing throughput(List<Timing> timings) {
        Drawing drawing = new Drawing(
                "throughput",
                "Answered requests when too many arrive",
                "Requests answered against requests offered, as shares of each model's peak; the last point is twice the sustainable"
                        + " load behind a bounded queue. The dashed line is one answer for one request.",
                new double[] {Charts.WIDTH, HEIGHT});
        double[] shares = timings.stream()
                .flatMapToDouble(timing -> timing.steps().stream().mapToDouble(step -> PART * step.offered() / peak(timing)))
                .toArray();
        double most = DoubleStream.of(shares).max().orElse(2 * PART);
        Axis x = Axis.linear(0, most, LEFT, RIGHT);
        Axis y = Axis.linear(0, PART * 1.1, BOTTOM, TOP);
        frame(drawing, x, y, "offered, per cent of the model's peak");
        drawing.label(8, 18, "answered, %", Drawing.SMALL_START);
        drawing.line(new double[] {x.at(0), y.at(0)}, new double[] {x.at(PART), y.at(PART)}, Drawing.Ink.MUTED, Drawing.DASHED);
        Charts.legend(drawing, LEFT + 60, timings.stream().map(Timing::model).toList());
        for (int m = 0; m < timings.size(); m++) {
            Timing timing = timings.get(m);
            List<double[]> points = timing.steps().stream()
                    .map(step -> new double[] {
                        x.at(PART * step.offered() / peak(timing)), y.at(PART * step.completed() / peak(timing))
                    })
                    .toList();
            path(drawing, points, m, Drawing.STRONG);
            for (int i = 0; i < points.size(); i++) {
                LoadStep step = timing.steps().get(i);
                dot(drawing, points.get(i), m, String.format(Locale.ROOT, "%s: %.1f offered, %.1f answered a second, %.0f %% refused",
                        timing.model(), step.offered(), step.completed(), PART * step.refused()));
            }
        }
        return drawing;
    }

    private static void frame(Drawing drawing, Axis x, Axis y, String label) {
        Charts.vertical(drawing, x, TOP, BOTTOM);
        Charts.horizontal(drawing, y, LEFT, RIGHT);
        drawing.label((LEFT + RIGHT) / 2, HEIGHT - 12, label, Drawing.TICK);
    }

    private static void path(Drawing drawing, List<double[]> points, int number, Drawing.Stroke stroke) {
        for (int i = 1; i < points.size(); i++) {
            drawing.line(points.get(i - 1), points.get(i), Drawing.Ink.series(number), stroke);
        }
    }

    private static void dot(Drawing drawing, double[] at, int number, String tooltip) {
        drawing.add(new Drawing.Dot(at[0], at[1], Drawing.Form.series(number), Drawing.Ink.series(number), tooltip));
    }
}
