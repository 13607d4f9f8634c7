package io.github.embeddinglab.training.record;

import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.FineTuningReport.General;
import java.util.List;
import java.util.Locale;

/** The README of a tuned model: what it is, what it was made from, what it gained and lost, and how to use it. */
final class TunedModelCard {
    private static final String MAP = "adapter=";

    private TunedModelCard() {}

    static String text(TrainingRecord record) {
        FineTuningReport report = record.report();
        StringBuilder card = new StringBuilder();
        card.append("# ").append(report.made().id()).append("\n\n");
        card.append("Fine-tuned from `").append(report.made().parent()).append("` with Embeddings Laboratory. ");
        card.append("It ").append(report.verdict().outcome()).append(": ").append(report.verdict().reason()).append(".\n\n");
        card.append("## Scores\nOn ").append(record.origin().judged()).append(", with 95 % intervals:\n\n");
        card.append("| score | parent | this model |");
        report.baselines().keySet().forEach(name -> card.append(' ').append(name).append(" |"));
        card.append("\n|---|---|---|").append("---|".repeat(report.baselines().size())).append('\n');
        shown(report).forEach(name -> {
            card.append("| ").append(name)
                    .append(" | ").append(score(report.before().get(name)))
                    .append(" | ").append(score(report.after().get(name)))
                    .append(" |");
            report.baselines().values().forEach(scores -> card.append(' ').append(score(scores.get(name))).append(" |"));
            card.append('\n');
        });
        card.append(String.format(Locale.ROOT,
                "%nDifference in %s: %+.4f [%+.4f, %+.4f], p %.4f; the smallest gain that could have been shown: %.4f.%n",
                report.verdict().difference().name(),
                report.verdict().difference().change().value(),
                report.verdict().difference().change().low(),
                report.verdict().difference().change().high(),
                report.verdict().difference().tests().adjusted(),
                report.verdict().smallestGain()));
        General general = report.verdict().general();
        if (general != null) {
            card.append(String.format(Locale.ROOT, "%nElsewhere: %s is %.4f; at least %.4f was asked for.%n",
                    general.name(), general.after(), general.least()));
        }
        card.append("\n## Making\n");
        record.notes().forEach(note -> card.append("- ").append(note.strip()).append('\n'));
        card.append(String.format(Locale.ROOT, "- %,d steps in %,.0f s on %s%n", report.course().steps(), report.course().seconds(),
                String.join(", ", record.host().values())));
        String pictures = CurveFiles.card(record);
        if (!pictures.isEmpty()) {
            card.append("\n## Course\n").append(pictures);
        }
        card.append("\nEvery setting, the hash of the data and the curve stand in `").append(RecordFiles.RECORD).append("`.\n");
        boolean map = report.made().name().startsWith(MAP);
        card.append("\n## Use\n```java\nlab.models().load(\"").append(loaded(report, map)).append("\");");
        card.append(report.verdict().registered() ? "" : " // FOLDER is this folder").append("\n```\n");
        card.append(map ? "" : "sentence-transformers opens the folder as well. ").append("The licence is the parent's, and the data's where it says more.\n");
        return card.toString();
    }

    /** Without the place on this machine, for the folder travels. */
    private static String loaded(FineTuningReport report, boolean map) {
        return report.verdict().registered() ? report.made().name() : map ? MAP + "FOLDER:" + report.made().parent() : "FOLDER";
    }

    private static List<String> shown(FineTuningReport report) {
        List<String> usual = RecordFiles.shown().stream()
                .filter(name -> report.before().containsKey(name) && report.after().containsKey(name))
                .toList();
        return usual.isEmpty() ? List.of(report.verdict().difference().name()) : usual;
    }

    private static String score(@org.jspecify.annotations.Nullable Score score) {
        return score == null
                ? ""
                : String.format(Locale.ROOT, "%.4f [%.4f, %.4f]", score.value(), score.low(), score.high());
    }
}
