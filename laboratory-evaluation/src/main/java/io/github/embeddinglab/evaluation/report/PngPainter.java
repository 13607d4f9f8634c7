package io.github.embeddinglab.evaluation.report;

import io.github.embeddinglab.api.LaboratoryException;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** Paints a drawing on light paper; needs no display, but a font. */
final class PngPainter {
    private static final double SCALE = 2;
    private static final double RADIUS = 5;
    private static final float[] DASHES = {5, 4};
    private static final double HEAD = 34;

    private final Graphics2D graphics;

    private PngPainter(Graphics2D graphics) {
        this.graphics = graphics;
    }

    /** Twice as many pixels as the drawing is wide and high, the title above it. */
    private static byte[] paint(Drawing drawing) {
        BufferedImage image = new BufferedImage(
                (int) Math.ceil(drawing.width() * SCALE),
                (int) Math.ceil((drawing.height() + HEAD) * SCALE),
                BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            graphics.scale(SCALE, SCALE);
            PngPainter painter = new PngPainter(graphics);
            painter.label(new Drawing.Label(
                    16, 22, drawing.title(), new Drawing.Type(Drawing.Anchor.START, Drawing.Ink.TEXT, true, 15)));
            graphics.translate(0, HEAD);
            drawing.shapes().forEach(painter::one);
        } finally {
            graphics.dispose();
        }
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageIO.setUseCache(false);
            ImageIO.write(image, "png", bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new LaboratoryException("the plot " + drawing.id() + " cannot be painted: " + e.getMessage(), e);
        }
    }

    /** The same; where Java finds no fonts it says so. */
    static byte[] painted(Drawing drawing) {
        try {
            return paint(drawing);
        } catch (LinkageError | InternalError e) {
            throw new LaboratoryException("the plot " + drawing.id() + " cannot be painted, since Java finds no fonts here (" + e
                    + "); install fontconfig and a font, as in the package fonts-dejavu-core", e);
        }
    }

    private void one(Drawing.Shape shape) {
        if (shape instanceof Drawing.Line line) {
            graphics.setColor(Color.decode(line.ink().light));
            float width = (float) line.stroke().width();
            graphics.setStroke(line.stroke().dashed()
                    ? new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, DASHES, 0)
                    : new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            graphics.draw(new Line2D.Double(line.x1(), line.y1(), line.x2(), line.y2()));
        } else if (shape instanceof Drawing.Box box) {
            graphics.setColor(Color.decode(box.ink().light));
            graphics.fill(new Rectangle2D.Double(box.x(), box.y(), box.width(), box.height()));
        } else if (shape instanceof Drawing.Dot dot) {
            dot(dot);
        } else if (shape instanceof Drawing.Label label) {
            label(label);
        }
    }

    private void dot(Drawing.Dot dot) {
        graphics.setColor(Color.decode(dot.ink().light));
        double x = dot.x();
        double y = dot.y();
        switch (dot.form()) {
            case CIRCLE -> graphics.fill(new Ellipse2D.Double(x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS));
            case RING -> {
                Ellipse2D ring = new Ellipse2D.Double(x - RADIUS + 1, y - RADIUS + 1, 2 * RADIUS - 2, 2 * RADIUS - 2);
                Color ink = graphics.getColor();
                graphics.setColor(Color.WHITE);
                graphics.fill(ring);
                graphics.setColor(ink);
                graphics.setStroke(new BasicStroke(1.5f));
                graphics.draw(ring);
            }
            case SQUARE -> graphics.fill(
                    new Rectangle2D.Double(x - RADIUS + 0.5, y - RADIUS + 0.5, 2 * RADIUS - 1, 2 * RADIUS - 1));
            case TRIANGLE -> graphics.fill(polygon(x, y - RADIUS - 1, x + RADIUS + 1, y + RADIUS, x - RADIUS - 1, y + RADIUS));
            case DIAMOND -> graphics.fill(polygon(
                    x, y - RADIUS - 1, x + RADIUS + 1, y, x, y + RADIUS + 1, x - RADIUS - 1, y));
        }
    }

    private static Path2D polygon(double... points) {
        Path2D path = new Path2D.Double();
        path.moveTo(points[0], points[1]);
        for (int i = 2; i < points.length; i += 2) {
            path.lineTo(points[i], points[i + 1]);
        }
        path.closePath();
        return path;
    }

    private void label(Drawing.Label label) {
        graphics.setColor(Color.decode(label.type().ink().light));
        graphics.setFont(new Font(
                Font.SANS_SERIF, label.type().bold() ? Font.BOLD : Font.PLAIN, (int) Math.round(label.type().size())));
        double width = graphics.getFontMetrics().stringWidth(label.text());
        double x = switch (label.type().anchor()) {
            case START -> label.x();
            case MIDDLE -> label.x() - width / 2;
            case END -> label.x() - width;
        };
        graphics.drawString(label.text(), (float) x, (float) label.y());
    }
}
