package io.github.embeddinglab.evaluation.classification;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Limited-memory BFGS for smooth convex functions (Nocedal and Wright 2006, algorithm 7.4), ten corrections kept. The step
 * is halved until the decrease is sufficient (Armijo, 1e-4); a pair without positive curvature is not kept.
 */
final class Lbfgs {
    private static final int MEMORY = 10;
    private static final double ARMIJO = 1e-4;
    private static final int MOST_HALVINGS = 40;

    private Lbfgs() {}

    /** A function with its gradient. */
    interface Objective {
        /** Value at a point; overwrites the gradient. */
        double at(double[] point, double[] gradient);
    }

    private static final class Correction {
        private final double[] step;
        private final double[] change;
        private final double curvature;

        Correction(double[] step, double[] change, double curvature) {
            this.step = step;
            this.change = change;
            this.curvature = curvature;
        }
    }

    /** Moves a point to the minimum, in place; gives the number of iterations. */
    static int minimize(Objective objective, double[] point, int mostIterations, double tolerance) {
        int n = point.length;
        double[] gradient = new double[n];
        double value = objective.at(point, gradient);
        Deque<Correction> corrections = new ArrayDeque<>();
        double[] trial = new double[n];
        double[] trialGradient = new double[n];
        for (int iteration = 0; iteration < mostIterations; iteration++) {
            if (largest(gradient) <= tolerance) {
                return iteration;
            }
            double[] direction = direction(gradient, corrections);
            double slope = dot(direction, gradient);
            if (!(slope < 0)) {
                corrections.clear();
                direction = direction(gradient, corrections);
                slope = dot(direction, gradient);
            }
            double step = corrections.isEmpty() ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
            double next = Double.NaN;
            boolean enough = false;
            for (int halving = 0; halving < MOST_HALVINGS && !enough; halving++) {
                for (int i = 0; i < n; i++) {
                    trial[i] = point[i] + step * direction[i];
                }
                next = objective.at(trial, trialGradient);
                enough = next <= value + ARMIJO * step * slope;
                step /= 2;
            }
            if (!enough) {
                return iteration;
            }
            double[] moved = new double[n];
            double[] change = new double[n];
            for (int i = 0; i < n; i++) {
                moved[i] = trial[i] - point[i];
                change[i] = trialGradient[i] - gradient[i];
            }
            double curvature = dot(moved, change);
            if (curvature > 1e-10 * dot(change, change)) {
                if (corrections.size() == MEMORY) {
                    corrections.removeFirst();
                }
                corrections.addLast(new Correction(moved, change, curvature));
            }
            System.arraycopy(trial, 0, point, 0, n);
            System.arraycopy(trialGradient, 0, gradient, 0, n);
            value = next;
        }
        return mostIterations;
    }

    /** The two-loop recursion. */
    private static double[] direction(double[] gradient, Deque<Correction> corrections) {
        double[] q = new double[gradient.length];
        for (int i = 0; i < q.length; i++) {
            q[i] = -gradient[i];
        }
        double[] alphas = new double[corrections.size()];
        int place = corrections.size();
        for (Iterator<Correction> newest = corrections.descendingIterator(); newest.hasNext(); ) {
            Correction c = newest.next();
            place--;
            alphas[place] = dot(c.step, q) / c.curvature;
            add(q, -alphas[place], c.change);
        }
        Correction last = corrections.peekLast();
        if (last != null) {
            double scale = last.curvature / dot(last.change, last.change);
            for (int i = 0; i < q.length; i++) {
                q[i] *= scale;
            }
        }
        for (Correction c : corrections) {
            double beta = dot(c.change, q) / c.curvature;
            add(q, alphas[place++] - beta, c.step);
        }
        return q;
    }

    private static void add(double[] target, double factor, double[] vector) {
        for (int i = 0; i < target.length; i++) {
            target[i] += factor * vector[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
