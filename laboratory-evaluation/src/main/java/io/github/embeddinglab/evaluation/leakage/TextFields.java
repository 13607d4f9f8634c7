package io.github.embeddinglab.evaluation.leakage;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.evaluation.data.DataFiles;
import io.github.embeddinglab.evaluation.data.RetrievalSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * All texts of training or evaluation files, whatever their task: every field or column that holds texts by its name
 * ({@code text, title, query, document, positive, negative, anchor, sentence, sentence1, sentence2, question, answer}), the
 * lines of a {@code .txt}, or queries and corpus of a retrieval folder. Each file may be gzipped.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TextFields {
    private static final List<String> NAMES = List.of(
            "text", "title", "query", "document", "positive", "negative", "anchor", "sentence", "sentence1", "sentence2",
            "question", "answer");

    private TextFields() {}

    /**
     * Reads texts; empty ones are left out.
     *
     * @param files files or retrieval folders
     * @param further names of fields or columns besides those that are known
     * @return texts in order, each with where it stands
     * @throws InvalidInputException when a file is malformed, or has no field with texts
     */
    public static List<Placed> read(List<Path> files, List<String> further) {
        List<String> names = new ArrayList<>(NAMES);
        names.addAll(further);
        List<Placed> texts = new ArrayList<>();
        for (Path file : files) {
            if (Files.isDirectory(file)) {
                RetrievalSet set = DataFiles.retrieval(file);
                set.queries().forEach((id, text) -> add(texts, "query " + id, text));
                set.documents().forEach((id, text) -> add(texts, "document " + id, text));
            } else {
                DataFiles.textFields(file, names)
                        .forEach((line, fields) -> fields.forEach(text -> add(texts, file.getFileName() + ":" + line, text)));
            }
        }
        return texts;
    }

    private static void add(List<Placed> texts, String where, String text) {
        if (!text.isBlank()) {
            texts.add(new Placed(where, text));
        }
    }

    /**
     * A text and where it stands.
     *
     * @param where file and line, or its id
     * @param text the text
     */
    public record Placed(String where, String text) {}
}
