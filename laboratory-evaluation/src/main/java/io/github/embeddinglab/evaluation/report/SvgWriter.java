package io.github.embeddinglab.evaluation.report;

import java.util.Locale;

/** Writes a drawing as inline SVG whose colours are CSS variables, so that it follows the page's light or dark paper. */
final class SvgWriter {
    private static final double RADIUS = 5;

    private final StringBuilder out = new StringBuilder();

    private SvgWriter() {}

    static String write(Drawing drawing) {
        return new SvgWriter().all(drawing);
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    private String all(Drawing drawing) {
        out.append(String.format(Locale.ROOT, "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-labelledby=\"%s-t %s-d\">",
                drawing.width(), drawing.height(), drawing.id(), drawing.id()));
        out.append(String.format(Locale.ROOT, "<title id=\"%s-t\">%s</title><desc id=\"%s-d\">%s</desc>\n",
                drawing.id(), escaped(drawing.title()), drawing.id(), escaped(drawing.description())));
        for (Drawing.Shape shape : drawing.shapes()) {
            one(shape);
        }
        return out.append("</svg>\n").toString();
    }

    private void one(Drawing.Shape shape) {
        if (shape instanceof Drawing.Line line) {
            out.append(String.format(Locale.ROOT, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"var(%s)\" stroke-width=\"%.1f\"%s/>\n",
                    line.x1(), line.y1(), line.x2(), line.y2(), line.ink().variable(), line.stroke().width(),
                    line.stroke().dashed() ? " stroke-dasharray=\"5 4\"" : " stroke-linecap=\"round\""));
        } else if (shape instanceof Drawing.Box box) {
            out.append(String.format(Locale.ROOT, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"var(%s)\"/>\n",
                    box.x(), box.y(), box.width(), box.height(), box.ink().variable()));
        } else if (shape instanceof Drawing.Dot dot) {
            dot(dot);
        } else if (shape instanceof Drawing.Label label) {
            out.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"var(%s)\" font-size=\"%.0f\"%s>%s</text>\n",
                    label.x(), label.y(), label.type().anchor().name().toLowerCase(Locale.ROOT), label.type().ink().variable(),
                    label.type().size(), label.type().bold() ? " font-weight=\"600\"" : "", escaped(label.text())));
        }
    }

    private void dot(Drawing.Dot dot) {
        String ink = dot.ink().variable();
        double x = dot.x();
        double y = dot.y();
        out.append("<g>");
        if (!dot.tooltip().isEmpty()) {
            out.append(String.format(Locale.ROOT, "<title>%s</title>", escaped(dot.tooltip())));
        }
        switch (dot.form()) {
            case CIRCLE -> out.append(String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"var(%s)\"/>", x, y, RADIUS, ink));
            case RING -> out.append(String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"var(--paper)\" stroke=\"var(%s)\" stroke-width=\"1.5\"/>",
                    x, y, RADIUS - 1, ink));
            case SQUARE -> out.append(String.format(Locale.ROOT, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"var(%s)\"/>",
                    x - RADIUS + 0.5, y - RADIUS + 0.5, 2 * RADIUS - 1, 2 * RADIUS - 1, ink));
            case TRIANGLE -> out.append(String.format(Locale.ROOT, "<path d=\"M%.1f %.1f L%.1f %.1f L%.1f %.1f Z\" fill=\"var(%s)\"/>",
                    x, y - RADIUS - 1, x + RADIUS + 1, y + RADIUS, x - RADIUS - 1, y + RADIUS, ink));
            case DIAMOND -> out.append(String.format(Locale.ROOT, "<path d=\"M%.1f %.1f L%.1f %.1f L%.1f %.1f L%.1f %.1f Z\" fill=\"var(%s)\"/>",
                    x, y - RADIUS - 1, x + RADIUS + 1, y, x, y + RADIUS + 1, x - RADIUS - 1, y, ink));
        }
        out.append("</g>\n");
    }
}
