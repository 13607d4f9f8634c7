package io.github.embeddinglab.evaluation.report;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Curves over a common axis, as the loss of a training over its steps. Points whose value is not finite leave a gap.
 *
 * @param words title, description and names of the axes
 * @param curves at least one, with at least one finite point in all
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record CurvePlot(Words words, List<Curve> curves) {
    /**
     * Copies and checks.
     *
     * @throws InvalidInputException when there is no finite point
     */
    public CurvePlot {
        curves = List.copyOf(curves);
        if (curves.stream().flatMap(curve -> curve.points().stream()).noneMatch(Point::finite)) {
            throw new InvalidInputException("the plot \"" + words.title() + "\" has no finite point; leave it out");
        }
    }

    /**
     * What is written on a plot.
     *
     * @param id of the picture, unique on its page: lower case and dashes
     * @param title above it
     * @param description one sentence, also for those who do not see it
     * @param x name of the horizontal axis
     * @param y name of the vertical axis
     */
    public record Words(String id, String title, String description, String x, String y) {}

    /** How a curve is drawn. */
    public enum Kind {
        /** A thin line behind the others. */
        FAINT,
        /** A strong line. */
        LINE,
        /** A line through marked points, each with its value. */
        POINTS,
        /** A dashed line, as of something to compare with. */
        LEVEL
    }

    /**
     * One curve.
     *
     * @param name in the legend
     * @param kind how it is drawn
     * @param points in the order of the horizontal axis
     */
    public record Curve(String name, Kind kind, List<Point> points) {
        /** Copies the points. */
        public Curve {
            points = List.copyOf(points);
        }
    }

    /**
     * A point.
     *
     * @param x on the horizontal axis
     * @param y on the vertical axis; not finite for none
     */
    public record Point(double x, double y) {
        boolean finite() {
            return Double.isFinite(x) && Double.isFinite(y);
        }
    }
}
