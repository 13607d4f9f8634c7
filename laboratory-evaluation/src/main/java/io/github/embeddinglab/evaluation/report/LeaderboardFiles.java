package io.github.embeddinglab.evaluation.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.evaluation.suites.Catalogue;
import io.github.embeddinglab.evaluation.suites.Report;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Results in the file form of the public leaderboard (MTEB): one file for each task and model, subsets of a task together.
 * The version of its own software is null, since it did not make them; the revision of the data is the digest of the files.
 */
final class LeaderboardFiles {
    private static final ObjectMapper JSON = new ObjectMapper();

    private LeaderboardFiles() {}

    /** Path below the folder of results, as {@code MODEL/REVISION/TASK.json}, to its text. */
    static Map<String, String> of(Findings.Judgement judgement) {
        Map<String, String> files = new LinkedHashMap<>();
        for (Findings.Model model : judgement.origin().models()) {
            String folder = safe(model.name()) + "/" + model.check().fingerprint().value().substring(0, 12) + "/";
            Map<String, ObjectNode> tasks = new LinkedHashMap<>();
            for (Catalogue.Entry entry : judgement.origin().entries()) {
                Optional<Report.Result> found = judgement.report().results().stream()
                        .filter(result -> result.entry().equals(entry.name()) && result.model().equals(model.name()))
                        .findFirst();
                if (found.isPresent() && found.get().score().defined()) {
                    Catalogue.Leaderboard place = entry.origin().leaderboard()
                            .orElse(new Catalogue.Leaderboard(entry.name(), "test", "default", List.of()));
                    ObjectNode file = tasks.computeIfAbsent(place.task(), task -> file(task));
                    String digest = judgement.origin().digests().getOrDefault(entry.name(), "");
                    String before = file.path("dataset_revision").asText();
                    file.put("dataset_revision", before.isEmpty() ? digest : joined(before, digest));
                    add(((ObjectNode) file.path("scores")).withArray(place.split()), place, found.get());
                }
            }
            tasks.forEach((task, file) -> files.put(folder + safe(task) + ".json", file.toPrettyString() + "\n"));
        }
        return files;
    }

    private static ObjectNode file(String task) {
        ObjectNode file = JSON.createObjectNode();
        file.put("dataset_revision", "");
        file.put("task_name", task);
        file.putNull("mteb_version");
        file.putObject("scores");
        file.putNull("evaluation_time");
        file.putNull("kg_co2_emissions");
        return file;
    }

    private static String joined(String before, String digest) {
        TreeSet<String> all = new TreeSet<>(List.of(before.split("\\+", -1)));
        all.add(digest);
        return String.join("+", all);
    }

    private static void add(ArrayNode subsets, Catalogue.Leaderboard place, Report.Result result) {
        ObjectNode node = subsets.addObject();
        result.scores().forEach((name, score) -> {
            if (score.defined()) {
                node.put(name.replace("@", "_at_"), score.value());
            }
        });
        node.put("main_score", result.score().value());
        node.put("hf_subset", place.subset());
        ArrayNode languages = node.putArray("languages");
        place.languages().forEach(languages::add);
    }

    /** A name that a folder may have. */
    static String safe(String name) {
        String plain = name.replace("/", "__").replaceAll("[^A-Za-z0-9._-]", "_").replaceAll("^[._]+", "");
        return plain.isEmpty() ? "unnamed" : plain;
    }
}
