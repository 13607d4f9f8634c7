package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.training.data.NormalizedText;
import io.github.embeddinglab.training.data.TrainingSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/** Texts that a model is judged by, which it must not be trained on; equal but for case, spaces and punctuation. */
final class JudgedTexts {
    private final Set<String> known = new HashSet<>();

    JudgedTexts(Collection<String> texts) {
        texts.forEach(text -> known.add(NormalizedText.of(text)));
    }

    private boolean has(String text) {
        return known.contains(NormalizedText.of(text));
    }

    /** Rows without a text of the judged ones; of the same form column by column, of another form in any place. */
    static List<TrainingRow> leaveOut(TrainingSet set, TrainingSet judged) {
        if (judged.form() != set.form()) {
            JudgedTexts all = new JudgedTexts(judged.rows().stream().flatMap(row -> row.texts().stream()).toList());
            return leaveOut(set, row -> set.rows().get(row).texts().stream().anyMatch(all::has), judged.name());
        }
        List<JudgedTexts> columns = new ArrayList<>();
        for (int column = 0; column < Math.min(set.width(), judged.width()); column++) {
            columns.add(new JudgedTexts(judged.column(column)));
        }
        return leaveOut(set, row -> {
            List<String> texts = set.rows().get(row).texts();
            for (int column = 0; column < columns.size(); column++) {
                if (columns.get(column).has(texts.get(column))) {
                    return true;
                }
            }
            return false;
        }, judged.name());
    }

    /**
     * Rows that do not leak.
     *
     * @throws InvalidInputException when none is left
     */
    static List<TrainingRow> leaveOut(TrainingSet set, IntPredicate leaks, String judged) {
        List<TrainingRow> kept = new ArrayList<>();
        for (int row = 0; row < set.rows().size(); row++) {
            if (!leaks.test(row)) {
                kept.add(set.rows().get(row));
            }
        }
        if (kept.isEmpty()) {
            throw new InvalidInputException("every row of " + set.name() + " has a text of the evaluation data " + judged
                    + "; give data that they do not share");
        }
        return List.copyOf(kept);
    }
}
