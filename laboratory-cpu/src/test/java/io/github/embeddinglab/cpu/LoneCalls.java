package io.github.embeddinglab.cpu;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Resources;
import java.nio.file.Path;
import java.util.List;

/** Embeds single texts for ever; says {@code ready} before the call that has the second session opened. To be killed. */
final class LoneCalls {
    private LoneCalls() {}

    /**
     * Runs until it is stopped.
     *
     * @param args model directory, model
     */
    public static void main(String[] args) {
        EmbeddingLaboratory laboratory = EmbeddingLaboratory.builder()
                .modelDirectory(Path.of(args[0]))
                .resources(Resources.defaults().withThreads(2))
                .build();
        EmbedOptions options = EmbedOptions.model(args[1]);
        laboratory.embed(List.of("first"), options);
        System.out.println("ready");
        System.out.flush();
        for (int number = 0; ; number++) {
            laboratory.embed(List.of("text " + number), options);
        }
    }
}
