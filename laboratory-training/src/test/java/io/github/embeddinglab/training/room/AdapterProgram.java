package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.testkit.FakeEmbedder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Trains an adapter for an embedder without a folder, as that of a service: in a process of its own, which has no libtorch. */
final class AdapterProgram {
    private AdapterProgram() {}

    /** Arguments: directory of models, side of the adapter. */
    public static void main(String[] args) {
        try (Embedder service = FakeEmbedder.builder().dimensions(96).build();
                EmbeddingLaboratory lab = EmbeddingLaboratory.builder().modelDirectory(Path.of(args[0])).embedder("service", service).build()) {
            FineTuningReport report = lab.training().fineTune(FineTuning.of("service")
                    .data(TrainingData.pairs(WordPairs.rows(300, false, 1))).strategy(Strategy.ADAPTER)
                    .learningRate(5e-3).epochs(40).batchSize(64)
                    .set(TrainingSetting.ADAPTER_SIDE, args[1]).set(TrainingSetting.THREADS, 1).set(TrainingSetting.PRESERVATION, -1).build());
            System.out.println("passed " + report.verdict().passed() + ", registered " + report.verdict().registered());
            System.out.println("name " + report.made().name());
            try (Embedder adapted = lab.models().load(report.made().name())) {
                for (Role role : List.of(Role.QUERY, Role.DOCUMENT)) {
                    EmbedOptions options = EmbedOptions.defaults().role(role);
                    boolean same = Arrays.equals(
                            adapted.embed(List.of("long work"), options).vector(0), service.embed(List.of("long work"), options).vector(0));
                    System.out.println(role + (same ? " kept" : " mapped"));
                }
            }
        }
    }
}
