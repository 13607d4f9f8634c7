package io.github.embeddinglab.evaluation.report;

import static io.github.embeddinglab.evaluation.report.SvgWriter.escaped;

import io.github.embeddinglab.evaluation.report.CurvePlot.Curve;
import io.github.embeddinglab.evaluation.report.CurvePlot.Kind;
import io.github.embeddinglab.evaluation.report.CurvePlot.Point;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/** Curves as one self-contained page, or each as a picture, in the look of the benchmark report. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class CurvePage {
    private static final double HEIGHT = 360;
    private static final double LEFT = 76;
    private static final double RIGHT = Charts.WIDTH - 30;
    private static final double TOP = 40;
    private static final double BOTTOM = HEIGHT - 54;
    private static final double SWATCH = 18;

    private CurvePage() {}

    /**
     * Writes a page that needs nothing beside it.
     *
     * @param title of the page
     * @param lede one or two sentences below it
     * @param plots from above to below
     * @return HTML with inline SVG
     */
    public static String html(String title, String lede, List<CurvePlot> plots) {
        StringBuilder out = new StringBuilder(PageParts.head(title));
        out.append("<header><p class=\"eyebrow\">Embeddings Laboratory</p><h1>").append(escaped(title))
                .append("</h1><p class=\"lede\">").append(escaped(lede)).append("</p></header>\n");
        plots.forEach(plot -> out.append(PageParts.figure(drawing(plot))));
        return out.append("</main></body></html>\n").toString();
    }

    /**
     * Paints a plot on light paper.
     *
     * @param plot any
     * @return a PNG file
     * @throws io.github.embeddinglab.api.LaboratoryException where Java finds no fonts
     */
    public static byte[] png(CurvePlot plot) {
        return PngPainter.painted(drawing(plot));
    }

    private static Drawing drawing(CurvePlot plot) {
        CurvePlot.Words words = plot.words();
        Drawing drawing = new Drawing(words.id(), words.title(), words.description(), new double[] {Charts.WIDTH, HEIGHT});
        Axis x = axis(plot, Point::x, LEFT, RIGHT);
        Axis y = axis(plot, Point::y, BOTTOM, TOP);
        Charts.vertical(drawing, x, TOP, BOTTOM);
        Charts.horizontal(drawing, y, LEFT, RIGHT);
        drawing.label((LEFT + RIGHT) / 2, HEIGHT - 14, words.x(), Drawing.TICK);
        drawing.label(8, 18, words.y(), Drawing.SMALL_START);
        double legend = LEFT + 70;
        for (int i = 0; i < plot.curves().size(); i++) {
            Curve curve = plot.curves().get(i);
            draw(drawing, curve, i, x, y);
            drawing.line(new double[] {legend, 14}, new double[] {legend + SWATCH, 14}, ink(curve, i), stroke(curve));
            drawing.label(legend + SWATCH + 7, 18, curve.name(), Drawing.START);
            legend += SWATCH + 36 + Drawing.width(curve.name(), Drawing.START.size());
        }
        return drawing;
    }

    private static Axis axis(CurvePlot plot, ToDoubleFunction<Point> part, double from, double to) {
        double[] all = plot.curves().stream()
                .flatMap(curve -> curve.points().stream())
                .filter(Point::finite)
                .mapToDouble(part)
                .toArray();
        return Axis.linear(DoubleStream.of(all).min().orElse(0), DoubleStream.of(all).max().orElse(1), from, to);
    }

    private static Drawing.Ink ink(Curve curve, int number) {
        return curve.kind() == Kind.FAINT || curve.kind() == Kind.LEVEL ? Drawing.Ink.MUTED : Drawing.Ink.series(number);
    }

    private static Drawing.Stroke stroke(Curve curve) {
        return switch (curve.kind()) {
            case FAINT -> new Drawing.Stroke(0.5, false);
            case LINE, POINTS -> Drawing.STRONG;
            case LEVEL -> Drawing.DASHED;
        };
    }

    private static void draw(Drawing drawing, Curve curve, int number, Axis x, Axis y) {
        @Nullable Point before = null;
        for (Point point : curve.points()) {
            if (before != null && before.finite() && point.finite()) {
                drawing.line(
                        new double[] {x.at(before.x()), y.at(before.y())},
                        new double[] {x.at(point.x()), y.at(point.y())},
                        ink(curve, number),
                        stroke(curve));
            }
            before = point;
        }
        if (curve.kind() == Kind.POINTS) {
            curve.points().stream().filter(Point::finite).forEach(point -> drawing.add(new Drawing.Dot(
                    x.at(point.x()), y.at(point.y()), Drawing.Form.series(number), ink(curve, number),
                    String.format(Locale.ROOT, "%s at %,.0f: %.4f", curve.name(), point.x(), point.y()))));
        }
    }
}
