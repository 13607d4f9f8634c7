package io.github.embeddinglab.evaluation.tasks;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.classification.LogisticRegression;
import io.github.embeddinglab.evaluation.data.LabelledTexts;
import io.github.embeddinglab.evaluation.metrics.LabelAgreement;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import io.github.embeddinglab.evaluation.statistics.Bootstrap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Logistic regression on frozen vectors. The protocol of the public leaderboard trains on few examples a label (8), drawn
 * several times (10), and averages; the full one trains once on all. Accuracy and macro F1; units are test texts, so the
 * interval is over texts, and a note gives the spread over draws.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class ClassificationEvaluator implements Evaluator {
    private final LabelledTexts training;
    private final LabelledTexts test;
    private final Protocol protocol;

    private ClassificationEvaluator(LabelledTexts training, LabelledTexts test, Protocol protocol) {
        this.training = training;
        this.test = test;
        this.protocol = protocol;
    }

    /**
     * What is trained on.
     *
     * @param examples of each label, 0 for all
     * @param draws how often they are drawn, at least 1
     */
    public record Protocol(int examples, int draws) {
        /** Eight examples a label, ten draws. */
        public static final Protocol FEW = new Protocol(8, 10);

        /** Everything, once. */
        public static final Protocol FULL = new Protocol(0, 1);

        /**
         * Checks the numbers.
         *
         * @throws InvalidInputException when one is out of range
         */
        public Protocol {
            if (examples < 0 || draws < 1) {
                throw new InvalidInputException(examples + " examples a label in " + draws
                        + " draws; give 0 (all) or more examples and at least 1 draw");
            }
        }
    }

    /**
     * Makes the evaluator.
     *
     * @param training texts to learn from
     * @param test texts to judge by
     * @param protocol how much is learnt from
     * @return the evaluator
     * @throws InvalidInputException when the training texts have one label
     */
    public static ClassificationEvaluator of(LabelledTexts training, LabelledTexts test, Protocol protocol) {
        if (Set.copyOf(training.labels()).size() < 2) {
            throw new InvalidInputException("training data " + training.name() + " have one label, \""
                    + training.labels().get(0) + "\"; give texts of at least two labels");
        }
        return new ClassificationEvaluator(training, test, protocol);
    }

    @Override
    public String task() {
        return "classification";
    }

    @Override
    public long texts() {
        return (long) training.texts().size() + test.texts().size();
    }

    @Override
    public Scores evaluate(Embedder embedder, EvaluationOptions options) {
        Run run = new Run(embedder, options);
        List<List<Integer>> draws = draws(options.sampling().seed());
        // only what some draw uses is embedded
        List<Integer> used = draws.stream().flatMap(List::stream).distinct().sorted().toList();
        Map<Integer, Integer> place = new HashMap<>();
        used.forEach(row -> place.put(row, place.size()));
        float[][] known = run.embed(used.stream().map(training.texts()::get).toList(), Role.NONE).toArrays();
        float[][] asked = run.embed(test.texts(), Role.NONE).toArrays();
        double[] right = new double[asked.length];
        List<Measure> f1 = new ArrayList<>();
        double[] accuracies = new double[draws.size()];
        for (int draw = 0; draw < accuracies.length; draw++) {
            List<Integer> rows = draws.get(draw);
            LogisticRegression classifier = LogisticRegression.fit(
                    rows.stream().map(row -> known[place.getOrDefault(row, 0)]).toArray(float[][]::new),
                    rows.stream().map(training.labels()::get).toList(),
                    LogisticRegression.Settings.defaults());
            List<String> predicted = classifier.predict(asked);
            LabelAgreement agreement = LabelAgreement.of(test.labels(), predicted);
            accuracies[draw] = Bootstrap.onAll(agreement.accuracy());
            f1.add(agreement.macroF1());
            for (int i = 0; i < right.length; i++) {
                right[i] += predicted.get(i).equals(test.labels().get(i)) ? 1.0 / accuracies.length : 0;
            }
        }
        run.measure("accuracy", MeanMeasure.of(right));
        run.measure("f1", new MeanOfMeasures(f1));
        Set<String> learnt = Set.copyOf(training.labels());
        long foreign = test.labels().stream().filter(label -> !learnt.contains(label)).count();
        if (foreign > 0) {
            run.note(foreign + " of " + right.length + " test texts have a label that no training text has; they count as wrong");
        }
        if (accuracies.length > 1) {
            run.note(spread(accuracies));
        }
        return run.finish(task(), test.name());
    }

    private String spread(double[] accuracies) {
        double mean = Arrays.stream(accuracies).average().orElse(Double.NaN);
        double squares = Arrays.stream(accuracies).map(a -> (a - mean) * (a - mean)).sum();
        return String.format(
                Locale.ROOT,
                "%d draws of %d examples a label, standard deviation of the accuracy %.4f",
                accuracies.length,
                protocol.examples(),
                Math.sqrt(squares / (accuracies.length - 1)));
    }

    private List<List<Integer>> draws(long seed) {
        List<List<Integer>> draws = new ArrayList<>();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < training.texts().size(); i++) {
            order.add(i);
        }
        if (protocol.examples() == 0) {
            draws.add(order);
            return draws;
        }
        Random random = new Random(seed);
        for (int draw = 0; draw < protocol.draws(); draw++) {
            Collections.shuffle(order, random);
            Map<String, Integer> taken = new HashMap<>();
            draws.add(order.stream()
                    .filter(row -> taken.merge(training.labels().get(row), 1, Integer::sum) <= protocol.examples())
                    .toList());
        }
        return draws;
    }

    /** The mean of several figures over the same units. */
    private record MeanOfMeasures(List<Measure> measures) implements Measure {
        @Override
        public int units() {
            return measures.get(0).units();
        }

        @Override
        public double on(int[] counts) {
            return measures.stream().mapToDouble(measure -> measure.on(counts)).average().orElse(Double.NaN);
        }
    }
}
