package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.EvaluationData;
import io.github.embeddinglab.api.training.DataReport;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.evaluation.leakage.LeakCheck;
import io.github.embeddinglab.evaluation.leakage.TextFields;
import io.github.embeddinglab.training.data.TrainingSet;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * Texts of a task that training data hold too. Rows with a text of the task are left out of training; of a retrieval folder the
 * queries count, since its documents are there to be searched, and may be known.
 *
 * @param kept rows without such a text
 * @param near texts of the task that are nearly those of kept rows
 * @param notes for people
 */
record TaskLeaks(List<TrainingRow> kept, List<DataReport.Leak> near, List<String> notes) {
    private static final String QUERY = "query ";

    static TaskLeaks of(TrainingSet set, EvaluationData task) {
        List<TextFields.Placed> all = TextFields.read(task.files(), List.copyOf(task.columns().values()));
        boolean folder = task.files().stream().anyMatch(Files::isDirectory);
        List<String> texts = all.stream()
                .filter(placed -> !folder || placed.where().startsWith(QUERY))
                .map(TextFields.Placed::text)
                .distinct()
                .toList();
        LeakCheck check = LeakCheck.against(texts);
        TreeSet<Integer> same = new TreeSet<>();
        Map<Integer, DataReport.Leak> near = new LinkedHashMap<>();
        int first = set.form() == Form.DOCUMENTS ? 1 : 0;
        for (int column = first; column < (folder ? first + 1 : set.width()); column++) {
            List<String> trained = set.column(column);
            for (LeakCheck.Leak leak : check.find(trained)) {
                if (leak.kind() == LeakCheck.Kind.SAME) {
                    same.add(leak.text());
                } else {
                    near.put(leak.text(), new DataReport.Leak(
                            "gate",
                            texts.get(leak.trainingText()),
                            trained.get(leak.text()),
                            leak.kind().name().toLowerCase(Locale.ROOT)));
                }
            }
        }
        List<TrainingRow> kept = JudgedTexts.leaveOut(set, same::contains, String.valueOf(task.files()));
        same.forEach(near::remove);
        List<String> notes = new ArrayList<>();
        notes.add(String.format(
                Locale.ROOT,
                "leak check: %,d %s of %s %s against the training data: %,d rows have one of them and are left out, %,d are nearly one",
                texts.size(),
                folder ? "queries" : "texts",
                task.task(),
                task.files(),
                same.size(),
                near.size()));
        return new TaskLeaks(kept, List.copyOf(near.values()), notes);
    }
}
