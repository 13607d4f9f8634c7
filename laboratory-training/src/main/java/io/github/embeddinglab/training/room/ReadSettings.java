package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuning.Helpers;
import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.loop.LossMaker;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Settings that a training reads. A request that names another is refused, since it would get something else than it asks for; a
 * configuration, which serves many trainings, is told of.
 */
final class ReadSettings {
    private static final Set<TrainingSetting> WEIGHTS = Set.of(
            TrainingSetting.SCHEDULE, TrainingSetting.WARMUP_STEPS, TrainingSetting.MAX_GRADIENT_NORM, TrainingSetting.EVALUATION_STEPS,
            TrainingSetting.MAX_TOKENS, TrainingSetting.MICRO_BATCH, TrainingSetting.MEMORY_MIB, TrainingSetting.GRADIENT_CHECKPOINTING,
            TrainingSetting.PRECISION, TrainingSetting.DROPOUT, TrainingSetting.FROZEN, TrainingSetting.LAST_LAYERS,
            TrainingSetting.LORA_RANK, TrainingSetting.INTERPOLATION, TrainingSetting.WEIGHTS, TrainingSetting.MIXING,
            TrainingSetting.MIXING_TEMPERATURE, TrainingSetting.BATCHING, TrainingSetting.BATCH_TOKENS, TrainingSetting.DEVICE);
    private static final Set<TrainingSetting> MAP = Set.of(TrainingSetting.ADAPTER_SIDE, TrainingSetting.ADAPTER_RANK);
    private static final Set<TrainingSetting> FIRST_STAGE = Set.of(
            TrainingSetting.FIRST_STAGE, TrainingSetting.FIRST_EPOCHS, TrainingSetting.FIRST_LEARNING_RATE, TrainingSetting.MASKED_SHARE,
            TrainingSetting.DELETED_SHARE);
    private static final Set<TrainingSetting> QUERIES_STAGE =
            Set.of(TrainingSetting.KEYWORD_WEIGHT, TrainingSetting.NEGATIVES, TrainingSetting.DEEPEST_RANK);
    private static final String OTHER_STRATEGY = "choose a strategy that does";

    /** What nothing reads, with what to do where it is wanted. */
    private final Map<TrainingSetting, String> unread = new EnumMap<>(TrainingSetting.class);

    private ReadSettings(FineTuning spec, Recipe recipe, Expansion expansion) {
        Strategy strategy = expansion.strategy();
        unread(OTHER_STRATEGY, strategy == Strategy.ADAPTER ? WEIGHTS : MAP);
        if (strategy == Strategy.DOMAIN_ADAPTIVE) {
            stages(expansion.recipe().word(TrainingSetting.STAGES));
        } else {
            unread(OTHER_STRATEGY, Set.of(
                    TrainingSetting.STAGES, TrainingSetting.FIRST_STAGE, TrainingSetting.FIRST_EPOCHS, TrainingSetting.FIRST_LEARNING_RATE));
            unread(OTHER_STRATEGY, QUERIES_STAGE);
            unless(expansion.loss().name().equals("masked-language"), TrainingSetting.MASKED_SHARE, OTHER_STRATEGY);
            unless(expansion.loss().name().equals("denoising"), TrainingSetting.DELETED_SHARE, OTHER_STRATEGY);
        }
        models(recipe, expansion);
        judges(spec.judging(), expansion);
    }

    private void stages(String stages) {
        if (stages.equals("queries")) {
            unread("add stages=both for a first stage", FIRST_STAGE);
        }
        if (stages.equals("first")) {
            unread("leave stages=first out for the stage of queries", QUERIES_STAGE);
            unread("set first_epochs and first_learning_rate", Set.of(TrainingSetting.EPOCHS, TrainingSetting.LEARNING_RATE));
        }
    }

