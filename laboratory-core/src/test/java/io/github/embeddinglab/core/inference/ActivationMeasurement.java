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
 * <p>Arguments: architecture, pooling, heads, width of a head, feed-forward width, then shapes as in {@code 4x128}, or {@code 4x128p} where
 * every second row is padded by half.
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
                config.padTokenId(),
                new EncoderSession.Settings(new Cpu(), new Device("cpu", 0, ""), false, 1))) {
            run(session, batch(1, 8, false), config.hidden());
            for (String shape : Arrays.copyOfRange(args, 5, args.length)) {
                boolean padded = shape.endsWith("p");
                String[] sides = shape.replace("p", "").split("x", -1);
                int rows = Integer.parseInt(sides[0]);
                int length = Integer.parseInt(sides[1]);
                List<Long> grown = new ArrayList<>();
                for (int round = 0; round < 4; round++) {
                    grown.add(run(session, batch(rows, length, padded), config.hidden()));
                }
                grown.remove(0);
                grown.sort(null);
                double measured = grown.get(1);
                double estimated = formula.bytes(batch(rows, length, padded).ids().length, rows, length);
                System.out.printf(
                        Locale.ROOT, "| %s %s h=%d a=%d f=%d | %s | %.2f | %.2f | %.2f |%n", architecture, args[1],
                        config.hidden(), config.heads(), config.intermediate(), shape, measured / (1 << 20),
                        estimated / (1 << 20), estimated / measured);
            }
        }
    }

    /** Every second row is padded by half when {@code padded}. */
    private static TokenBatch batch(int rows, int length, boolean padded) {
        long[] mask = new long[rows * length];
        long[] slots = new long[mask.length];
        Arrays.fill(slots, -1);
        long[] places = LongStream.range(0, mask.length)
                .filter(place -> !padded || place / length % 2 == 0 || place % length < length / 2)
                .toArray();
        for (int token = 0; token < places.length; token++) {
            mask[(int) places[token]] = 1;
            slots[(int) places[token]] = token;
        }
        long[] ids = new long[places.length];
        Arrays.fill(ids, 7);
        return new TokenBatch(rows, length, ids, slots, places, mask);
    }

    private static long run(EncoderSession session, TokenBatch batch, int width) throws IOException {
        FloatBuffer target = FloatBuffer.allocate(batch.rows() * width);
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
