package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.LossChoice;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingSetting;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** The section {@code finetuning} of a configuration behind what a request sets. */
final class Configured {
    private Configured() {}

    static Recipe recipe(Recipe asked, Map<String, Object> section) {
        Map<TrainingSetting, Object> settings = new EnumMap<>(TrainingSetting.class);
        Strategy strategy = asked.strategy();
        LossChoice loss = asked.loss();
        for (Map.Entry<String, Object> entry : section.entrySet()) {
            switch (entry.getKey()) {
                case "preset" -> { }
                case "strategy" -> strategy = strategy == Strategy.AUTO ? Strategy.parse(entry.getValue().toString()) : strategy;
                case "loss" -> loss = loss == null ? loss(entry.getValue()) : loss;
                default -> settings.put(TrainingSetting.of(entry.getKey()), entry.getValue());
            }
        }
        return new Recipe(strategy, loss, asked.settings(), asked.helpers()).orElse(settings);
    }

    private static LossChoice loss(Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            return new LossChoice(value.toString(), Map.of());
        }
        Map<String, Object> settings = new TreeMap<>();
        map.forEach((key, part) -> settings.put(String.valueOf(key), part));
        Object name = settings.remove("name");
        return new LossChoice(String.valueOf(name), settings);
    }
}
