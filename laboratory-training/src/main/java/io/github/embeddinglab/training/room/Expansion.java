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
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a strategy becomes for these data: a loss and settings of the one loop, with the reasons.
 *
 * @param strategy never {@link Strategy#AUTO}
 * @param form of the data
 * @param loss that reads the data, as the table of losses has it
 * @param recipe with the strategy's own settings behind those that were set
 * @param lines for people
 */
record Expansion(Strategy strategy, Form form, LossChoice loss, Recipe recipe, List<String> lines) {
    private static final double COSINE_MARGIN = 0.2;
    private static final Set<String> VECTORS_OF_TEACHER = Set.of("embedding-distillation", "mse");

    Expansion {
        lines = List.copyOf(lines);
    }

    static Expansion of(Recipe given, TrainingSet set) {
        List<String> lines = new ArrayList<>();
        Form form = set.form();
        Strategy strategy = given.strategy();
        if (strategy == Strategy.AUTO) {
            strategy = suiting(given, form);
            lines.add("strategy auto chose " + strategy + ": the data are " + form.words() + ", " + why(strategy, given, form));
        }
        requireForm(strategy, form);
        Recipe recipe = given.orElse(presets(strategy));
        LossChoice chosen = given.loss();
        if (chosen == null || strategy == Strategy.DOMAIN_ADAPTIVE) {
            if (chosen != null) {
                throw new InvalidInputException("strategy domain-adaptive has its own losses (margin-mse, and before it with stages=both"
                        + " masked-language or denoising), but loss " + chosen.name() + " was named; leave it out, or choose another strategy");
            }
            chosen = loss(strategy, recipe, form);
            lines.add("loss " + chosen.name() + ": " + reason(chosen));
        }
        chosen = LossMaker.resolve(chosen, form);
        if (strategy != Strategy.DOMAIN_ADAPTIVE) {
            LossMaker.check(chosen, form);
            LossMaker.checkScores(chosen, set);
        }
        if (strategy == Strategy.DISTILL && !LossMaker.needsTeacher(chosen, form)) {
            throw new InvalidInputException("strategy distill learns from a teacher, but loss " + chosen.name() + " does not; name one that does"
                    + " (embedding-distillation, mse, margin-mse, distillation), or leave the strategy out");
        }
        if (strategy == Strategy.ADAPTER
                && !(chosen.name().equals("multiple-negatives") && Set.of("scale").containsAll(chosen.settings().keySet()))) {
            throw new InvalidInputException("strategy adapter trains with multiple-negatives (InfoNCE) and its scale alone, but loss " + chosen
                    + " was named; leave it out, or train the weights (contrastive)");
        }
        lines.add(summary(strategy, chosen, recipe));
        return new Expansion(strategy, form, chosen, recipe, lines);
    }

    private static Strategy suiting(Recipe recipe, Form form) {
        if (recipe.text(TrainingSetting.TEACHER).isPresent()) {
            return Strategy.DISTILL;
        }
        LossChoice loss = recipe.loss();
        if (loss != null && loss.name().equals("masked-language")) {
            return Strategy.MLM;
        }
        return switch (form) {
            case PAIRS, SCORED_PAIRS, LABELLED_PAIRS -> Strategy.CONTRASTIVE;
            case LABELLED, TRIPLETS -> margin(loss) ? Strategy.TRIPLET : Strategy.CONTRASTIVE;
            case SCORED_TRIPLETS -> Strategy.TRIPLET;
            case DOCUMENTS -> loss == null ? Strategy.DOMAIN_ADAPTIVE : Strategy.CONTRASTIVE;
        };
    }

    /** Whether a named loss compares a positive with a negative by a margin. */
    private static boolean margin(@Nullable LossChoice loss) {
        return loss != null && loss.name().endsWith("triplet");
    }

    private static String why(Strategy strategy, Recipe recipe, Form form) {
        if (strategy == Strategy.DISTILL) {
            return "and " + recipe.text(TrainingSetting.TEACHER).orElse("") + " is to be the teacher";
        }
        if (recipe.loss() != null && form == Form.DOCUMENTS) {
            return "and loss " + recipe.loss().name() + " reads single texts";
        }
        if (recipe.loss() != null && margin(recipe.loss()) && strategy == Strategy.TRIPLET) {
            return "and loss " + recipe.loss().name() + " compares positives with negatives";
        }
        return switch (form) {
            case PAIRS -> "and other rows of a batch can serve as negatives";
            case SCORED_PAIRS -> "and their scores say what belongs together";
            case LABELLED, LABELLED_PAIRS -> "and labels say what belongs together";
            case TRIPLETS -> "and their own negatives and other rows of a batch can serve as negatives";
            case SCORED_TRIPLETS -> "and have negatives of their own";
            case DOCUMENTS -> "and nothing says what belongs together, so queries are made from them";
        };
    }

    private static LossChoice loss(Strategy strategy, Recipe recipe, Form form) {
        return switch (strategy) {
            case MLM -> new LossChoice("masked-language", Map.of());
            case DOMAIN_ADAPTIVE -> new LossChoice("margin-mse", Map.of());
            case DISTILL -> distilling(recipe, form);
            case TRIPLET -> tripled(form);
            case ADAPTER, CONTRASTIVE, AUTO -> LossMaker.suiting(form);
        };
    }

    /** Cosine, since a margin of Euclidean distance means little where the length of vectors is not known. */
    private static LossChoice tripled(Form form) {
        return switch (form) {
            case TRIPLETS -> new LossChoice("triplet", Map.of("distance", "cosine", "margin", COSINE_MARGIN));
            case LABELLED -> new LossChoice("batch-hard-soft-triplet", Map.of());
            default -> LossMaker.suiting(form);
        };
    }

    private static LossChoice distilling(Recipe recipe, Form form) {
        if (recipe.word(TrainingSetting.DISTILLATION).equals("vectors")) {
            return new LossChoice("embedding-distillation", Map.of());
        }
        if (form != Form.TRIPLETS) {
            throw new InvalidInputException("a teacher's scores are learned on triplets, but the data are " + form.words()
                    + "; add negatives with `lab mine`, or learn its vectors with distillation=vectors");
        }
        return new LossChoice("margin-mse", Map.of());
    }

    /** Settings of a strategy where nothing was set; others have their defaults. */
    private static Map<TrainingSetting, Object> presets(Strategy strategy) {
        Map<TrainingSetting, Object> own = new EnumMap<>(TrainingSetting.class);
        switch (strategy) {
            case ADAPTER -> {
                own.put(TrainingSetting.BATCH_SIZE, 256);
                own.put(TrainingSetting.LEARNING_RATE, 1e-4);
                own.put(TrainingSetting.EPOCHS, 40);
                own.put(TrainingSetting.PATIENCE, 8);
            }
            case DISTILL -> {
                own.put(TrainingSetting.LEARNING_RATE, 1e-4);
                // what a student knew before is not what it is to keep
                own.put(TrainingSetting.PRESERVATION, -1);
            }
            default -> { }
        }
        return own;
    }

    private static String summary(Strategy strategy, LossChoice loss, Recipe recipe) {
        StringBuilder line = new StringBuilder();
        line.append(String.format(
                Locale.ROOT,
                "%s expands to: loss %s, batches of %d, learning rate %s with %s schedule, weight decay %s, %s%s, seed %d",
                strategy,
                loss,
                recipe.whole(TrainingSetting.BATCH_SIZE).orElse(0),
                recipe.number(TrainingSetting.LEARNING_RATE).orElse(0.0),
                strategy == Strategy.ADAPTER ? "linear" : recipe.word(TrainingSetting.SCHEDULE),
                recipe.number(TrainingSetting.WEIGHT_DECAY).orElse(0.0),
                recipe.number(TrainingSetting.EPOCHS).map(epochs -> epochs + " epochs").orElse("up to ten epochs"),
                recipe.number(TrainingSetting.MINUTES).map(minutes -> " within " + minutes + " minutes").orElse(""),
                recipe.seed()));
        switch (strategy) {
            case ADAPTER -> line.append(", a ")
                    .append(recipe.whole(TrainingSetting.ADAPTER_RANK).orElse(0) == 0
                            ? "full map" : "map of rank " + recipe.whole(TrainingSetting.ADAPTER_RANK).orElse(0))
                    .append(recipe.word(TrainingSetting.ADAPTER_SIDE).equals("query") ? " of queries alone" : " of queries and documents")
                    .append(" behind frozen vectors");
            case DISTILL -> line.append(", teacher ").append(recipe.text(TrainingSetting.TEACHER).orElse("not named"))
                    .append(", learning its ").append(VECTORS_OF_TEACHER.contains(loss.name()) ? "vectors" : "scores");
            case DOMAIN_ADAPTIVE -> line.append(domain(recipe));
            default -> line.append(corrupted(loss, recipe));
        }
        return line.toString();
    }

    /** What a loss on words does to its texts; nothing for others. */
    private static String corrupted(LossChoice loss, Recipe recipe) {
        return switch (loss.name()) {
            case "masked-language" -> String.format(
                    Locale.ROOT, ", %.0f %% of the tokens hidden", 100 * recipe.number(TrainingSetting.MASKED_SHARE).orElse(0.0));
            case "denoising" -> String.format(
                    Locale.ROOT, ", %.0f %% of the tokens deleted", 100 * recipe.number(TrainingSetting.DELETED_SHARE).orElse(0.0));
            default -> "";
        };
    }

    /** The loss of domain adaptation's first stage. */
    static LossChoice first(Recipe recipe) {
        return new LossChoice(recipe.word(TrainingSetting.FIRST_STAGE).equals("denoising") ? "denoising" : "masked-language", Map.of());
    }

    private static String domain(Recipe recipe) {
        String stages = recipe.word(TrainingSetting.STAGES);
        String first = String.format(
                Locale.ROOT,
                "%s stage: %s%s, learning rate %s, %s epochs",
                recipe.word(TrainingSetting.FIRST_STAGE),
                first(recipe).name(),
                corrupted(first(recipe), recipe),
                recipe.number(TrainingSetting.FIRST_LEARNING_RATE).orElse(0.0),
                recipe.number(TrainingSetting.FIRST_EPOCHS).orElse(0.0));
        String second = String.format(
                Locale.ROOT,
                "queries stage: queries by %s, %d negatives each from the first %d ranks, margins of %s learned with margin-mse",
                recipe.helpers().writer() == null ? recipe.text(TrainingSetting.GENERATORS).orElse("") : recipe.helpers().writer().name(),
                recipe.whole(TrainingSetting.NEGATIVES).orElse(0),
                recipe.whole(TrainingSetting.DEEPEST_RANK).orElse(0),
                recipe.helpers().judge() == null
                        ? "the parent with BM25 (weight " + recipe.number(TrainingSetting.KEYWORD_WEIGHT).orElse(0.0) + ")"
                        : recipe.helpers().judge().name());
        return switch (stages) {
            case "first" -> "; " + first;
            case "queries" -> "; " + second;
            default -> "; " + first + "; " + second;
        };
    }

    private static String reason(LossChoice loss) {
        return switch (loss.name()) {
            case "multiple-negatives" -> "each query is to find its document among all of the batch; labelled texts find another of their label";
            case "cosent" -> "cosines are to have the order of the scores";
            case "margin-mse" -> "differences of similarity are to be as given";
            case "triplet" -> "a positive is to be nearer than its own negative, by a margin; contrastive takes other rows for negatives, too";
            case "batch-hard-soft-triplet" -> "the farthest text of a label is to come nearer than the nearest of another;"
                    + " contrastive pairs texts of a label instead";
            case "softmax" -> "a classifier over both vectors is to tell the relation";
            case "simcse" -> "each text is to find itself under another dropout";
            case "masked-language" -> "hidden words are to be told from those around them";
            case "denoising" -> "a vector of the few words left is to tell the whole text";
            case "embedding-distillation" -> "vectors are to be the teacher's";
            default -> "it suits the data";
        };
    }

    private static void requireForm(Strategy strategy, Form form) {
        List<Form> read = switch (strategy) {
            case TRIPLET -> List.of(Form.TRIPLETS, Form.SCORED_TRIPLETS, Form.LABELLED);
            case MLM -> List.of(Form.DOCUMENTS, Form.LABELLED);
            case DOMAIN_ADAPTIVE -> List.of(Form.DOCUMENTS);
            case DISTILL -> List.of(Form.DOCUMENTS, Form.LABELLED, Form.PAIRS, Form.TRIPLETS, Form.SCORED_PAIRS);
            case ADAPTER -> List.of(Form.PAIRS, Form.TRIPLETS);
            case CONTRASTIVE, AUTO -> List.of(Form.values());
        };
        if (!read.contains(form)) {
            throw new InvalidInputException("strategy " + strategy + " does not read " + form.words() + ", it reads "
                    + String.join(", ", read.stream().map(Form::words).toList()) + "; "
                    + (form == Form.DOCUMENTS ? "make pairs of them with `lab generate`, or choose auto" : "choose contrastive, or auto"));
        }
    }
}
