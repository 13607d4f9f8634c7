package io.github.embeddinglab.training.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.training.encoder.LearningRate;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.engine.EngineSettings.GradientCheckpointing;
import io.github.embeddinglab.training.libtorch.LibtorchBackend;
import io.github.embeddinglab.training.loss.MultipleNegativesLoss;
import io.github.embeddinglab.training.spi.Precision;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Times training steps on pairs of token sequences, and tells CPU time by wall time and the peak of resident memory. Arguments: model
 * folder, precision, rows, texts in a pass (0 for all), tokens, steps, threads, a JSON file that the batch is written to, so that
 * another program can train on the same, and ON for gradient checkpointing (otherwise OFF).
 */
final class TrainingSpeedProgram {
    private TrainingSpeedProgram() {}

    public static void main(String[] arguments) throws IOException {
        Precision precision = Precision.valueOf(arguments[1]);
        int rows = Integer.parseInt(arguments[2]);
        int microTexts = Integer.parseInt(arguments[3]);
        int length = Integer.parseInt(arguments[4]);
        int steps = Integer.parseInt(arguments[5]);
        GradientCheckpointing checkpointing = GradientCheckpointing.valueOf(arguments.length > 8 ? arguments[8] : "OFF");
        try (TrainingBackend backend = LibtorchBackend.open(Integer.parseInt(arguments[6]));
                ModelFolder folder = ModelFolder.open(Path.of(arguments[0]))) {
            SplittableRandom random = new SplittableRandom(1);
            int words = folder.encoder().vocabulary();
            List<List<int[]>> columns = List.of(column(random, rows, length, words), column(random, rows, length, words));
            Files.writeString(Path.of(arguments[7]), new ObjectMapper().writeValueAsString(columns));
            TrainingBatch batch = TrainingBatch.of(columns.stream().map(column -> TokenBatch.of(column, 0)).toList());
            EngineSettings settings = EngineSettings.of(new LearningRate(2e-5, LearningRate.Shape.CONSTANT, 0, 100_000))
                    .withPrecision(precision)
                    .withMemory(new EngineSettings.Memory(0, microTexts, checkpointing));
            TrainingEngine engine = TrainingEngine.open(
                    backend, TrainableModel.load(folder, backend), Objective.of(new MultipleNegativesLoss(20)), settings);
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            if (backend instanceof LibtorchBackend libtorch) {
                System.out.printf(Locale.ROOT, "threads of a product by CPU time / wall time: %.2f%n",
                        libtorch.measureThreads(precision, system::getProcessCpuTime));
            }
            for (int i = 0; i < Math.min(3, steps); i++) {
                engine.step(batch);
            }
            long[] nanos = new long[steps];
            long cpu = system.getProcessCpuTime();
            long start = System.nanoTime();
            StepReport report = null;
            int told = 0;
            for (int i = 0; i < steps; i++) {
                long before = System.nanoTime();
                report = engine.step(batch);
                nanos[i] = System.nanoTime() - before;
                if (steps >= 200 && i == (long) told * steps / 10) {
                    System.out.println("after " + i + " steps: " + status("VmRSS:") + ", heap " + (Runtime.getRuntime().totalMemory() >> 20) + " MiB");
                    told++;
                }
            }
            long spent = system.getProcessCpuTime() - cpu;
            double ratio = (double) spent / (System.nanoTime() - start);
            Arrays.sort(nanos);
            System.out.printf(Locale.ROOT, "%s rows %d, %s: median %.1f ms, fastest %.1f, cpu %.1f a step, cpu/wall %.2f, loss %.4f, peak %s, estimate %d MiB%n",
                    precision, rows, report == null ? "" : report.plan().way(), nanos[steps / 2] / 1e6, nanos[0] / 1e6, spent / 1e6 / steps, ratio,
                    report == null ? 0 : report.loss(), status("VmHWM:"), report == null ? 0 : report.plan().estimatedBytes() >> 20);
        }
    }

    private static String status(String key) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(key)).findFirst().orElse("unknown").replaceAll("\\s+", " ");
        }
    }

    private static List<int[]> column(SplittableRandom random, int rows, int length, int words) {
        List<int[]> out = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            out.add(random.ints(row == 0 ? length : random.nextInt(length / 2, length + 1), words / 30, words).toArray());
        }
        return out;
    }
}
