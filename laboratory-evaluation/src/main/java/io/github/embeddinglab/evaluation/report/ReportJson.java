package io.github.embeddinglab.evaluation.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.Comparison;
import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.Promise;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.evaluation.load.LoadStep;
import io.github.embeddinglab.evaluation.load.Timing;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The two JSON documents, of one schema. */
final class ReportJson {
    static final int SCHEMA = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private ReportJson() {}

    static String scores(Findings.Judgement judgement) {
        ObjectNode root;
        try {
            // the part that the guard reads back
            root = (ObjectNode) JSON.readTree(judgement.report().toJson());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the report is JSON", e);
        }
        root.put("kind", "scores");
        for (Findings.Model model : judgement.origin().models()) {
            ObjectNode node = root.withArray("models").addObject();
            node.put("name", model.name());
            node.put("fingerprint", model.check().fingerprint().value());
            node.put("parameters", model.check().parameters());
            node.put("bytes", model.check().bytes());
            node.put("dimensions", model.dimensions());
            node.put("max_tokens", model.maxTokens());
        }
        for (Comparison.Row row : judgement.comparison().rows()) {
            ObjectNode node = root.withArray("standings").addObject();
            node.put("model", row.model());
            score(node.putObject("mean"), row.standing().mean());
            number(node, "rank", row.standing().rank());
            node.put("better", row.standing().against().better());
            node.put("worse", row.standing().against().worse());
            node.put("undecided", row.standing().against().undecided());
        }
        judgement.differences().forEach((model, list) -> list.forEach(difference ->
                difference(root.withArray("differences").addObject(), model, difference)));
        return root.toPrettyString() + "\n";
    }

    private static void difference(ObjectNode node, String model, Difference difference) {
        node.put("entry", difference.name());
        node.put("model", model);
        number(node, "first", difference.first());
        number(node, "second", difference.second());
        score(node.putObject("change"), difference.change());
        number(node, "p_adjusted", difference.tests().adjusted());
        node.put("shown", difference.shown());
    }

    static String timings(Findings findings) {
        ObjectNode root = JSON.createObjectNode();
        root.put("schema", SCHEMA);
        root.put("kind", "timings");
        Findings.Machine machine = findings.measurement().machine();
        root.putObject("machine").put("java", machine.java()).put("system", machine.system()).put("processors", machine.processors());
        root.putArray("timings");
        for (Timing timing : findings.measurement().timings()) {
            timing(root.withArray("timings").addObject(), timing);
        }
        List<String> front =
                findings.judgement().comparison().paretoFront().stream().map(Comparison.Row::model).toList();
        root.set("pareto_front", JSON.<JsonNode>valueToTree(front));
        root.putArray("promises");
        for (Promise promise : findings.promises()) {
            ObjectNode node = root.withArray("promises").addObject();
            node.put("name", promise.name());
            node.put("target", promise.target());
            node.put("verdict", promise.finding().verdict().name().toLowerCase(Locale.ROOT));
            score(node.putObject("value"), promise.finding().value());
            node.put("note", promise.finding().note());
            node.put("command", promise.command());
        }
        return root.toPrettyString() + "\n";
    }

    private static void timing(ObjectNode node, Timing timing) {
        node.put("model", timing.model());
        ObjectNode figures = node.putObject("figures");
        for (Map.Entry<String, Score> figure : timing.figures().entrySet()) {
            score(figures.putObject(figure.getKey()), figure.getValue());
        }
        node.putArray("load");
        for (LoadStep step : timing.steps()) {
            ObjectNode one = node.withArray("load").addObject();
            number(one, "offered_per_second", step.offered());
            number(one, "completed_per_second", step.completed());
            number(one, "refused_share", step.refused());
            number(one, "p50_ms", step.latencies().p50());
            number(one, "p95_ms", step.latencies().p95());
            number(one, "p99_ms", step.latencies().p99());
            number(one, "max_ms", step.latencies().max());
        }
        node.set("notes", JSON.<JsonNode>valueToTree(timing.notes()));
    }

    private static void score(ObjectNode node, Score score) {
        number(node, "value", score.value());
        number(node, "low", score.low());
        number(node, "high", score.high());
    }

    private static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }
}
