package io.github.embeddinglab.core.inference;

import ai.onnxruntime.OrtSession;
import io.github.embeddinglab.core.device.Device;
import io.github.embeddinglab.core.device.DeviceProvider;
import io.github.embeddinglab.core.graph.CompiledGraph;
import io.github.embeddinglab.core.graph.GraphCompiler;
import io.github.embeddinglab.core.graph.GraphOptions;
import io.github.embeddinglab.core.graph.RandomModel;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * Compares {@link ActivationMemory} with what a batch really adds to the process: peak minus resident memory before, arena
 * off, on Linux. The C library has to give each large block back at once ({@code MALLOC_MMAP_THRESHOLD_=65536}), and Java
 * must not grow meanwhile ({@code -Xms} as {@code -Xmx}, {@code AlwaysPreTouch}, {@code UseSerialGC}).
 *
 * <p>Arguments: architecture, pooling, heads, width of a head, feed-forward width, then shapes as in {@code 4x128}.
 */
final class ActivationMeasurement {
    private static final int VOCABULARY = 1000;
    private static final int POSITIONS = 1026;
    private static final int LAYERS = 3;

    private ActivationMeasurement() {}

    public static void main(String[] args) throws Exception {
        Architecture architecture = Architecture.valueOf(args[0]);
        EncoderConfig config = RandomModel.config(
                architecture,
                LAYERS,
                Integer.parseInt(args[2]),
                Integer.parseInt(args[3]),
                Integer.parseInt(args[4]),
                EncoderConfig.Activation.GELU,
                VOCABULARY,
                POSITIONS);
        RandomModel model = new RandomModel(new Random(1)).fill(config);
        List<ModelModule> modules =
                List.of(new ModelModule.Pooling(List.of(PoolingMode.valueOf(args[1])), true), new ModelModule.Normalize());
        Path folder = Files.createTempDirectory("activation");
        GraphCompiler.compile(config, modules, model.tensors(), GraphOptions.fused()).writeTo(folder);
        ActivationMemory formula = new ActivationMemory(config);
        try (EncoderSession session = new EncoderSession(
                folder.resolve(CompiledGraph.MODEL_FILE),
                new EncoderSession.Settings(new Cpu(), new Device("cpu", 0, ""), false, 1))) {
            run(session, 1, 8, config.hidden());
            for (String shape : Arrays.copyOfRange(args, 5, args.length)) {
                String[] sides = shape.split("x", -1);
                int rows = Integer.parseInt(sides[0]);
                int length = Integer.parseInt(sides[1]);
                List<Long> grown = new ArrayList<>();
                for (int round = 0; round < 4; round++) {
                    grown.add(run(session, rows, length, config.hidden()));
                }
                grown.remove(0);
                grown.sort(null);
                double measured = grown.get(1);
                double estimated = formula.bytes(rows, length);
                System.out.printf(
                        Locale.ROOT, "| %s %s h=%d a=%d f=%d | %s | %.2f | %.2f | %.2f |%n", architecture, args[1],
                        config.hidden(), config.heads(), config.intermediate(), shape, measured / (1 << 20),
                        estimated / (1 << 20), estimated / measured);
            }
        }
    }

    private static long run(EncoderSession session, int rows, int length, int width) throws IOException {
        int count = rows * length;
        long[] ids = new long[count];
        long[] mask = new long[count];
        long[] numbers = LongStream.range(0, count).toArray();
        Arrays.fill(ids, 7);
        Arrays.fill(mask, 1);
        TokenBatch batch = new TokenBatch(rows, length, ids, numbers, numbers, mask);
        FloatBuffer target = FloatBuffer.allocate(rows * width);
        Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // the peak begins anew
        long before = status("VmHWM");
        session.run(batch, target);
        return status("VmHWM") - before;
    }

    private static long status(String name) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(name + ":")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new IOException("no " + name + " in /proc/self/status");
    }

    private static final class Cpu implements DeviceProvider {
        @Override
        public String name() {
            return "cpu";
        }

        @Override
        public List<Device> devices() {
            return List.of(new Device("cpu", 0, ""));
        }

        @Override
        public String problem() {
            return "";
        }

        @Override
        public void configure(OrtSession.SessionOptions options, Device device) {}
    }
}
