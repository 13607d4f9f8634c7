package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.training.data.KeyedRandom;
import io.github.embeddinglab.training.data.NormalizedText;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.gate.Judge;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rows of another form than the training data, as judges. Of labelled texts one half is what classifiers learn from and the other
 * what they are tested on. Where the training data cannot choose among states, a part of these rows does, and the gate has the others.
 *
 * @param gate judges the result
 * @param selection chooses among states; null where a part of the training data does
 * @param sizes rows by the part's name
 * @param notes for people
 */
record OtherRows(Judge gate, @Nullable Judge selection, Map<String, Integer> sizes, List<String> notes) {
    private static final double CHOOSING = 0.25;

    /**
     * Makes the judges.
     *
     * @param judged rows of another form
     * @param distracting further documents of a search
     * @param chooses whether they also choose among states
     * @param seed of the division
     */
    static OtherRows of(TrainingSet judged, List<TrainingSet> distracting, boolean chooses, long seed) {
        if (judged.form() == Form.LABELLED) {
            return classes(judged, chooses, seed);
        }
        String name = judged.name();
        if (!chooses) {
            return new OtherRows(
                    Judge.of(name, judged, distracting, Integer.MAX_VALUE), null, Map.of("gate", judged.rows().size()), List.of());
        }
        if (judged.form() == Form.DOCUMENTS || judged.form() == Form.LABELLED_PAIRS) {
            throw Judge.cannot(name, judged.form());
        }
        RoomParts.Two parts = RoomParts.two(judged, CHOOSING, seed);
        return new OtherRows(
                Judge.of(name, parts.training(), List.of(parts.selection()), Integer.MAX_VALUE),
                Judge.of("selection part of " + name, parts.selection(), List.of(parts.training()), Integer.MAX_VALUE),
                sizes(parts.selection(), parts.training()),
                List.of(divided(name, parts.selection(), parts.training())));
    }

    private static OtherRows classes(TrainingSet judged, boolean chooses, long seed) {
        Halves whole = halves(judged, seed);
        String name = judged.name();
        Judge gate = Judge.of(name, whole.tested(), List.of(whole.learned()), Integer.MAX_VALUE);
        List<String> notes = new ArrayList<>();
        notes.add(String.format(Locale.ROOT, "classifiers learn from %,d rows of %s and are tested on the other %,d",
                whole.learned().rows().size(), name, whole.tested().rows().size()));
        if (!chooses) {
            return new OtherRows(gate, null, Map.of("gate", whole.tested().rows().size()), notes);
        }
        Halves first = halves(whole.learned(), seed);
        notes.add(divided(name, whole.learned(), whole.tested()));
        return new OtherRows(
                gate,
                Judge.of("selection part of " + name, first.tested(), List.of(first.learned()), Integer.MAX_VALUE),
                sizes(whole.learned(), whole.tested()),
                notes);
    }

    private static String divided(String name, TrainingSet choosing, TrainingSet judging) {
        return String.format(Locale.ROOT, "of %s %,d rows choose among states, since the training data cannot, and the other %,d judge the result",
                name, choosing.rows().size(), judging.rows().size());
    }

    private static Map<String, Integer> sizes(TrainingSet selection, TrainingSet gate) {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("selection", selection.rows().size());
        sizes.put("gate", gate.rows().size());
        return sizes;
    }

    record Halves(TrainingSet learned, TrainingSet tested) {}

    /** Each label's rows in two; rows of one group, and equal texts, stay together. */
    static Halves halves(TrainingSet set, long seed) {
        Map<String, List<TrainingRow>> groups = new LinkedHashMap<>();
        set.rows().forEach(row -> groups.computeIfAbsent(key(row), missing -> new ArrayList<>()).add(row));
        List<List<TrainingRow>> all = List.copyOf(groups.values());
        Map<String, Integer> more = new HashMap<>();
        List<TrainingRow> learned = new ArrayList<>();
        List<TrainingRow> tested = new ArrayList<>();
        for (int place : KeyedRandom.permutation(all.size(), KeyedRandom.at(seed, all.size()))) {
            List<TrainingRow> group = all.get(place);
            String label = label(group.get(0));
            int lead = more.getOrDefault(label, 0);
            boolean learns = lead < 0 || (lead == 0 && learned.size() <= tested.size());
            (learns ? learned : tested).addAll(group);
            group.forEach(row -> more.merge(label(row), learns ? 1 : -1, Integer::sum));
        }
        if (tested.isEmpty() || learned.stream().map(OtherRows::label).distinct().count() < 2) {
            throw new InvalidInputException("evaluation data " + set.name() + " with " + set.rows().size() + " labelled texts in " + all.size()
                    + " groups cannot be divided into texts that classifiers learn from, of at least two labels, and others; give more rows");
        }
        TrainingSet test = set.withRows(tested);
        return new Halves(set.withRows(JudgedTexts.leaveOut(set.withRows(learned), test)), test);
    }

    private static String key(TrainingRow row) {
        return row.group().isEmpty() ? "text " + NormalizedText.of(row.texts().get(0)) : "group " + row.group();
    }

    private static String label(TrainingRow row) {
        return Objects.requireNonNullElse(row.label(), "");
    }
}
