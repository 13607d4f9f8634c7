package io.github.embeddinglab.training.gate;

import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.evaluation.data.LabelledTexts;
import io.github.embeddinglab.evaluation.data.RetrievalSet;
import io.github.embeddinglab.evaluation.data.SimilarityPairs;
import io.github.embeddinglab.evaluation.tasks.ClassificationEvaluator;
import io.github.embeddinglab.evaluation.tasks.RetrievalEvaluator;
import io.github.embeddinglab.evaluation.tasks.StsEvaluator;
import io.github.embeddinglab.training.data.TrainingSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * How a part of the data judges a model: pairs and triplets by search over the documents of all parts (nDCG@10), scored pairs by
 * rank correlation, labelled texts by classifiers from few examples.
 *
 * @param evaluator over the part
 * @param metric that decides, greater is better; empty for the evaluator's first
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Judge(Evaluator evaluator, String metric) {
    private static final int CUT = 10;

    /**
     * Makes the judge.
     *
     * @param name for reports
     * @param judged rows to judge by
     * @param others rows whose documents distract, or whose texts classifiers learn from
     * @param mostDocuments how many documents are searched at most; those of the judged rows always are
     * @return the judge
     * @throws InvalidInputException when rows of this form cannot judge
     */
    public static Judge of(String name, TrainingSet judged, List<TrainingSet> others, int mostDocuments) {
        return switch (judged.form()) {
            case PAIRS, TRIPLETS, SCORED_TRIPLETS -> new Judge(
                    RetrievalEvaluator.of(retrieval(name, judged, others, mostDocuments)), "ndcg@" + CUT);
            case SCORED_PAIRS -> new Judge(
                    StsEvaluator.of(new SimilarityPairs(
                            name,
                            judged.column(0),
                            judged.column(1),
                            judged.rows().stream().map(row -> Objects.requireNonNullElse(row.score(), 0.0)).toList())),
                    "cosine_spearman");
            case LABELLED -> new Judge(
                    ClassificationEvaluator.of(
                            texts(name, others.isEmpty() ? judged : others.get(0)),
                            texts(name, judged),
                            ClassificationEvaluator.Protocol.FEW),
                    "accuracy");
            case LABELLED_PAIRS, DOCUMENTS -> throw cannot(name, judged.form());
        };
    }

    /**
     * Says that rows cannot judge.
     *
     * @param name of the data
     * @param form theirs
     * @return with the way out
     */
    public static InvalidInputException cannot(String name, Form form) {
        return new InvalidInputException(name + " holds " + form.words() + ", which cannot judge a model; name data that can (pairs, triplets,"
                + " scored pairs or labelled texts) with --eval, or a task with --eval-task");
    }

    private static LabelledTexts texts(String name, TrainingSet set) {
        return new LabelledTexts(
                name,
                set.column(0),
                set.rows().stream().map(row -> Objects.requireNonNullElse(row.label(), "")).toList());
    }

    /** Equal documents are one, and equal queries are one with all their documents. */
    private static RetrievalSet retrieval(String name, TrainingSet judged, List<TrainingSet> others, int mostDocuments) {
        Map<String, String> idOfText = new LinkedHashMap<>();
        Map<String, String> documents = new LinkedHashMap<>();
        Map<String, String> queryOfText = new LinkedHashMap<>();
        Map<String, String> queries = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> judgements = new LinkedHashMap<>();
        for (TrainingRow row : judged.rows()) {
            String query = queryOfText.computeIfAbsent(key(row.texts().get(0)), text -> "q" + queryOfText.size());
            queries.putIfAbsent(query, row.texts().get(0));
            for (int column = 1; column < row.texts().size(); column++) {
                String document = document(row.texts().get(column), idOfText, documents);
                if (column == 1) {
                    judgements.computeIfAbsent(query, key -> new LinkedHashMap<>()).put(document, 1);
                }
            }
        }
        for (TrainingSet other : others) {
            if (other.form() == Form.LABELLED || other.form() == Form.DOCUMENTS) {
                continue;
            }
            for (TrainingRow row : other.rows()) {
                for (int column = 1; column < row.texts().size() && documents.size() < mostDocuments; column++) {
                    document(row.texts().get(column), idOfText, documents);
                }
            }
        }
        return RetrievalSet.of(name, documents, queries, judgements);
    }

    private static String document(String text, Map<String, String> idOfText, Map<String, String> documents) {
        String id = idOfText.computeIfAbsent(key(text), missing -> "d" + idOfText.size());
        documents.putIfAbsent(id, text);
        return id;
    }

    private static String key(String text) {
        return text.strip();
    }
}
