package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.LossChoice;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.loop.LossMaker;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a strategy becomes for these data: a loss and settings of the one loop, with the reasons.
 *
 * @param strategy never {@link Strategy#AUTO}
 * @param loss that reads the data
 * @param lines for people
 */
record Expansion(Strategy strategy, LossChoice loss, List<String> lines) {
    Expansion {
        lines = List.copyOf(lines);
    }

    static Expansion of(Recipe recipe, TrainingSet set) {
        List<String> lines = new ArrayList<>();
        Strategy strategy = recipe.strategy();
        if (strategy == Strategy.AUTO) {
            strategy = suiting(set.form());
            lines.add("strategy auto chose " + strategy + ": the data are " + words(set.form()) + ", " + why(set.form()));
        }
        requireReady(strategy);
        requireForm(strategy, set.form());
        LossChoice chosen = recipe.loss();
        if (chosen == null) {
            chosen = strategy == Strategy.TRIPLET && set.form() == Form.TRIPLETS
                    ? new LossChoice("multiple-negatives", Map.of())
                    : LossMaker.suiting(set.form());
            lines.add("loss " + chosen.name() + ": " + reason(set.form()));
        }
        LossMaker.check(chosen, set.form());
        lines.add(String.format(
                Locale.ROOT,
                "%s expands to: loss %s, batches of %d, learning rate %s with %s schedule, weight decay %s, %s epochs%s, seed %d",
                strategy,
                chosen,
                recipe.whole(TrainingSetting.BATCH_SIZE).orElse(0),
                recipe.number(TrainingSetting.LEARNING_RATE).orElse(0.0),
                recipe.word(TrainingSetting.SCHEDULE),
                recipe.number(TrainingSetting.WEIGHT_DECAY).orElse(0.0),
                recipe.number(TrainingSetting.EPOCHS).orElse(0.0),
                recipe.number(TrainingSetting.MINUTES).map(minutes -> " within " + minutes + " minutes").orElse(""),
                recipe.seed()));
        return new Expansion(strategy, chosen, lines);
    }

    private static Strategy suiting(Form form) {
        return switch (form) {
            case PAIRS, SCORED_PAIRS, LABELLED, LABELLED_PAIRS -> Strategy.CONTRASTIVE;
            case TRIPLETS, SCORED_TRIPLETS -> Strategy.TRIPLET;
            case DOCUMENTS -> Strategy.DOMAIN_ADAPTIVE;
        };
    }

    private static String why(Form form) {
        return switch (form) {
            case PAIRS -> "and other rows of a batch can serve as negatives";
            case SCORED_PAIRS -> "and their scores say what belongs together";
            case LABELLED, LABELLED_PAIRS -> "and labels say what belongs together";
            case TRIPLETS, SCORED_TRIPLETS -> "and have negatives of their own";
            case DOCUMENTS -> "and nothing says what belongs together";
        };
    }

    private static String reason(Form form) {
        return switch (form) {
            case PAIRS -> "each query is to find its document among all of the batch";
            case TRIPLETS -> "each query is to find its document among all documents and negatives of the batch";
            case LABELLED -> "each text is to find another of its label, with one text of a label in a batch";
            case SCORED_PAIRS -> "cosines are to have the order of the scores";
            case SCORED_TRIPLETS -> "differences of similarity are to be as given";
            case LABELLED_PAIRS -> "a classifier over both vectors is to tell the relation";
            case DOCUMENTS -> "";
        };
    }

    private static void requireReady(Strategy strategy) {
        switch (strategy) {
            case MLM, DOMAIN_ADAPTIVE -> throw new InvalidInputException("strategy " + strategy
                    + " is not there yet: it needs masked language modelling, which this version lacks; train on pairs (contrastive),"
                    + " which `lab generate` makes from plain documents");
            case DISTILL -> throw new InvalidInputException(
                    "strategy distill is not there yet: this version has its losses, but no teacher; train on pairs (contrastive)");
            case ADAPTER -> throw new InvalidInputException(
                    "strategy adapter is not there yet in this version; train the weights (contrastive), and index anew");
            default -> { }
        }
    }

    private static void requireForm(Strategy strategy, Form form) {
        boolean fits = switch (strategy) {
            case CONTRASTIVE -> form != Form.DOCUMENTS;
            case TRIPLET -> form == Form.TRIPLETS || form == Form.SCORED_TRIPLETS || form == Form.LABELLED;
            default -> true;
        };
        if (!fits) {
            throw new InvalidInputException("strategy " + strategy + " does not read " + words(form) + "; "
                    + (form == Form.DOCUMENTS ? "make pairs of them with `lab generate`" : "choose contrastive, or auto"));
        }
    }

    private static String words(Form form) {
        return form.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
