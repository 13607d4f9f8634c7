package io.github.embeddinglab.api.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What training data holds, made before anything starts.
 *
 * @param form of the rows
 * @param rows how many, and how many of them are copies
 * @param parts how they were divided
 * @param notes what else was seen, one sentence each
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record DataReport(TrainingData.Form form, Rows rows, Parts parts, List<String> notes) {
    private static final int SHOWN = 3;

    /** Copies the notes. */
    public DataReport {
        notes = List.copyOf(notes);
    }

    /**
     * The rows.
     *
     * @param name of the data
     * @param sha256 of form and rows
     * @param count how many
     * @param duplicates rows whose texts, normalised, an earlier row has
     */
    public record Rows(String name, String sha256, int count, int duplicates) {}

    /**
     * The parts. Rows of one group, or that share a normalised text, are in the same part.
     *
     * @param sizes rows by the part's name; one entry where the data were not divided
     * @param groups sets of rows that belong together
     * @param largestGroup rows of the largest
     * @param leaks texts of a later part that are nearly a text of training
     */
    public record Parts(Map<String, Integer> sizes, int groups, int largestGroup, List<Leak> leaks) {
        /** Copies the collections. */
        public Parts {
            sizes = Collections.unmodifiableMap(new LinkedHashMap<>(sizes));
            leaks = List.copyOf(leaks);
        }
    }

    /**
     * A text that is nearly a text of training.
     *
     * @param part that the text is in
     * @param text as it stands there
     * @param trainingText what it is like
     * @param kind same, one_word or shingles
     */
    public record Leak(String part, String text, String trainingText, String kind) {}

    /**
     * The report for people.
     *
     * @return lines without line ends
     */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s: %,d rows of %s, %,d of them copies of earlier rows; %,d groups, the largest has %,d rows",
                rows.name(),
                rows.count(),
                form.words(),
                rows.duplicates(),
                parts.groups(),
                parts.largestGroup()));
        parts.sizes().forEach((part, size) -> lines.add(String.format(Locale.ROOT, "  %s: %,d rows", part, size)));
        if (!parts.leaks().isEmpty()) {
            lines.add(String.format(
                    Locale.ROOT, "  %,d texts of later parts are nearly texts of training, as", parts.leaks().size()));
            parts.leaks().stream().limit(SHOWN).forEach(leak -> lines.add("    " + leak.part() + ", " + leak.kind() + ": \""
                    + shortened(leak.text()) + "\" is like \"" + shortened(leak.trainingText()) + "\""));
        }
        notes.forEach(note -> lines.add("  " + note));
        return lines;
    }

    private static String shortened(String text) {
        int longest = 80;
        return text.length() <= longest ? text : text.substring(0, longest) + "…";
    }
}
