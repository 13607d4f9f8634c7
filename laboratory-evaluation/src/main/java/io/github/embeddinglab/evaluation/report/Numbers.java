package io.github.embeddinglab.evaluation.report;

import io.github.embeddinglab.api.Promise;
import io.github.embeddinglab.api.Score;
import java.util.Locale;

/** Numbers as people read them. */
final class Numbers {
    private static final double MIB = 1 << 20;
    private static final double MILLION = 1e6;
    private static final double MANY = 100;

    private Numbers() {}

    static String score(Score score) {
        return score.defined() ? String.format(Locale.ROOT, "%.4f", score.value()) : "undefined";
    }

    static String interval(Score score) {
        return Double.isNaN(score.low()) ? "" : String.format(Locale.ROOT, "%.4f to %.4f", score.low(), score.high());
    }

    static String megabytes(long bytes) {
        return bytes > 0 ? String.format(Locale.ROOT, "%,.0f MiB", bytes / MIB) : "–";
    }

    static String millions(long parameters) {
        return parameters > 0 ? String.format(Locale.ROOT, "%.1f M", parameters / MILLION) : "–";
    }

    static String quantity(double value) {
        if (!Double.isFinite(value)) {
            return "–";
        }
        return String.format(Locale.ROOT, Math.abs(value) >= MANY ? "%,.0f" : Math.abs(value) >= 1 ? "%.1f" : "%.3g", value);
    }

    /** A value with its interval, in its own unit. */
    static String quantity(Score score) {
        return quantity(score.value())
                + (Double.isNaN(score.low()) ? "" : " (" + quantity(score.low()) + "–" + quantity(score.high()) + ")");
    }

    static String signed(double value) {
        return String.format(Locale.ROOT, "%+.4f", value);
    }

    static String verdict(Promise.Verdict verdict) {
        return switch (verdict) {
            case MET -> "met";
            case NOT_MET -> "not met";
            case NOT_MEASURABLE_YET -> "not measurable yet";
        };
    }

    static String found(Promise promise) {
        Score value = promise.finding().value();
        return value.defined()
                ? String.format(Locale.ROOT, "%.3f", value.value())
                        + (Double.isNaN(value.low()) ? "" : String.format(Locale.ROOT, " [%.3f, %.3f]", value.low(), value.high()))
                : "–";
    }
}
