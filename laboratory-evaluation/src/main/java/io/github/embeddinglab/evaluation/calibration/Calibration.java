package io.github.embeddinglab.evaluation.calibration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.FingerprintMismatchException;
import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.OptionalDouble;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * The probability that a hit is relevant, by its score: isotonic regression (pool adjacent violators; Zadrozny and Elkan
 * 2002) over judged hits, interpolated linearly between the steps' middles, each step smoothed by one hit of the overall
 * rate. Hits of unanswerable queries belong among the judged ones, as not relevant, so that a low score comes to mean
 * "nothing relevant here". It belongs to one model. Fitting costs O(n log n), a lookup O(log steps). Immutable.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Calibration {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int VERSION = 2;
    /** Steps of fewer hits would repeat the noise of the judgements. */
    private static final int LEAST_HITS = 20;

    private final Fingerprint model;
    private final double[] scores;
    private final double[] probabilities;
    /** Hits of each step. */
    private final double[] sizes;
    /** The least score of each step. */
    private final double[] starts;

    private Calibration(Fingerprint model, double[][] columns) {
        this.model = model;
        this.scores = columns[0];
        this.probabilities = columns[1];
        this.sizes = columns[2];
        this.starts = columns[3];
    }

    /**
     * Fits.
     *
     * @param model whose scores they are
     * @param scores of judged hits, finite numbers
     * @param relevant whether each hit is relevant
     * @return the calibration
     * @throws InvalidInputException when sizes differ, a score is not finite, or only one outcome occurs
     */
    public static Calibration fit(Fingerprint model, double[] scores, boolean[] relevant) {
        int n = scores.length;
        long positives = 0;
        for (int i = 0; i < Math.min(n, relevant.length); i++) {
            if (!Double.isFinite(scores[i])) {
                throw new InvalidInputException("hit " + i + " has the score " + scores[i] + "; it must be a finite number");
            }
            positives += relevant[i] ? 1 : 0;
        }
        if (n != relevant.length || positives == 0 || positives == n) {
            throw new InvalidInputException(n + " scores and " + relevant.length + " judgements with " + positives
                    + " relevant ones cannot be calibrated; give one judgement a score, and both outcomes");
        }
        Integer[] order = new Integer[n];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> scores[i]));
        double[] hits = new double[n];
        double[] size = new double[n];
        double[] middle = new double[n];
        double[] start = new double[n];
        int steps = 0;
        for (int i = 0; i < n; i++) {
            hits[steps] = relevant[order[i]] ? 1 : 0;
            size[steps] = 1;
            middle[steps] = scores[order[i]];
            start[steps] = scores[order[i]];
            steps++;
            while (steps > 1
                    && (hits[steps - 2] / size[steps - 2] >= hits[steps - 1] / size[steps - 1]
                            || size[steps - 2] < LEAST_HITS
                            || middle[steps - 2] == middle[steps - 1])) {
                double both = size[steps - 2] + size[steps - 1];
                middle[steps - 2] = (middle[steps - 2] * size[steps - 2] + middle[steps - 1] * size[steps - 1]) / both;
                hits[steps - 2] += hits[steps - 1];
                size[steps - 2] = both;
                steps--;
            }
        }
        double rate = (double) positives / n;
        double[] probabilities = new double[steps];
        for (int step = 0; step < steps; step++) {
            probabilities[step] = (hits[step] + rate) / (size[step] + 1);
            probabilities[step] = step == 0 ? probabilities[step] : Math.max(probabilities[step], probabilities[step - 1]);
        }
        return new Calibration(
                model,
                new double[][] {
                    Arrays.copyOf(middle, steps), probabilities, Arrays.copyOf(size, steps), Arrays.copyOf(start, steps)
                });
    }

    /**
     * The probability that a hit is relevant.
     *
     * @param score of the hit
     * @return 0 to 1, never falling with the score
     */
    public double probability(double score) {
        int place = Arrays.binarySearch(scores, score);
        if (place >= 0) {
            return probabilities[place];
        }
        int next = -place - 1;
        if (next == 0 || next == scores.length) {
            return probabilities[Math.min(next, scores.length - 1)];
        }
        double share = (score - scores[next - 1]) / (scores[next] - scores[next - 1]);
        return probabilities[next - 1] + share * (probabilities[next] - probabilities[next - 1]);
    }

    /**
     * The least score from which on a wished share of hits is relevant; where no hit reaches it, nothing relevant is here.
     * The share is that of all hits at the score and above, which is what whoever cuts a list there gets; a hit exactly at
     * the score is relevant less often.
     *
     * @param precision wished share, above 0 and at most 1
     * @return the score, empty where no score is that sure
     */
    public OptionalDouble leastScore(double precision) {
        double relevant = 0;
        double hits = 0;
        double least = Double.NaN;
        for (int step = scores.length - 1; step >= 0; step--) {
            if (probabilities[step] < precision) {
                // of this step the part from the top on that the surplus of the steps above pays for
                double paid = Math.max(0, relevant - precision * hits) / (precision - probabilities[step]) / sizes[step];
                if (hits == 0) {
                    return OptionalDouble.empty();
                }
                if (paid < 1) {
                    return OptionalDouble.of(least - paid * (least - starts[step]));
                }
            }
            relevant += probabilities[step] * sizes[step];
            hits += sizes[step];
            least = starts[step];
        }
        return OptionalDouble.of(least);
    }

    /**
     * Expected calibration error: the mean over hits of how far the predicted probability is from the share that is
     * relevant, in ten bins of as many hits each.
     *
     * @param held scores of hits that were not fitted
     * @param relevant whether each is relevant
     * @return 0 to 1
     */
    public double error(double[] held, boolean[] relevant) {
        int bins = Math.min(10, held.length);
        Integer[] order = new Integer[held.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> held[i]));
        double error = 0;
        for (int bin = 0; bin < bins; bin++) {
            double predicted = 0;
            double seen = 0;
            for (int i = held.length * bin / bins; i < held.length * (bin + 1) / bins; i++) {
                predicted += probability(held[order[i]]);
                seen += relevant[order[i]] ? 1 : 0;
            }
            error += Math.abs(predicted - seen) / held.length;
        }
        return error;
    }

    /**
     * The calibration as JSON.
     *
     * @return one object with the model's fingerprint
     */
    public String toJson() {
        ObjectNode object = JSON.createObjectNode();
        object.put("version", VERSION);
        object.put("fingerprint", model.value());
        ArrayNode steps = object.putArray("steps");
        for (int i = 0; i < scores.length; i++) {
            steps.addArray().add(scores[i]).add(probabilities[i]).add(sizes[i]).add(starts[i]);
        }
        return object.toString();
    }

    /**
     * Reads a calibration.
     *
     * @param json as {@link #toJson} writes it
     * @param model that will be asked
     * @return the calibration
     * @throws FingerprintMismatchException when it was made for another model
     * @throws InvalidInputException when it is malformed
     */
    public static Calibration fromJson(String json, Fingerprint model) {
        try {
            JsonNode object = JSON.readTree(json);
            if (object.path("version").asInt() != VERSION || object.path("steps").isEmpty()) {
                throw new InvalidInputException("this is no calibration of version " + VERSION + "; calibrate again");
            }
            Fingerprint made = new Fingerprint(object.path("fingerprint").asText());
            if (!made.equals(model)) {
                throw new FingerprintMismatchException("the calibration was made for model " + made.abbreviated() + ", not for "
                        + model.abbreviated() + "; scores of two models mean different things, calibrate again");
            }
            JsonNode steps = object.path("steps");
            double[][] columns = new double[4][steps.size()];
            for (int i = 0; i < steps.size(); i++) {
                for (int column = 0; column < columns.length; column++) {
                    columns[column][i] = steps.get(i).path(column).asDouble(Double.NaN);
                }
                if (!ordered(columns, i)) {
                    throw new InvalidInputException("step " + i + " of the calibration is out of order; calibrate again");
                }
            }
            return new Calibration(made, columns);
        } catch (JsonProcessingException e) {
            throw new InvalidInputException("the calibration is not JSON (" + e.getOriginalMessage() + ")", e);
        }
    }

    private static boolean ordered(double[][] columns, int i) {
        boolean after = i == 0 || (columns[0][i] > columns[0][i - 1] && columns[1][i] >= columns[1][i - 1]
                && columns[3][i] > columns[3][i - 1]);
        return after && Double.isFinite(columns[0][i]) && columns[1][i] >= 0 && columns[1][i] <= 1 && columns[2][i] > 0
                && columns[3][i] <= columns[0][i];
    }
}
