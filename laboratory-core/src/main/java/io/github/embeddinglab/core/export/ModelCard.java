package io.github.embeddinglab.core.export;

import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.ModelFolder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The README of an exported model: what it is, how to use it, and where its facts come from. */
final class ModelCard {
    private ModelCard() {}

    static String text(String name, ModelFolder folder, @Nullable ModelFacts facts) {
        StringBuilder card = new StringBuilder("# ").append(name).append("\n\n");
        if (facts != null && !facts.description().isEmpty()) {
            card.append(facts.description()).append("\n\n");
        }
        card.append("| | |\n|---|---|\n");
        row(card, "architecture", folder.architecture().name().toLowerCase(Locale.ROOT));
        if (folder.architecture() != Architecture.STATIC) {
            row(card, "layers, width", folder.encoder().layers() + ", " + folder.encoder().hidden());
            row(card, "limit", folder.maxTokens() + " tokens");
        }
        row(card, "dimensions", String.valueOf(folder.dimensions()));
        row(card, "modules after the encoder", folder.modules().toString());
        row(card, "fingerprint", folder.fingerprint().value());
        if (facts != null) {
            row(card, "languages", String.join(", ", facts.languages()));
            row(card, "licence", facts.licence().isEmpty() ? "not known here; ask where the weights came from" : facts.licence());
        }
        Map<String, String> prompts = folder.prompts().byName();
        if (!prompts.isEmpty()) {
            card.append("\n## Prompts\n");
            prompts.forEach((prompt, text) -> card.append("- `").append(prompt).append("`: `").append(text).append("`\n"));
        }
        List<ModelFacts.Score> scores = facts == null ? List.of() : facts.scores();
        if (!scores.isEmpty()) {
            card.append("\n## Published results\nOf the published weights (embeddings-benchmark/results).\n\n| task | part | measure | value |\n|---|---|---|---|\n");
            scores.forEach(score -> card.append(String.format(
                    Locale.ROOT, "| %s | %s | %s | %.4f |\n", score.task(), score.subset(), score.metric(), score.value())));
        }
        return card.append("\nWritten by Embeddings Laboratory.\n").toString();
    }

    private static void row(StringBuilder card, String name, String value) {
        card.append("| ").append(name).append(" | ").append(value).append(" |\n");
    }
}