    private void models(Recipe recipe, Expansion expansion) {
        boolean distill = expansion.strategy() == Strategy.DISTILL;
        boolean teaches = expansion.strategy() != Strategy.DOMAIN_ADAPTIVE && LossMaker.needsTeacher(expansion.loss(), expansion.form());
        // what a teacher says judges its student, no queries do
        unless(expansion.form() == Form.DOCUMENTS && !distill, TrainingSetting.GENERATORS, OTHER_STRATEGY);
        unless(teaches, TrainingSetting.TEACHER, OTHER_STRATEGY);
        unless(LossMaker.needsGuide(expansion.loss(), expansion.form()), TrainingSetting.GUIDE, OTHER_STRATEGY);
        unless(distill, TrainingSetting.DISTILLATION, OTHER_STRATEGY);
        unless(!distill || recipe.loss() == null, TrainingSetting.DISTILLATION, "name no loss, which says what is learned");
    }

    private void judges(FineTuning.Judging judging, Expansion expansion) {
        unless(judging.rows() == null && judging.task() == null, TrainingSetting.GATE_SHARE, "judge by a part of the data (no --eval)");
        unless(RoomParts.choosable(expansion.form()), TrainingSetting.SELECTION_SHARE, "give data that can choose among states");
        unless(judging.general() != null, TrainingSetting.MARGIN, "name a general set (--general)");
        unless(judging.general() == null, TrainingSetting.PRESERVATION, "name no general set (no --general)");
    }

    private void unread(String otherwise, Set<TrainingSetting> settings) {
        settings.forEach(setting -> unread.putIfAbsent(setting, otherwise));
    }

    private void unless(boolean read, TrainingSetting setting, String otherwise) {
        if (!read) {
            unread.putIfAbsent(setting, otherwise);
        }
    }

    /**
     * Checks a request.
     *
     * @param spec as asked for, without the configuration
     * @param recipe with it
     * @param expansion what it became
     * @return lines about settings of the configuration that nothing reads
     * @throws InvalidInputException when the request names such a setting
     */
    static List<String> check(FineTuning spec, Recipe recipe, Expansion expansion) {
        Map<TrainingSetting, String> unread = new ReadSettings(spec, recipe, expansion).unread;
        Set<TrainingSetting> named = spec.recipe().settings().keySet();
        List<String> asked = new ArrayList<>(keys(unread, named::contains));
        Set<String> otherwise = new LinkedHashSet<>();
        unread.forEach((setting, what) -> {
            if (named.contains(setting)) {
                otherwise.add(what);
            }
        });
        helpers(spec.recipe().helpers(), expansion).forEach(helper -> {
            asked.add(helper);
            otherwise.add(OTHER_STRATEGY);
        });
        if (!asked.isEmpty()) {
            throw new InvalidInputException("strategy " + expansion.strategy() + " with loss " + expansion.loss().name() + " on "
                    + expansion.form().words() + " does not read " + String.join(", ", asked) + "; leave "
                    + (asked.size() == 1 ? "it" : "them") + " out, or " + String.join(", and ", otherwise));
        }
        if (spec.running().resume() && expansion.strategy() == Strategy.ADAPTER) {
            throw new InvalidInputException("strategy adapter keeps no checkpoint to resume from, since it takes a minute; leave --resume out");
        }
        List<String> configured = keys(unread, setting -> recipe.settings().containsKey(setting) && !named.contains(setting));
        return configured.isEmpty()
                ? List.of()
                : List.of("the configuration sets " + String.join(", ", configured) + ", which strategy " + expansion.strategy()
                        + " does not read here");
    }

    private static List<String> helpers(Helpers helpers, Expansion expansion) {
        List<String> unread = new ArrayList<>();
        boolean domain = expansion.strategy() == Strategy.DOMAIN_ADAPTIVE;
        if (helpers.writer() != null && (expansion.form() != Form.DOCUMENTS || expansion.strategy() == Strategy.DISTILL)) {
            unread.add("queryWriter");
        }
        if (helpers.judge() != null && !(domain && !expansion.recipe().word(TrainingSetting.STAGES).equals("first"))) {
            unread.add("judge");
        }
        return unread;
    }

    private static List<String> keys(Map<TrainingSetting, String> unread, Predicate<TrainingSetting> given) {
        return unread.keySet().stream().filter(given).map(TrainingSetting::key).toList();
    }
}
