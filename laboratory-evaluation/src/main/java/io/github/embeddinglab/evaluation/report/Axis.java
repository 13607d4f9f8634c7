package io.github.embeddinglab.evaluation.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Maps values to pixels, linearly or by logarithm, with ticks at round numbers. */
final class Axis {
    private static final double[] STEPS = {1, 2, 2.5, 5, 10};
    private static final double[] LOG_STEPS = {1, 2, 5};
    private static final double FEW = 5;

    /** Values nearer than this share of their size are drawn as one. */
    private static final double SAME = 1e-9;

    private final double low;
    private final double high;
    private final double[] pixels;
    private final boolean log;

    private Axis(double low, double high, double[] pixels, boolean log) {
        this.low = low;
        this.high = high;
        this.pixels = pixels.clone();
        this.log = log;
    }

    /** From a little below the least to a little above the greatest value, ends at round numbers. */
    static Axis linear(double least, double greatest, double... pixels) {
        double size = Math.max(Math.abs(least), Math.abs(greatest));
        boolean apart = greatest - least > size * SAME;
        double step = step(apart ? greatest - least : Math.max(size, 1) / FEW);
        double low = Math.floor(least / step) * step;
        double high = Math.ceil(greatest / step) * step;
        // one value at a round number would leave no length at all
        return low < high ? new Axis(low, high, pixels, false) : new Axis(low - step, high + step, pixels, false);
    }

    /** Values above 0. */
    static Axis logarithmic(double least, double greatest, double... pixels) {
        return new Axis(below(least), above(greatest), pixels, true);
    }

    private static double below(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        double found = power;
        for (double step : LOG_STEPS) {
            if (step * power < value) {
                found = step * power;
            }
        }
        return found;
    }

    private static double above(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double step : LOG_STEPS) {
            if (step * power > value) {
                return step * power;
            }
        }
        return 10 * power;
    }

    private static double step(double span) {
        double raw = span / FEW;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        for (double step : STEPS) {
            if (step * power >= raw) {
                return step * power;
            }
        }
        return 10 * power;
    }

    double at(double value) {
        double share = log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
        return pixels[0] + Math.min(1, Math.max(0, share)) * (pixels[1] - pixels[0]);
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (log) {
            for (double power = Math.pow(10, Math.floor(Math.log10(low))); power <= high * 1.0001; power *= 10) {
                for (double step : LOG_STEPS) {
                    if (step * power >= low * 0.9999 && step * power <= high * 1.0001) {
                        ticks.add(step * power);
                    }
                }
            }
            return ticks;
        }
        double step = step(high - low);
        for (int i = 0; low + i * step <= high + step / 100; i++) {
            ticks.add(low + i * step);
        }
        return ticks;
    }

    static String tick(double value) {
        if (Math.abs(value) < 1e-12) {
            return "0";
        }
        if (Math.abs(value) >= 10) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        String text = String.format(Locale.ROOT, "%.3f", value).replaceAll("0+$", "").replaceAll("\\.$", "");
        return text.isEmpty() ? "0" : text;
    }
}
