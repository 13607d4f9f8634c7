package io.github.embeddinglab.training.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.api.training.DataReport;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.FineTuningReport.General;
import io.github.embeddinglab.core.files.WholeFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/** Writes {@code laboratory-record.json} and {@code README.md} into the folder of a tuned model. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class RecordFiles {
    /** The record's name in the folder. */
    public static final String RECORD = "laboratory-record.json";

    private static final int FORMAT = 1;
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private RecordFiles() {}

    /**
     * A hash for names.
     *
     * @param text anything
     * @return SHA-256 in hexadecimal digits
     */
    public static String hash(String text) {
        try {
            return HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Writes record, model card and curve into the tuned model's folder.
     *
     * @param record what made the model
     * @throws LaboratoryException when the disk refuses
     */
    public static void write(TrainingRecord record) {
        Path folder = record.report().made().folder();
        try {
            WholeFiles.file(folder.resolve(RECORD), (JSON.writeValueAsString(json(record)) + "\n").getBytes(StandardCharsets.UTF_8));
            CurveFiles.write(record);
            WholeFiles.file(folder.resolve("README.md"), TunedModelCard.text(record).getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new LaboratoryException("the record of " + folder + " cannot be written as JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new LaboratoryException("the record of " + folder + " cannot be written (" + e.getMessage()
                    + "); the model itself is whole, free space or copy it elsewhere", e);
        }
    }

    private static Map<String, Object> json(TrainingRecord record) {
        FineTuningReport report = record.report();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format", FORMAT);
        all.put("made_by", "fine-tuning");
        all.put("model", report.made().id().value());
        all.put("at", record.at().toString());
        all.put("parent", Map.of("name", report.made().parent(), "fingerprint", record.origin().parent().value()));
        all.put("settings", record.settings());
        all.put("host", record.host());
        all.put("taken", record.origin().chosen());
        all.put("judged_on", record.origin().judged());
        all.putAll(results(report));
        all.put("looks", report.course().looks().stream()
                .map(look -> Map.of("step", look.step(), "metric", look.metric(), "value", look.value()))
                .toList());
        all.put("losses", report.course().losses());
        all.put("notes", record.notes());
        return all;
    }

    /**
     * What a training came to, as the JSON of reports and the record have it.
     *
     * @param report of the training
     * @return passed, registered, reason, steps, seconds, before, after, baselines, difference, smallest_gain_that_could_be_shown, general (null
     *     without a general set) and data by name; numbers that are undefined are null
     */
    public static Map<String, Object> results(FineTuningReport report) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("passed", report.verdict().passed());
        all.put("registered", report.verdict().registered());
        all.put("reason", report.verdict().reason());
        all.put("steps", report.course().steps());
        all.put("seconds", report.course().seconds());
        all.put("before", scores(report.before()));
        all.put("after", scores(report.after()));
        Map<String, Object> baselines = new LinkedHashMap<>();
        report.baselines().forEach((name, scores) -> baselines.put(name, scores(scores)));
        all.put("baselines", baselines);
        all.put("difference", difference(report.verdict().difference()));
        all.put("smallest_gain_that_could_be_shown", number(report.verdict().smallestGain()));
        all.put("general", general(report.verdict().general()));
        all.put("data", data(report.data()));
        return all;
    }

    private static Map<String, Object> data(DataReport data) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("name", data.rows().name());
        all.put("sha256", data.rows().sha256());
        all.put("form", data.form().words());
        all.put("rows", data.rows().count());
        all.put("duplicates", data.rows().duplicates());
        all.put("parts", data.parts().sizes());
        all.put("leaks", data.parts().leaks().size());
        return all;
    }

    private static Map<String, Object> scores(Map<String, Score> scores) {
        Map<String, Object> all = new LinkedHashMap<>();
        scores.forEach((name, score) -> all.put(name, score(score)));
        return all;
    }

    private static Map<String, Object> score(Score score) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("value", number(score.value()));
        one.put("low", number(score.low()));
        one.put("high", number(score.high()));
        return one;
    }

    private static Map<String, Object> difference(Difference difference) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", difference.name());
        one.putAll(score(difference.change()));
        one.put("p", number(difference.tests().adjusted()));
        return one;
    }

    private static @Nullable Map<String, Object> general(@Nullable General general) {
        if (general == null) {
            return null;
        }
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", general.name());
        one.put("before", number(general.before()));
        one.put("after", number(general.after()));
        one.put("least", number(general.least()));
        one.put("held", general.held());
        return one;
    }

    private static @Nullable Double number(double value) {
        return Double.isFinite(value) ? value : null;
    }

    static List<String> shown() {
        return List.of("ndcg@10", "mrr", "recall@10", "recall@100", "cosine_spearman", "cosine_pearson", "accuracy", "f1");
    }
}
