package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.api.training.TrainingSetting.Kind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can be set about a training, in words: key, values, default. What each setting does stands in docs/command-line.md. */
final class SettingWords {
    private static final double LEAST_WRITTEN_OUT = 0.001;

    private SettingWords() {}

    static String values(TrainingSetting setting) {
        Kind kind = setting.kind();
        if (kind instanceof Kind.Decimal range) {
            return number(range.low()) + " to " + number(range.high());
        }
        if (kind instanceof Kind.Whole range) {
            String low = String.format(Locale.ROOT, "whole, %,d", range.low());
            return range.high() == Long.MAX_VALUE ? low + " or more" : low + String.format(Locale.ROOT, " to %,d", range.high());
        }
        return kind instanceof Kind.Choice choice ? String.join(", ", choice.words()) : "text";
    }

    /** {@code none} where nothing holds. */
    static String byDefault(TrainingSetting setting) {
        Object value = setting.byDefault();
        if (value == null) {
            return "none";
        }
        return value instanceof Double number ? number(number) : value.toString();
    }

    private static String number(double value) {
        if (value != 0 && Math.abs(value) < LEAST_WRITTEN_OUT) {
            return String.valueOf(value).replace(".0E", "e").replace('E', 'e');
        }
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    /** A table with its head. */
    static List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(line("--set KEY", "values", "default"));
        for (TrainingSetting setting : TrainingSetting.values()) {
            lines.add(line(setting.key(), values(setting), byDefault(setting)));
        }
        lines.add(line("loss.KEY", "as the page of the loss says", "its own"));
        return lines;
    }

    private static String line(String key, String values, String byDefault) {
        return String.format(Locale.ROOT, "%-23s %-32s %s", key, values, byDefault);
    }

    static Map<String, Object> json() {
        return Map.of("settings", Arrays.stream(TrainingSetting.values()).map(SettingWords::json).toList());
    }

    private static Map<String, @Nullable Object> json(TrainingSetting setting) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("key", setting.key());
        object.put("values", values(setting));
        object.put("default", setting.byDefault());
        return object;
    }
}
