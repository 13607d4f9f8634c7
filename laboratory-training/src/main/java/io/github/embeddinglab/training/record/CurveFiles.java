package io.github.embeddinglab.training.record;

import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.core.files.WholeFiles;
import io.github.embeddinglab.evaluation.report.CurvePage;
import io.github.embeddinglab.evaluation.report.CurvePlot;
import io.github.embeddinglab.evaluation.report.CurvePlot.Curve;
import io.github.embeddinglab.evaluation.report.CurvePlot.Kind;
import io.github.embeddinglab.evaluation.report.CurvePlot.Point;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loss and scores of a training over its steps: one page and a picture of each into the folder of the tuned model. */
final class CurveFiles {
    private static final Logger LOG = LoggerFactory.getLogger(CurveFiles.class);
    /** Steps that a plot shows one by one; of more, means of neighbours. */
    private static final int MOST_POINTS = 450;

    private static final int SMOOTHED_PART = 20;
    private static final int LONGEST_SMOOTHED = 100;

    private CurveFiles() {}

    /** Writes what there is to see. A machine without fonts gets the page alone, and the model card names no picture. */
    static void write(TrainingRecord record) throws IOException {
        List<CurvePlot> plots = plots(record);
        FineTuningReport report = record.report();
        if (plots.isEmpty()) {
            return;
        }
        String page = CurvePage.html(report.made().id().value(), lede(report, record.origin().judged()), plots);
        WholeFiles.file(report.curve(), page.getBytes(StandardCharsets.UTF_8));
        for (CurvePlot plot : plots) {
            byte[] picture;
            try {
                picture = CurvePage.png(plot);
            } catch (LaboratoryException e) {
                LOG.warn("{}", e.getMessage());
                return;
            }
            WholeFiles.file(picture(report, plot), picture);
        }
    }

    private static Path picture(FineTuningReport report, CurvePlot plot) {
        return report.made().folder().resolve(plot.words().id() + ".png");
    }

    /** Lines of the model card that show the pictures that were written. */
    static String card(TrainingRecord record) {
        StringBuilder card = new StringBuilder();
        for (CurvePlot plot : plots(record)) {
            Path file = picture(record.report(), plot);
            if (Files.exists(file)) {
                card.append("![").append(plot.words().title()).append("](").append(file.getFileName()).append(")\n");
            }
        }
        return card.toString();
    }

    private static String lede(FineTuningReport report, String judged) {
        String name = report.verdict().difference().name();
        return String.format(Locale.ROOT, "%,d steps in %,.0f s from %s. %s on %s: %s before, %s after; it %s: %s.",
                report.course().steps(), report.course().seconds(), report.made().parent(), name, judged,
                report.before().get(name), report.after().get(name),
                report.verdict().outcome(), report.verdict().reason());
    }

    private static List<CurvePlot> plots(TrainingRecord record) {
        List<CurvePlot> plots = new ArrayList<>();
        loss(record.report().course().losses()).ifPresent(plots::add);
        score(record.report().course().looks(), record.origin().chosen()).ifPresent(plots::add);
        return plots;
    }

    private static Optional<CurvePlot> loss(List<Double> losses) {
        if (losses.stream().noneMatch(Double::isFinite)) {
            return Optional.empty();
        }
        int joined = Math.max(1, (losses.size() + MOST_POINTS - 1) / MOST_POINTS);
        int window = Math.min(LONGEST_SMOOTHED, Math.max(1, losses.size() / SMOOTHED_PART));
        List<Point> each = new ArrayList<>();
        List<Point> smooth = new ArrayList<>();
        for (int end = joined; end <= losses.size(); end += joined) {
            each.add(new Point(end, mean(losses, end - joined, end)));
            smooth.add(new Point(end, mean(losses, Math.max(0, end - window), end)));
        }
        List<Curve> curves = window == 1
                ? List.of(new Curve("loss of a step", Kind.LINE, each))
                : List.of(
                        new Curve(joined == 1 ? "loss of a step" : "mean of " + joined + " steps", Kind.FAINT, each),
                        new Curve("mean of the last " + window + " steps", Kind.LINE, smooth));
        return Optional.of(new CurvePlot(
                new CurvePlot.Words(
                        "training-loss", "Loss of the training batches", "Loss before each step, dropout included.", "step", "loss"),
                curves));
    }

    private static double mean(List<Double> values, int from, int to) {
        return values.subList(from, to).stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    private static Optional<CurvePlot> score(List<TrainingListener.Look> looks, String chosen) {
        List<Point> points = looks.stream().map(look -> new Point(look.step(), look.value())).toList();
        if (looks.size() < 2 || points.stream().noneMatch(point -> Double.isFinite(point.y()))) {
            return Optional.empty();
        }
        String metric = looks.get(0).metric();
        List<Curve> curves = new ArrayList<>();
        curves.add(new Curve(metric, Kind.POINTS, points));
        if (looks.get(0).step() == 0) {
            curves.add(new Curve("parent", Kind.LEVEL, List.of(
                    points.get(0), new Point(points.get(points.size() - 1).x(), points.get(0).y()))));
        }
        return Optional.of(new CurvePlot(
                new CurvePlot.Words(
                        "training-score",
                        metric + " on the selection part",
                        "The selection part chooses among states and is not trained on. Taken: " + chosen + ".",
                        "step",
                        metric),
                curves));
    }
}
