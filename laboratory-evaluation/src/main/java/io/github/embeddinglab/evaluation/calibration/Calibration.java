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
    private static final int VERSION = 1;
    /** Steps of fewer hits would repeat the noise of the judgements. */
    private static final int LEAST_HITS = 20;

    private final Fingerprint model;
    private final double[] scores;
    private final double[] probabilities;

    private Calibration(Fingerprint model, double[] scores, double[] probabilities) {
        this.model = model;
        this.scores = scores;
        this.probabilities = probabilities;
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
        int steps = 0;
        for (int i = 0; i < n; i++) {
            hits[steps] = relevant[order[i]] ? 1 : 0;
            size[steps] = 1;
            middle[steps] = scores[order[i]];
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
        return new Calibration(model, Arrays.copyOf(middle, steps), probabilities);
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
     * The least score whose hits are relevant with a wished probability; where no hit reaches it, nothing relevant is here.
     *
     * @param precision wished probability, above 0 and at most 1
     * @return the score, empty where no score is that sure
     */
    public OptionalDouble leastScore(double precision) {
        for (int step = 0; step < scores.length; step++) {
            if (probabilities[step] >= precision) {
                if (step == 0 || probabilities[step] == probabilities[step - 1]) {
                    return OptionalDouble.of(scores[step]);
                }
                double share = (precision - probabilities[step - 1]) / (probabilities[step] - probabilities[step - 1]);
                return OptionalDouble.of(scores[step - 1] + share * (scores[step] - scores[step - 1]));
            }
        }
        return OptionalDouble.empty();
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
            steps.addArray().add(scores[i]).add(probabilities[i]);
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
            double[] scores = new double[steps.size()];
            double[] probabilities = new double[steps.size()];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = steps.get(i).path(0).asDouble(Double.NaN);
                probabilities[i] = steps.get(i).path(1).asDouble(Double.NaN);
                boolean inOrder = i == 0 || (scores[i] > scores[i - 1] && probabilities[i] >= probabilities[i - 1]);
                if (!inOrder || !(probabilities[i] >= 0 && probabilities[i] <= 1) || !Double.isFinite(scores[i])) {
                    throw new InvalidInputException("step " + i + " of the calibration is out of order; calibrate again");
                }
            }
            return new Calibration(made, scores, probabilities);
        } catch (JsonProcessingException e) {
            throw new InvalidInputException("the calibration is not JSON (" + e.getOriginalMessage() + ")", e);
        }
    }
}
