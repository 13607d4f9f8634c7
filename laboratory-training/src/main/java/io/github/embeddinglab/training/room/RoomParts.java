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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The three parts of a run: what is trained on, what chooses, and what judges.
 *
 * @param training rows to train on
 * @param choosing rows that choose among states
 * @param selection judge that chooses among states; null where nothing can, and the last is taken
 * @param gate judge of the result
 * @param report what the data hold
 * @param judged name of the gate's data
 * @param judge tells the judge from others: values of states are of one
 */
record RoomParts(TrainingSet training, TrainingSet choosing, @Nullable Judge selection, Judge gate, DataReport report, String judged, String judge) {
    /** Documents searched when the model is looked at in between, as many for each query; the gate searches all. */
    private static final int DOCUMENTS_A_QUERY = 4;

    /** Rows that are searched for when the model is looked at in between. */
    private static final int MOST_QUERIES = 200;

    private static final int FEWEST_DOCUMENTS = 300;

    /** Forms whose documents are searched. */
    private static final Set<Form> SEARCHED = Set.of(Form.PAIRS, Form.TRIPLETS, Form.SCORED_TRIPLETS);

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
        if (!choosable(set.form())) {
            throw Judge.cannot(set.name(), set.form());
        }
        DataParts parts = DataParts.split(set, new DataParts.Shares(selection, gate), recipe.seed());
        return new RoomParts(
                parts.training(),
                parts.selection(),
                selection(judges, parts.selection(), parts.training()),
                judges.of("gate part of " + set.name(), parts.gate(), List.of(parts.training(), parts.selection()), Integer.MAX_VALUE),
                parts.report(),
                "gate part of " + set.name(),
                "gate part");
    }

    private static Judge selection(Judges judges, TrainingSet all, TrainingSet training) {
        TrainingSet selection = all;
        if (SEARCHED.contains(all.form()) && all.rows().size() > MOST_QUERIES) {
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
        TrainingSet kept = set.withRows(leaks.kept());
        Two two = choosable(set.form()) ? two(kept, way.share(), way.seed()) : whole(kept);
        List<String> notes = new ArrayList<>(set.notes());
        notes.addAll(leaks.notes());
        if (!choosable(set.form())) {
            notes.add(set.form().words() + " cannot choose among states, and the task judges the result alone: the last state is taken, and not"
                    + " interpolated with the parent");
        }
        return new RoomParts(
                two.training(),
                two.selection(),
                choosable(set.form()) ? selection(way.judges(), two.selection(), two.training()) : null,
                judge,
                report(set, two, two.report().parts().sizes(), leaks.near(), notes),
                task.task() + " " + task.files(),
                task.task() + " " + task.files());
    }

    private static RoomParts judgedByRows(TrainingSet set, TrainingSet judged, Way way) {
        // documents that are searched may be read as plain texts: what is judged by are the queries
        boolean texts = set.form() == Form.DOCUMENTS && SEARCHED.contains(judged.form());
        List<TrainingRow> kept = texts ? set.rows() : JudgedTexts.leaveOut(set, judged);
        boolean choosable = choosable(set.form());
        Two two = choosable ? two(set.withRows(kept), way.share(), way.seed()) : whole(set.withRows(kept));
        List<String> notes = new ArrayList<>(set.notes());
        if (kept.size() < set.rows().size()) {
            notes.add(set.rows().size() - kept.size() + " rows have a query or document of " + judged.name() + "; they are left out of training");
        }
        Map<String, Integer> sizes = new LinkedHashMap<>(two.report().parts().sizes());
        List<TrainingSet> all = List.of(two.training(), two.selection());
        Judge gate;
        Judge chosen = null;
        if (judged.form() == set.form()) {
            gate = way.judges().of(judged.name(), judged, all, Integer.MAX_VALUE);
            sizes.put("gate", judged.rows().size());
        } else {
            List<TrainingSet> distracting = texts ? all.stream().map(MadeQueries::asPairs).toList() : List.of();
            OtherRows others = OtherRows.of(judged, distracting, !choosable, way.seed());
            gate = others.gate();
            chosen = others.selection();
            sizes.putAll(others.sizes());
            notes.addAll(others.notes());
        }
        return new RoomParts(
                two.training(),
                two.selection(),
                chosen == null ? selection(way.judges(), two.selection(), two.training()) : chosen,
                gate,
                report(set, two, sizes, JudgedTexts.near(two.training(), judged, texts), notes),
                judged.name(),
                judged.sha256());
    }

    /** Whether a part of such rows can choose among states. */
    static boolean choosable(Form form) {
        return form != Form.LABELLED_PAIRS;
    }

    private static DataReport report(
            TrainingSet set, Two two, Map<String, Integer> sizes, List<DataReport.Leak> gate, List<String> notes) {
        DataReport.Parts parts = two.report().parts();
        List<DataReport.Leak> leaks = Stream.concat(parts.leaks().stream(), gate.stream()).toList();
        return new DataReport(
                set.form(), DataReports.of(set).rows(), new DataReport.Parts(sizes, parts.groups(), parts.largestGroup(), leaks), notes);
    }

    /**
     * Rows in two parts.
     *
     * @param training most of them
     * @param selection the others; the same where nothing of them chooses
     * @param report of both, with near copies
     */
    record Two(TrainingSet training, TrainingSet selection, DataReport report) {}

    private static Two whole(TrainingSet set) {
        DataReport report = DataReports.of(set);
        DataReport.Parts parts = report.parts();
        return new Two(set, set, new DataReport(
                report.form(),
                report.rows(),
                new DataReport.Parts(Map.of("training", set.rows().size()), parts.groups(), parts.largestGroup(), List.of()),
                report.notes()));
    }

    /** Two parts: the rows that a division into three would give to the gate are trained on. */
    static Two two(TrainingSet set, double selection, long seed) {
        // the smallest group is no larger than the mean: it fits, also where no row is alone
        DataReport whole = DataReports.of(set);
        double least = (double) Math.max(1, set.rows().size() / whole.parts().groups()) / set.rows().size();
        DataParts parts = DataParts.split(set, new DataParts.Shares(selection, Math.min(least, 0.25)), seed);
        List<TrainingRow> training = new ArrayList<>(parts.training().rows());
        training.addAll(parts.gate().rows());
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("training", training.size());
        sizes.put("selection", parts.selection().rows().size());
        List<DataReport.Leak> leaks = new ArrayList<>(
                parts.report().parts().leaks().stream().filter(leak -> leak.part().equals("selection")).toList());
        Set<String> known = leaks.stream().map(DataReport.Leak::text).collect(Collectors.toSet());
        DataReports.leaks("selection", parts.gate(), parts.selection()).stream()
                .filter(leak -> !known.contains(leak.text()))
                .forEach(leaks::add);
        DataReport report = new DataReport(
                set.form(),
                parts.report().rows(),
                new DataReport.Parts(sizes, parts.report().parts().groups(), parts.report().parts().largestGroup(), leaks),
                parts.report().notes());
        return new Two(set.withRows(training), parts.selection(), report);
    }
}
