package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationData;
import io.github.embeddinglab.api.training.DataReport;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.data.DataParts;
import io.github.embeddinglab.training.data.DataReports;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.gate.Judge;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The three parts of a run: what is trained on, what chooses, and what judges.
 *
 * @param training rows to train on
 * @param choosing rows that choose among states
 * @param selection judge that chooses among states
 * @param gate judge of the result
 * @param report what the data hold
 * @param judged name of the gate's data
 */
record RoomParts(TrainingSet training, TrainingSet choosing, Judge selection, Judge gate, DataReport report, String judged) {
    /** Documents searched when the model is looked at in between, as many for each query; the gate searches all. */
    private static final int DOCUMENTS_A_QUERY = 4;

    /** Rows that are searched for when the model is looked at in between. */
    private static final int MOST_QUERIES = 200;

    private static final int FEWEST_DOCUMENTS = 300;

    static RoomParts of(EmbeddingLaboratory laboratory, TrainingSet set, FineTuning spec, Expansion expansion, Judges judges) {
        FineTuning.Recipe recipe = expansion.recipe();
        double selection = recipe.number(TrainingSetting.SELECTION_SHARE).orElse(0.1);
        double gate = recipe.number(TrainingSetting.GATE_SHARE).orElse(0.2);
        if (spec.judging().rows() != null) {
            return judgedByRows(set, TrainingSet.read(spec.judging().rows()), new Way(judges, selection, recipe.seed()));
        }
        if (spec.judging().task() != null) {
            return judgedByTask(laboratory, set, spec.judging().task(), new Way(judges, selection, recipe.seed()));
        }
        DataParts parts = DataParts.split(set, new DataParts.Shares(selection, gate), recipe.seed());
        return new RoomParts(
                parts.training(),
                parts.selection(),
                selection(judges, parts.selection(), parts.training()),
                judges.of("gate part of " + set.name(), parts.gate(), List.of(parts.training(), parts.selection()), Integer.MAX_VALUE),
                parts.report(),
                "gate part of " + set.name());
    }

    private static Judge selection(Judges judges, TrainingSet all, TrainingSet training) {
        TrainingSet selection = all;
        boolean searched = Set.of(Form.PAIRS, Form.TRIPLETS, Form.SCORED_TRIPLETS).contains(all.form());
        if (searched && all.rows().size() > MOST_QUERIES) {
            double step = (double) all.rows().size() / MOST_QUERIES;
            selection = all.withRows(IntStream.range(0, MOST_QUERIES).mapToObj(i -> all.rows().get((int) (i * step))).toList());
        }
        int most = Math.max(FEWEST_DOCUMENTS, DOCUMENTS_A_QUERY * selection.rows().size());
        return judges.of("selection part", selection, List.of(training), most);
    }

    /** How what is not kept for the gate is divided. */
    private record Way(Judges judges, double share, long seed) {}

    private static RoomParts judgedByTask(EmbeddingLaboratory laboratory, TrainingSet set, EvaluationData task, Way way) {
        Judge judge = new Judge(laboratory.benchmarks().evaluator(task), ""); // its faults first
        TaskLeaks leaks = TaskLeaks.of(set, task);
        Two two = two(set.withRows(leaks.kept()), way.share(), way.seed());
        DataReport report = new DataReport(
                set.form(),
                DataReports.of(set).rows(),
                new DataReport.Parts(
                        two.report().parts().sizes(),
                        two.report().parts().groups(),
                        two.report().parts().largestGroup(),
                        leaks.near()),
                Stream.concat(set.notes().stream(), leaks.notes().stream()).toList());
        return new RoomParts(
                two.training(),
                two.selection(),
                selection(way.judges(), two.selection(), two.training()),
                judge,
                report,
                task.task() + " " + task.files());
    }

    private static RoomParts judgedByRows(TrainingSet set, TrainingSet judged, Way way) {
        boolean other = judged.form() != set.form();
        // documents that are searched may be read as plain texts: what is judged by are the queries
        boolean texts = other && set.form() == Form.DOCUMENTS;
        List<TrainingRow> kept = texts ? set.rows() : JudgedTexts.leaveOut(set, judged);
        Two two = two(set.withRows(kept), way.share(), way.seed());
        List<String> notes = new ArrayList<>(set.notes());
        if (kept.size() < set.rows().size()) {
            notes.add(set.rows().size() - kept.size() + " rows have a query or document of " + judged.name() + "; they are left out of training");
        }
        Map<String, Integer> sizes = new LinkedHashMap<>(two.report().parts().sizes());
        sizes.put("gate", judged.rows().size());
        DataReport report = new DataReport(
                set.form(),
                DataReports.of(set).rows(),
                new DataReport.Parts(
                        sizes,
                        two.report().parts().groups(),
                        two.report().parts().largestGroup(),
                        other ? List.of() : DataReports.leaks("gate", two.training(), judged)),
                notes);
        List<TrainingSet> all = List.of(two.training(), two.selection());
        List<TrainingSet> distracting = texts ? all.stream().map(MadeQueries::asPairs).toList() : other ? List.of() : all;
        Judge gate = other
                ? Judge.of(judged.name(), judged, distracting, Integer.MAX_VALUE)
                : way.judges().of(judged.name(), judged, all, Integer.MAX_VALUE);
        return new RoomParts(
                two.training(),
                two.selection(),
                selection(way.judges(), two.selection(), two.training()),
                gate,
                report,
                judged.name());
    }

    private record Two(TrainingSet training, TrainingSet selection, DataReport report) {}

    /** Two parts: the rows that a division into three would give to the gate are trained on. */
    private static Two two(TrainingSet set, double selection, long seed) {
        double least = Math.max(1.0 / set.rows().size(), 1e-9);
        DataParts parts = DataParts.split(set, new DataParts.Shares(selection, Math.min(least, 0.25)), seed);
        List<TrainingRow> training = new ArrayList<>(parts.training().rows());
        training.addAll(parts.gate().rows());
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("training", training.size());
        sizes.put("selection", parts.selection().rows().size());
        DataReport report = new DataReport(
                set.form(),
                parts.report().rows(),
                new DataReport.Parts(
                        sizes, parts.report().parts().groups(), parts.report().parts().largestGroup(), parts.report().parts().leaks()),
                parts.report().notes());
        return new Two(set.withRows(training), parts.selection(), report);
    }
}
