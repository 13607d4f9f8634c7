package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.data.TrainingWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What the verbs on training data share: reading, and a name to write to. */
final class TrainingInput {
    private TrainingInput() {}

    /** Reads files as one set, since one file is written, and says what their columns were not used for. */
    static TrainingSet read(List<Path> files, Map<String, String> columns, Console console) {
        TrainingSet set = TrainingSet.read(TrainingData.files(files.toArray(Path[]::new)).columns(columns));
        set.notes().forEach(console::note);
        return set.withRows(set.rows().stream().map(row -> row.inSet("")).toList());
    }

    /** Refuses a bad name before any work, and that of an input, which would be lost. */
    static void requireOutput(Path out, List<Path> inputs) {
        TrainingWriter.requireName(out);
        for (Path in : inputs) {
            try {
                if (Files.exists(in) && Files.exists(out) && Files.isSameFile(in, out)) {
                    throw new InvalidInputException("--out " + out + " is one of the files to read; write to another file");
                }
            } catch (IOException e) {
                throw new InvalidInputException(in + " and " + out + " cannot be compared: " + e.getMessage(), e);
            }
        }
    }

    /** One line of a long text. */
    static String shortened(String text) {
        int longest = 90;
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= longest ? line : line.substring(0, longest) + "…";
    }
}
