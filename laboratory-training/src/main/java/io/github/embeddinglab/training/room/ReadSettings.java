package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuning.Helpers;
import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.LossChoice;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.loop.LossMaker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

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
    private static final Set<TrainingSetting> DOMAIN = Set.of(
            TrainingSetting.STAGES, TrainingSetting.FIRST_STAGE, TrainingSetting.FIRST_EPOCHS, TrainingSetting.FIRST_LEARNING_RATE,
            TrainingSetting.KEYWORD_WEIGHT, TrainingSetting.NEGATIVES, TrainingSetting.DEEPEST_RANK);
    private static final Set<TrainingSetting> FIRST_STAGE = Set.of(
            TrainingSetting.FIRST_STAGE, TrainingSetting.FIRST_EPOCHS, TrainingSetting.FIRST_LEARNING_RATE, TrainingSetting.MASKED_SHARE,
            TrainingSetting.DELETED_SHARE);

    private ReadSettings() {}

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
        Set<TrainingSetting> unread = unread(expansion);
        Set<TrainingSetting> named = spec.recipe().settings().keySet();
        List<String> asked = new ArrayList<>(keys(unread, named));
        Helpers helpers = spec.recipe().helpers();
        if (helpers.writer() != null && expansion.form() != Form.DOCUMENTS) {
            asked.add("queryWriter");
        }
        if (helpers.judge() != null && expansion.strategy() != Strategy.DOMAIN_ADAPTIVE) {
            asked.add("judge");
        }
        if (!asked.isEmpty()) {
            throw new InvalidInputException("strategy " + expansion.strategy() + " with loss " + expansion.loss().name() + " on "
                    + expansion.form().words() + " does not read " + String.join(", ", asked) + "; leave "
                    + (asked.size() == 1 ? "it" : "them") + " out, or "
                    + (expansion.strategy() == Strategy.DOMAIN_ADAPTIVE && FIRST_STAGE.stream().anyMatch(named::contains)
                            ? "add stages=both for a first stage" : "choose a strategy that does"));
        }
        if (spec.running().resume() && expansion.strategy() == Strategy.ADAPTER) {
            throw new InvalidInputException("strategy adapter keeps no checkpoint to resume from, since it takes a minute; leave --resume out");
        }
        List<String> configured = keys(unread, recipe.settings().keySet().stream().filter(setting -> !named.contains(setting)).toList());
        return configured.isEmpty()
                ? List.of()
                : List.of("the configuration sets " + String.join(", ", configured) + ", which strategy " + expansion.strategy()
                        + " does not read");
    }

    private static List<String> keys(Set<TrainingSetting> unread, Collection<TrainingSetting> given) {
        return unread.stream().filter(given::contains).map(TrainingSetting::key).toList();
    }

    private static Set<TrainingSetting> unread(Expansion expansion) {
        Strategy strategy = expansion.strategy();
        LossChoice loss = expansion.loss();
        boolean domain = strategy == Strategy.DOMAIN_ADAPTIVE;
        Set<TrainingSetting> unread = EnumSet.noneOf(TrainingSetting.class);
        unread.addAll(strategy == Strategy.ADAPTER ? WEIGHTS : MAP);
        if (!domain) {
            unread.addAll(DOMAIN);
            unless(unread, TrainingSetting.MASKED_SHARE, loss.name().equals("masked-language"));
            unless(unread, TrainingSetting.DELETED_SHARE, loss.name().equals("denoising"));
        }
        if (domain && expansion.recipe().word(TrainingSetting.STAGES).equals("queries")) {
            unread.addAll(FIRST_STAGE);
        }
        unless(unread, TrainingSetting.GENERATORS, expansion.form() == Form.DOCUMENTS);
        unless(unread, TrainingSetting.TEACHER, !domain && LossMaker.needsTeacher(loss, expansion.form()));
        unless(unread, TrainingSetting.DISTILLATION, strategy == Strategy.DISTILL);
        unless(unread, TrainingSetting.GUIDE, LossMaker.needsGuide(loss, expansion.form()));
        return unread;
    }

    private static void unless(Set<TrainingSetting> unread, TrainingSetting setting, boolean read) {
        if (!read) {
            unread.add(setting);
        }
    }
}
