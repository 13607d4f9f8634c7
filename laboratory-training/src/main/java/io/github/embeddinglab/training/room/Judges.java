package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.evaluation.tasks.PreservationEvaluator;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.gate.Judge;
import java.util.List;

/**
 * How parts of the data judge: by the form's own task; plain documents by queries made from them, and where a teacher's vectors are
 * learned, by agreement with it.
 */
interface Judges {
    /**
     * Makes a judge.
     *
     * @param name for reports
     * @param judged rows to judge by
     * @param others rows whose documents distract
     * @param mostDocuments searched at most
     * @return the judge
     */
    Judge of(String name, TrainingSet judged, List<TrainingSet> others, int mostDocuments);

    static Judges suiting(Expansion expansion, Others others) {
        if (expansion.form() != Form.DOCUMENTS) {
            return Judge::of;
        }
        Embedder teacher = others.teacher();
        if (expansion.strategy() == Strategy.DISTILL && teacher != null) {
            return (name, judged, rest, most) -> new Judge(
                    PreservationEvaluator.of(
                            name + " against the teacher",
                            judged.rows().stream().map(row -> (row.texts().get(0) + " " + row.texts().get(1)).strip()).toList(),
                            teacher),
                    "cosine_spearman");
        }
        Recipe recipe = expansion.recipe();
        return (name, judged, rest, most) -> {
            TrainingSet made = MadeQueries.of(judged, recipe, Progress.Listener.SILENT).pairs();
            List<TrainingSet> distracting = rest.stream()
                    .filter(set -> set.form() == Form.DOCUMENTS)
                    .map(set -> MadeQueries.asPairs(set))
                    .toList();
            return Judge.of("queries made from the " + name, made, distracting, most);
        };
    }
}
