package io.github.embeddinglab.training.data;

import io.github.embeddinglab.api.training.DataReport;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.evaluation.leakage.LeakCheck;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Looks through training data before anything starts. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class DataReports {
    private static final int PAIR = 2;

    private DataReports() {}

    /**
     * Reports on undivided data.
     *
     * @param set rows
     * @return counts of rows, copies and groups
     */
    public static DataReport of(TrainingSet set) {
        List<List<Integer>> groups = Groups.of(set);
        Set<List<String>> seen = new HashSet<>();
        int duplicates = 0;
        for (TrainingRow row : set.rows()) {
            duplicates += seen.add(row.texts().stream().map(NormalizedText::of).toList()) ? 0 : 1;
        }
        return new DataReport(
                set.form(),
                new DataReport.Rows(set.name(), set.sha256(), set.rows().size(), duplicates),
                new DataReport.Parts(
                        Map.of("rows", set.rows().size()),
                        groups.size(),
                        groups.stream().mapToInt(List::size).max().orElse(0),
                        List.of()),
                set.notes());
    }

    /**
     * Finds queries and documents of a part that are nearly those of training; queries are compared with queries, documents
     * with documents.
     *
     * @param part its name, for the report
     * @param training what is trained on
     * @param later what is judged by
     * @return at most one leak for each different text
     */
    public static List<DataReport.Leak> leaks(String part, TrainingSet training, TrainingSet later) {
        List<DataReport.Leak> leaks = new ArrayList<>();
        int first = later.form() == Form.DOCUMENTS ? 1 : 0;
        int columns = Math.min(PAIR, Math.min(training.width(), later.width()));
        for (int column = first; column < columns; column++) {
            List<String> trained = List.copyOf(new LinkedHashSet<>(training.column(column)));
            List<String> judged = List.copyOf(new LinkedHashSet<>(later.column(column)));
            for (LeakCheck.Leak leak : LeakCheck.against(trained).find(judged)) {
                leaks.add(new DataReport.Leak(
                        part,
                        judged.get(leak.text()),
                        trained.get(leak.trainingText()),
                        leak.kind().name().toLowerCase(Locale.ROOT)));
            }
        }
        return leaks;
    }
}
