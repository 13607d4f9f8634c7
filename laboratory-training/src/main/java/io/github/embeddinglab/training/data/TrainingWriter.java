package io.github.embeddinglab.training.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.core.files.WholeFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Writes training data as JSONL that {@link TrainingSet#read} reads again. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TrainingWriter {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PAIR = 2;

    private TrainingWriter() {}

    /**
     * Writes a set whole or not at all: beside its place, synced, renamed.
     *
     * @param set rows
     * @param file replaced where it exists; gzipped where it ends in {@code .gz}
     * @throws InvalidInputException when the name is not that of a JSONL file
     * @throws CancelledException when the calling thread is interrupted; no file is left
     */
    public static void write(TrainingSet set, Path file) {
        requireName(file);
        WholeFiles.file(file, (FileChannel channel) -> {
            OutputStream raw = Channels.newOutputStream(channel);
            if (file.toString().endsWith(".gz")) {
                GZIPOutputStream zipped = new GZIPOutputStream(raw);
                lines(set, zipped);
                zipped.finish();
            } else {
                lines(set, raw);
            }
        });
    }

    /**
     * Refuses a name under which the rows would not be read again; ask before long work.
     *
     * @param file to be written
     * @throws InvalidInputException when it ends in neither {@code .jsonl} nor {@code .jsonl.gz}
     */
    public static void requireName(Path file) {
        if (!file.toString().matches(".*\\.jsonl(\\.gz)?")) {
            throw new InvalidInputException(
                    "training data are written as JSONL, but the file is " + file + "; end its name in .jsonl or .jsonl.gz");
        }
    }

    private static void lines(TrainingSet set, OutputStream raw) throws IOException {
        // flushed, not closed: the channel is synced by its owner
        BufferedOutputStream out = new BufferedOutputStream(raw, 1 << 16);
        for (TrainingRow row : set.rows()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancelledException("writing of training data was interrupted; nothing was written");
            }
            out.write(line(set.form(), row).getBytes(StandardCharsets.UTF_8));
            out.write('\n');
        }
        out.flush();
    }

    private static String line(Form form, TrainingRow row) {
        ObjectNode object = JSON.createObjectNode();
        List<String> texts = row.texts();
        switch (form) {
            case LABELLED -> object.put("text", texts.get(0));
            case DOCUMENTS -> object.put("title", texts.get(0)).put("text", texts.get(1));
            default -> object.put("query", texts.get(0)).put("document", texts.get(1));
        }
        if (form == Form.SCORED_TRIPLETS || (form == Form.TRIPLETS && texts.size() == PAIR + 1)) {
            object.put("negative", texts.get(PAIR));
        } else if (form == Form.TRIPLETS) {
            texts.subList(PAIR, texts.size()).forEach(object.withArray("negative")::add);
        }
        if (row.score() != null) {
            object.put("score", row.score());
        }
        if (row.label() != null) {
            object.put("label", row.label());
        }
        if (!row.group().isEmpty()) {
            object.put("group", row.group());
        }
        try {
            return JSON.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers can always be written", e);
        }
    }
}
