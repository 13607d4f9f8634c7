package io.github.embeddinglab.core.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What values a key takes; reads a parsed YAML value or says what would have been right. */
@FunctionalInterface
interface Setting {
    /**
     * Reads a value.
     *
     * @param value string, number, boolean, list or map
     * @return the value in the setting's type
     * @throws Wrong saying what is expected
     */
    Object read(Object value) throws Wrong;

    /** A value does not fit; the reader adds file, line and key. */
    final class Wrong extends Exception {
        private static final long serialVersionUID = 1L;

        Wrong(String expected) {
            super(expected);
        }
    }

    static Setting text() {
        return value -> {
            if (value instanceof String text && !text.isBlank()) {
                return text;
            }
            throw new Wrong("a text");
        };
    }

    static Setting flag() {
        return value -> {
            if (value instanceof Boolean) {
                return value;
            }
            throw new Wrong("true or false");
        };
    }

    static Setting integer(long low, long high) {
        return value -> {
            if ((value instanceof Integer || value instanceof Long)
                    && value instanceof Number number
                    && number.longValue() >= low
                    && number.longValue() <= high) {
                return number.longValue();
            }
            throw new Wrong("a whole number from " + low + " to " + high);
        };
    }

    static Setting number(double low, double high) {
        return value -> {
            @Nullable Double number = asDouble(value);
            if (number != null && number >= low && number <= high) {
                return number;
            }
            throw new Wrong("a number from " + low + " to " + high);
        };
    }

    /** YAML 1.1 reads {@code 2e-5}, without a point, as text. */
    private static @Nullable Double asDouble(Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value instanceof String text && text.matches("[+-]?[0-9.]+[eE][+-]?[0-9]+")) {
            return Double.valueOf(text);
        }
        return null;
    }

    static Setting oneOf(String... choices) {
        return value -> {
            if (value instanceof String text && List.of(choices).contains(text)) {
                return text;
            }
            throw new Wrong("one of " + String.join(", ", choices));
        };
    }

    /** One of some words; YAML 1.1 reads {@code on} and {@code off} as true and false. */
    static Setting word(List<String> choices) {
        return value -> {
            String text = Boolean.TRUE.equals(value) ? "on" : Boolean.FALSE.equals(value) ? "off" : String.valueOf(value);
            if (choices.contains(text)) {
                return text;
            }
            throw new Wrong("one of " + String.join(", ", choices));
        };
    }

    /** A loss: its name, or {@code {name: NAME, scale: 30, distance: cosine, matryoshka: [384, 96]}} with its own settings. */
    static Setting loss() {
        return value -> {
            if (value instanceof String name && !name.isBlank()) {
                return name;
            }
            if (value instanceof Map<?, ?> map && map.get("name") instanceof String) {
                Map<String, Object> read = new TreeMap<>();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    @Nullable Object part = entry.getValue() == null ? null : ofLoss(entry.getValue());
                    if (part == null) {
                        throw new Wrong("a name, or {name: NAME, …} with numbers, words or lists of numbers; " + entry.getKey() + " is "
                                + entry.getValue());
                    }
                    read.put(String.valueOf(entry.getKey()), part);
                }
                return read;
            }
            throw new Wrong("the name of a loss, or {name: NAME, scale: 30}");
        };
    }

    /** A number, a word or a list of numbers; true and false are 1 and 0. */
    private static @Nullable Object ofLoss(Object value) {
        if (value instanceof List<?> list) {
            List<Double> numbers = new ArrayList<>();
            for (Object item : list) {
                @Nullable Double number = item == null ? null : asDouble(item);
                if (number == null) {
                    return null;
                }
                numbers.add(number);
            }
            return numbers.isEmpty() ? null : List.copyOf(numbers);
        }
        if (value instanceof Boolean flag) {
            return flag ? 1.0 : 0.0;
        }
        @Nullable Double number = asDouble(value);
        return number != null ? number : value instanceof String word && !word.isBlank() ? word : null;
    }

    static Setting texts() {
        return value -> {
            if (value instanceof List<?> list && !list.isEmpty() && list.stream().allMatch(Setting::isText)) {
                return list;
            }
            throw new Wrong("a list of at least one text");
        };
    }

    private static boolean isText(@Nullable Object value) {
        return value instanceof String text && !text.isBlank();
    }

    /** Name of a preset of a section. */
    static Setting preset(String section) {
        return value -> {
            Set<String> names = Presets.presets(section).keySet();
            if (value instanceof String name && names.contains(name)) {
                return name;
            }
            throw new Wrong("one of " + String.join(", ", names));
        };
    }

    /** Bytes: a number, or a number with KB, MB, GB (powers of 1024). */
    static Setting bytes(long low) {
        Pattern form = Pattern.compile("([0-9]{1,15}) ?(KB|MB|GB)?");
        return value -> {
            Matcher matcher = form.matcher(String.valueOf(value).toUpperCase(Locale.ROOT));
            if (!matcher.matches()) {
                throw new Wrong("a size such as 512MB");
            }
            String unit = matcher.group(2) == null ? "" : matcher.group(2);
            int shift = switch (unit) {
                case "KB" -> 10;
                case "MB" -> 20;
                case "GB" -> 30;
                default -> 0;
            };
            long number = Long.parseLong(matcher.group(1));
            long bytes = number << shift;
            if (bytes >> shift != number || bytes < low) {
                throw new Wrong("a size of at least " + low + " bytes, such as 512MB");
            }
            return bytes;
        };
    }

    /** Any of ours, with a refusal of values that other libraries know and this one does not take. */
    static Setting only(Object allowed, String reason) {
        return value -> {
            if (value.equals(allowed)) {
                return value;
            }
            throw new Wrong(allowed + ": " + reason);
        };
    }
}
