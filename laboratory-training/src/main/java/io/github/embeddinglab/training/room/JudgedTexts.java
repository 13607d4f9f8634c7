package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.DataReport;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.evaluation.leakage.LeakCheck;
import io.github.embeddinglab.training.data.DataReports;
import io.github.embeddinglab.training.data.NormalizedText;
import io.github.embeddinglab.training.data.TrainingSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

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
            JudgedTexts all = new JudgedTexts(texts(judged, judged.width()));
            int texts = set.width();
            return leaveOut(set, row -> set.rows().get(row).texts().subList(first(set.form()), texts).stream().anyMatch(all::has), judged.name());
        }
        List<JudgedTexts> columns = new ArrayList<>();
        int first = first(set.form());
        for (int column = first; column < Math.min(set.width(), judged.width()); column++) {
            columns.add(new JudgedTexts(judged.column(column)));
        }
        return leaveOut(set, row -> {
            List<String> texts = set.rows().get(row).texts();
            for (int column = 0; column < columns.size(); column++) {
                if (columns.get(column).has(texts.get(first + column))) {
                    return true;
                }
            }
            return false;
        }, judged.name());
    }

    /**
     * Texts of the judged rows that are nearly texts of training: column by column for the same form, for another in any place, as rows
     * are left out.
     *
     * @param queries whether the queries alone are judged by, since the documents are there to be searched
     */
    static List<DataReport.Leak> near(TrainingSet training, TrainingSet judged, boolean queries) {
        if (judged.form() == training.form()) {
            return DataReports.leaks("gate", training, judged);
        }
        List<String> trained = texts(training, training.width());
        List<String> asked = texts(judged, queries ? 1 : judged.width());
        return LeakCheck.against(trained).find(asked).stream()
                .map(leak -> new DataReport.Leak(
                        "gate", asked.get(leak.text()), trained.get(leak.trainingText()), leak.kind().name().toLowerCase(Locale.ROOT)))
                .toList();
    }

    /** A title, as "Overview" or none at all, is no sign of a shared document. */
    private static int first(Form form) {
        return form == Form.DOCUMENTS ? 1 : 0;
    }

    /** Different texts of the first columns, without titles. */
    private static List<String> texts(TrainingSet set, int columns) {
        return IntStream.range(first(set.form()), columns).boxed().flatMap(column -> set.column(column).stream()).distinct().toList();
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
