package io.github.embeddinglab.evaluation.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** A plot as shapes, to be written as SVG or painted as PNG. Units are CSS pixels, the origin is the upper left corner. */
final class Drawing {
    /** What a colour means; light and dark are the colours on light and dark paper. */
    enum Ink {
        TEXT("#1b1f24", "#e8ebf0"),
        MUTED("#5b6570", "#9aa5b1"),
        GRID("#e4e7eb", "#2d343c"),
        BAND("#f4f6f8", "#1f252c"),
        BETTER("#1a7f4e", "#4cc38a"),
        WORSE("#b8441c", "#f0875a"),
        SERIES_0("#2563a8", "#6cb0f2"),
        SERIES_1("#c2571a", "#f2a05e"),
        SERIES_2("#1f8a70", "#52c9ab"),
        SERIES_3("#8a3f94", "#d08be0"),
        SERIES_4("#8f7a12", "#d9c34a"),
        SERIES_5("#b03060", "#f07aa5"),
        SERIES_6("#4b5563", "#b6c0cc"),
        SERIES_7("#0e7490", "#5cc8e0");

        private static final List<Ink> SERIES =
                List.of(SERIES_0, SERIES_1, SERIES_2, SERIES_3, SERIES_4, SERIES_5, SERIES_6, SERIES_7);

        final String light;
        final String dark;

        Ink(String light, String dark) {
            this.light = light;
            this.dark = dark;
        }

        static Ink series(int number) {
            return SERIES.get(number % SERIES.size());
        }

        /** Name of its CSS variable. */
        String variable() {
            return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Forms of points, so that colour is never the only difference. */
    enum Form {
        CIRCLE,
        SQUARE,
        TRIANGLE,
        DIAMOND,
        RING;

        private static final List<Form> SERIES = List.of(CIRCLE, SQUARE, TRIANGLE, DIAMOND);

        static Form series(int number) {
            return SERIES.get(number % SERIES.size());
        }
    }

    /** Where a label stands against its point. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    /** One thing to draw. */
    sealed interface Shape permits Line, Box, Dot, Label {}

    /** A straight line. */
    record Line(double x1, double y1, double x2, double y2, Ink ink, Stroke stroke) implements Shape {}

    /** Width and kind of a line. */
    record Stroke(double width, boolean dashed) {}

    /** A filled rectangle. */
    record Box(double x, double y, double width, double height, Ink ink) implements Shape {}

    /** A point; the tooltip is empty for none. */
    record Dot(double x, double y, Form form, Ink ink, String tooltip) implements Shape {}

    /** A text. */
    record Label(double x, double y, String text, Type type) implements Shape {}

    /** How a text is set. */
    record Type(Anchor anchor, Ink ink, boolean bold, double size) {}

    static final Stroke THIN = new Stroke(1, false);
    static final Stroke STRONG = new Stroke(2, false);
    static final Stroke DASHED = new Stroke(1.5, true);
    static final Type TICK = new Type(Anchor.MIDDLE, Ink.MUTED, false, 12);
    static final Type NAME = new Type(Anchor.END, Ink.TEXT, false, 13);
    static final Type START = new Type(Anchor.START, Ink.TEXT, false, 13);
    static final Type SMALL_START = new Type(Anchor.START, Ink.MUTED, false, 12);

    private static final double WIDTH_OF_A_CHARACTER = 0.56;

    private final String id;
    private final String title;
    private final String description;
    private final double[] size;
    private final List<Shape> shapes = new ArrayList<>();

    /** Title and description are read out to those who do not see the plot. */
    Drawing(String id, String title, String description, double[] size) {
        this.id = id;
        this.title = title;
        this.description = description;
        this.size = size.clone();
    }

    /** About how wide a text is. */
    static double width(String text, double size) {
        return text.length() * size * WIDTH_OF_A_CHARACTER;
    }

    void add(Shape shape) {
        shapes.add(shape);
    }

    void line(double[] from, double[] to, Ink ink, Stroke stroke) {
        shapes.add(new Line(from[0], from[1], to[0], to[1], ink, stroke));
    }

    void label(double x, double y, String text, Type type) {
        shapes.add(new Label(x, y, text, type));
    }

    String id() {
        return id;
    }

    String title() {
        return title;
    }

    String description() {
        return description;
    }

    double width() {
        return size[0];
    }

    double height() {
        return size[1];
    }

    List<Shape> shapes() {
        return Collections.unmodifiableList(shapes);
    }
}
