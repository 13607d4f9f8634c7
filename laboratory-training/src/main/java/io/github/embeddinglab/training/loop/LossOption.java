package io.github.embeddinglab.training.loop;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A setting of a loss.
 *
 * @param name as in {@code margin}
 * @param kind of values that it takes
 * @param byDefault what holds where it is not set
 */
record LossOption(String name, Kind kind, Object byDefault) {
    private static final int HALVES = 1;

    /** Which values a setting takes. */
    sealed interface Kind {
        boolean takes(Object value);

        /** In sentences, behind "takes". */
        String words();
    }

    /** A number of at least a bound. */
    record Decimal(double least, String words) implements Kind {
        @Override
        public boolean takes(Object value) {
            return value instanceof Double number && number >= least;
        }
    }

    /** One of some words. */
    record Word(List<String> choices) implements Kind {
        @Override
        public boolean takes(Object value) {
            return value instanceof String word && choices.contains(word);
        }

        @Override
        public String words() {
            return "one of " + String.join(", ", choices);
        }
    }

    /** On or off. */
    record Flag() implements Kind {
        @Override
        public boolean takes(Object value) {
            return value instanceof Double number && (number == 0 || number == 1);
        }

        @Override
        public String words() {
            return "1 or 0";
        }
    }

    /** Widths to which vectors are cut, or whether they are. */
    record Widths() implements Kind {
        @Override
        public boolean takes(Object value) {
            if (value instanceof List<?> list) {
                return list.stream().allMatch(Widths::width) && new HashSet<>(list).size() == list.size();
            }
            return width(value) || (value instanceof Double number && number == 0);
        }

        private static boolean width(Object value) {
            return value instanceof Double number && number >= 1 && number == Math.rint(number) && number <= Integer.MAX_VALUE;
        }

        @Override
        public String words() {
            return "widths such as 384,192,96, or 1 (the full width, a half, a quarter, an eighth) or 0";
        }
    }

    static LossOption above0(String name, double byDefault) {
        return new LossOption(name, new Decimal(Double.MIN_VALUE, "a number above 0"), byDefault);
    }

    static LossOption atLeast0(String name, double byDefault) {
        return new LossOption(name, new Decimal(0, "a number of at least 0"), byDefault);
    }

    static LossOption number(String name, double byDefault) {
        return new LossOption(name, new Decimal(-Double.MAX_VALUE, "a number"), byDefault);
    }

    static LossOption flag(String name) {
        return new LossOption(name, new Flag(), 0.0);
    }

    static LossOption widths(String name) {
        return new LossOption(name, new Widths(), 0.0);
    }

    static <E extends Enum<E>> LossOption word(String name, Class<E> type, E byDefault) {
        return new LossOption(name, new Word(Arrays.stream(type.getEnumConstants()).map(LossOption::words).toList()), words(byDefault));
    }

    private static String words(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The constant that a word names. */
    static <E extends Enum<E>> E constant(Class<E> type, Object word) {
        return Enum.valueOf(type, word.toString().toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** Widths for a model; none where vectors are not cut. */
    static List<Integer> widths(Object value, int dimensions) {
        if (value instanceof List<?> list) {
            return list.stream().map(LossOption::whole).toList();
        }
        int number = whole(value);
        if (number != HALVES) {
            return number == 0 ? List.of() : List.of(number);
        }
        return IntStream.iterate(dimensions, width -> width >= Math.max(8, dimensions / 8), width -> width / 2)
                .boxed()
                .toList();
    }

    private static int whole(Object value) {
        return value instanceof Double number ? number.intValue() : 0;
    }

    /** As in {@code margin (a number of at least 0; 5 where it is not set)}. */
    String described() {
        return name + " (" + kind.words() + "; " + text(byDefault) + " where it is not set)";
    }

    static String described(List<LossOption> options) {
        return options.isEmpty() ? "none" : options.stream().map(LossOption::described).collect(Collectors.joining(", "));
    }

    static String text(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(LossOption::text).collect(Collectors.joining(","));
        }
        return value instanceof Double number && number == Math.rint(number) ? String.valueOf(number.longValue()) : String.valueOf(value);
    }
}
