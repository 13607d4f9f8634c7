package io.github.embeddinglab.evaluation.report;

import io.github.embeddinglab.api.training.TrainingListener;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Draws a training: the loss of its steps above, the scores of the looks at the selection part below. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TrainingCurve {
    private static final double LEFT = 70;
    private static final double RIGHT = 30;
    private static final double PANEL = 200;
    private static final double TOP = 40;
    private static final double BETWEEN = 50;
    private static final int MOST_POINTS = 400;

    private TrainingCurve() {}

    /**
     * Draws.
     *
     * @param title as the model's name
     * @param losses of the steps, those that are not finite are left out
     * @param looks in order of their steps, may be empty
     * @return a whole SVG document in light and dark colours
     */
    public static String svg(String title, List<Double> losses, List<TrainingListener.Look> looks) {
        double height = TOP + (looks.isEmpty() ? PANEL : 2 * PANEL + BETWEEN) + BETWEEN;
        Drawing drawing = new Drawing(
                "training-curve",
                title,
                "The loss of " + losses.size() + " steps, and " + looks.size() + " scores on the selection part.",
                new double[] {Charts.WIDTH, height});
        Axis x = Axis.linear(0, Math.max(1, losses.size()), LEFT, Charts.WIDTH - RIGHT);
        losses(drawing, x, losses);
        if (!looks.isEmpty()) {
            looks(drawing, x, looks);
        }
        drawing.label((LEFT + Charts.WIDTH - RIGHT) / 2, height - 8, "step", Drawing.TICK);
        String svg = SvgWriter.write(drawing);
        int inside = svg.indexOf('>') + 1;
        String opened = svg.substring(0, inside).replace("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ");
        return opened + style() + svg.substring(inside);
    }

    /** Mean losses of neighbouring steps where there are more than can be seen. */
    private static void losses(Drawing drawing, Axis x, List<Double> losses) {
        int width = Math.max(1, (losses.size() + MOST_POINTS - 1) / MOST_POINTS);
        double[] all = losses.stream().mapToDouble(Double::doubleValue).filter(Double::isFinite).toArray();
        double bottom = TOP + PANEL;
        Axis y = Axis.linear(
                Arrays.stream(all).min().orElse(0), Arrays.stream(all).max().orElse(1), bottom, TOP);
        panel(drawing, x, y, "loss");
        double[] before = null;
        for (int first = 0; first < losses.size(); first += width) {
            double mean = losses.subList(first, Math.min(first + width, losses.size())).stream()
                    .mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
            if (!Double.isFinite(mean)) {
                continue;
            }
            double[] at = {x.at(first + (width + 1) / 2.0), y.at(mean)};
            if (before != null) {
                drawing.line(before, at, Drawing.Ink.series(0), Drawing.STRONG);
            }
            before = at;
        }
    }

    private static void looks(Drawing drawing, Axis x, List<TrainingListener.Look> looks) {
        double top = TOP + PANEL + BETWEEN;
        Axis y = Axis.linear(
                looks.stream().mapToDouble(TrainingListener.Look::value).filter(Double::isFinite).min().orElse(0),
                looks.stream().mapToDouble(TrainingListener.Look::value).filter(Double::isFinite).max().orElse(1),
                top + PANEL,
                top);
        panel(drawing, x, y, looks.get(0).metric() + " on the selection part");
        double[] before = null;
        for (TrainingListener.Look look : looks) {
            if (!Double.isFinite(look.value())) {
                continue;
            }
            double[] at = {x.at(look.step()), y.at(look.value())};
            if (before != null) {
                drawing.line(before, at, Drawing.Ink.series(1), Drawing.STRONG);
            }
            drawing.add(new Drawing.Dot(at[0], at[1], Drawing.Form.CIRCLE, Drawing.Ink.series(1), String.format(
                    Locale.ROOT, "step %d: %s %.4f", look.step(), look.metric(), look.value())));
            before = at;
        }
    }

    private static void panel(Drawing drawing, Axis x, Axis y, String name) {
        List<Double> ticks = y.ticks();
        double bottom = y.at(ticks.get(0));
        double top = y.at(ticks.get(ticks.size() - 1));
        Charts.horizontal(drawing, y, LEFT, Charts.WIDTH - RIGHT);
        Charts.vertical(drawing, x, top, bottom);
        drawing.label(LEFT, top - 10, name, Drawing.SMALL_START);
    }

    private static String style() {
        return "<style>svg{" + inks(false) + "font-family:sans-serif;background:#fff}@media(prefers-color-scheme:dark){svg{" + inks(true)
                + "background:#14181d}}</style>";
    }

    private static String inks(boolean dark) {
        return Stream.of(Drawing.Ink.values())
                .map(ink -> ink.variable() + ":" + (dark ? ink.dark : ink.light) + ";")
                .collect(Collectors.joining());
    }
}
