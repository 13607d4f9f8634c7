package io.github.embeddinglab.evaluation.tasks;

import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EvaluationData;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.evaluation.data.DataFiles;
import io.github.embeddinglab.evaluation.data.LabelledTexts;
import io.github.embeddinglab.evaluation.data.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The evaluators by task, made from files. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Tasks {
    private final Map<String, Function<EvaluationData, Evaluator>> makers = new TreeMap<>();

    /**
     * The built-in tasks.
     *
     * @param models opens a reference model by name, for {@code preservation}
     */
    public Tasks(Function<String, Embedder> models) {
        makers.put("sts", data -> StsEvaluator.of(DataFiles.similarity(data.files(), data.columns())));
        makers.put("pairs", data -> PairsEvaluator.of(DataFiles.labelledPairs(data.files(), data.columns())));
        makers.put("triplets", data -> TripletsEvaluator.of(DataFiles.triplets(data.files(), data.columns())));
        makers.put("retrieval", data -> RetrievalEvaluator.of(DataFiles.retrieval(only(data))));
        makers.put("reranking", data -> RerankingEvaluator.of(DataFiles.candidates(data.files(), data.columns())));
        makers.put("bitext", Tasks::bitext);
        makers.put("classification", Tasks::classification);
        makers.put("clustering", data -> ClusteringEvaluator.of(DataFiles.labelled(data.files(), data.columns())));
        makers.put("words", Tasks::words);
        makers.put("preservation", data -> PreservationEvaluator.of(
                DataFiles.name(data.files()),
                DataFiles.texts(data.files(), data.columns()),
                models.apply(setting(data, "reference", ""))));
    }

    /**
     * The tasks.
     *
     * @return their names, in alphabetical order
     */
    public List<String> names() {
        return List.copyOf(makers.keySet());
    }

    /**
     * Makes an evaluator.
     *
     * @param data task and files
     * @return the evaluator
     * @throws ConfigurationException when there is no such task
     * @throws InvalidInputException when the data are malformed
     */
    public Evaluator make(EvaluationData data) {
        Function<EvaluationData, Evaluator> maker = makers.get(data.task());
        if (maker == null) {
            throw new ConfigurationException(
                    "task \"" + data.task() + "\" does not exist; choose one of " + String.join(", ", makers.keySet()));
        }
        return maker.apply(data);
    }

    private static Path only(EvaluationData data) {
        if (data.files().size() != 1) {
            throw new ConfigurationException(
                    "task retrieval takes one folder, " + data.files().size() + " were given; evaluate them one by one");
        }
        return data.files().get(0);
    }

    private static String setting(EvaluationData data, String name, String otherwise) {
        return data.settings().getOrDefault(name, otherwise);
    }

    private static Evaluator bitext(EvaluationData data) {
        List<Path> files = new ArrayList<>();
        for (Path path : data.files()) {
            if (Files.isDirectory(path)) {
                try (Stream<Path> inside = Files.list(path)) {
                    inside.filter(file -> file.getFileName().toString().matches(".*\\.tsv(\\.gz)?"))
                            .sorted()
                            .forEach(files::add);
                } catch (IOException e) {
                    throw new InvalidInputException("folder " + path + " cannot be read: " + e.getMessage(), e);
                }
            } else {
                files.add(path);
            }
        }
        if (files.isEmpty()) {
            throw new InvalidInputException("no .tsv file is among the data; name files or a folder of .tsv or .tsv.gz files");
        }
        return BitextEvaluator.of(
                DataFiles.name(data.files()), files.stream().map(DataFiles::bitext).toList());
    }

    private static Evaluator classification(EvaluationData data) {
        if (data.files().size() != 2) {
            throw new ConfigurationException("task classification takes two files, training and test; "
                    + data.files().size() + " were given: --data TRAIN --data TEST");
        }
        LabelledTexts training = DataFiles.labelled(data.files().subList(0, 1), data.columns());
        LabelledTexts test = DataFiles.labelled(data.files().subList(1, 2), data.columns());
        String protocol = setting(data, "protocol", "few");
        return ClassificationEvaluator.of(training, test, switch (protocol) {
            case "few" -> ClassificationEvaluator.Protocol.FEW;
            case "full" -> ClassificationEvaluator.Protocol.FULL;
            default -> throw new ConfigurationException(
                    "protocol \"" + protocol + "\" does not exist; choose few (8 examples a label, 10 draws) or full");
        });
    }

    /** The columns tell the kind of list. */
    private static Evaluator words(EvaluationData data) {
        Table table = Table.read(data.files().get(0));
        if (table.has(data.columns().getOrDefault("target", "target"))) {
            return WordsEvaluator.analogy(DataFiles.analogies(data.files(), data.columns()));
        }
        if (table.has(data.columns().getOrDefault("category", "category"))) {
            return WordsEvaluator.categorisation(DataFiles.categories(data.files(), data.columns()));
        }
        return WordsEvaluator.similarity(DataFiles.wordPairs(data.files(), data.columns()));
    }
}
