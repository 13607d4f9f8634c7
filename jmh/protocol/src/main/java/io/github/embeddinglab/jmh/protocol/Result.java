package io.github.embeddinglab.jmh.protocol;

import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** The figures of a run in the order in which they are printed. */
record Result(Map<String, Object> figures) {

    /** One JSON object on one line; numbers that are not finite become null. */
    String toJson() {
        StringJoiner json = new StringJoiner(",", "{", "}");
        figures.forEach((name, value) -> json.add(quoted(name) + ":" + literal(value)));
        return json.toString();
    }

    private static String literal(Object value) {
        if (value instanceof Double number) {
            return Double.isFinite(number) ? String.format(Locale.ROOT, "%.3f", number) : "null";
        }
        return value instanceof Number ? value.toString() : quoted(value.toString());
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
