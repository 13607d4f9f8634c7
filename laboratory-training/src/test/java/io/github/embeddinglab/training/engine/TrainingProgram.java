package io.github.embeddinglab.training.engine;

import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.SafetensorsWriter;
import io.github.embeddinglab.training.encoder.LearningRate;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.libtorch.LibtorchBackend;
import io.github.embeddinglab.training.loss.MultipleNegativesLoss;
import io.github.embeddinglab.training.spi.Precision;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/** A training that is killed from outside: a step prints its number, each second step is a checkpoint, the last writes the weights. */
final class TrainingProgram {
    static final int STEPS = 24;

    private TrainingProgram() {}

    public static void main(String[] arguments) {
        run(Path.of(arguments[0]), Path.of(arguments[1]), Long.parseLong(arguments[2]));
    }

    static EngineSettings settings(long seed) {
        return EngineSettings.of(new LearningRate(1e-3, LearningRate.Shape.COSINE, 4, STEPS))
                .withMemory(new EngineSettings.Memory(0, 5))
                .withPrecision(seed % 2 == 0 ? Precision.FLOAT32 : Precision.BFLOAT16)
                .withSeed(seed);
    }

    static void run(Path fixture, Path directory, long seed) {
        try (TrainingBackend backend = LibtorchBackend.open(1); ModelFolder folder = ModelFolder.open(fixture)) {
            TrainingEngine engine = TrainingEngine.open(
                    backend, TrainableModel.load(folder, backend), Objective.of(new MultipleNegativesLoss(20)), settings(seed));
            Checkpoints checkpoints = Checkpoints.in(directory.resolve("checkpoints"));
            if (checkpoints.latest().isPresent()) {
                checkpoints.resume(engine, false);
            }
            while (engine.steps() < STEPS) {
                engine.step(Batches.of(new SplittableRandom(seed + engine.steps()), 6, 2));
                System.out.println("step " + engine.steps());
                if (engine.steps() % 2 == 0) {
                    checkpoints.write(engine, Map.of("rows", String.valueOf(6 * engine.steps())));
                }
            }
            Files.createDirectories(directory);
            SafetensorsWriter.write(
                    engine.model().tensors().names().stream().map(engine.model().tensors()::tensor).toList(), directory.resolve("end.safetensors"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
