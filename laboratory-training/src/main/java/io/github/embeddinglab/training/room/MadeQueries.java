package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.QueryWriter;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.generation.Corpus;
import io.github.embeddinglab.training.generation.Generation;
import io.github.embeddinglab.training.generation.PairGenerator;
import io.github.embeddinglab.training.generation.PairGenerators;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Queries made from plain documents, by the generators that a recipe names or by the caller's own writer. */
final class MadeQueries {
    private MadeQueries() {}

    static Generation.Result of(TrainingSet documents, Recipe recipe, Progress.Listener progress) {
        return Generation.of(generators(recipe), recipe.seed()).run(Corpus.of(documents), progress);
    }

    static List<PairGenerator> generators(Recipe recipe) {
        QueryWriter writer = recipe.helpers().writer();
        if (writer != null) {
            return List.of(new Written(writer));
        }
        Map<String, PairGenerator> known = PairGenerators.all();
        List<PairGenerator> chosen = new ArrayList<>();
        for (String name : recipe.text(TrainingSetting.GENERATORS).orElse("").split(",", -1)) {
            PairGenerator generator = known.get(name.strip());
            if (generator == null) {
                throw new InvalidInputException("generator \"" + name.strip() + "\" is not known; there are " + String.join(", ", known.keySet()));
            }
            chosen.add(generator);
        }
        return chosen;
    }

    /** Documents alone, as rows whose second text is searched. */
    static TrainingSet asPairs(TrainingSet documents) {
        return new TrainingSet(
                documents.name(),
                Form.PAIRS,
                documents.rows().stream().map(row -> TrainingRow.pair(row.texts().get(1), row.texts().get(1))).toList(),
                List.of());
    }

    private record Written(QueryWriter writer) implements PairGenerator {
        @Override
        public String name() {
            return "query-writer";
        }

        @Override
        public List<Pair> pairs(Corpus corpus, int document, SplittableRandom random) {
            Corpus.Document of = corpus.documents().get(document);
            return writer.queries(of.title(), of.text()).stream()
                    .filter(query -> !query.isBlank())
                    .map(query -> new Pair(query.strip(), of.text()))
                    .toList();
        }
    }
}
