package io.github.embeddinglab.core.graph;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import java.lang.management.ManagementFactory;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Times graphs of the size of all-MiniLM-L6-v2 against each other, one caller thread (which does all the work), rounds
 * interleaved, in CPU time so that a busy machine disturbs less. Run by hand:
 * the arguments are folders with further {@code model.onnx} of the same size, to compare.
 */
public final class GraphTiming {
    private GraphTiming() {}

    /**
     * Runs the comparison.
     *
     * @param args folders of further graphs
     */
    public static void main(String[] args) throws Exception {
        Architecture architecture = Architecture.valueOf(System.getProperty("architecture", "BERT"));
        EncoderConfig config = RandomModel.config(
                architecture, 6, 12, 32, 1536, EncoderConfig.Activation.GELU, 30522, 514);
        MapTensors tensors = new RandomModel(new Random(7)).fill(config).tensors();
        Map<String, Path> models = new LinkedHashMap<>();
        for (PoolingMode mode : List.of(PoolingMode.MEAN, PoolingMode.CLS)) {
            for (Dialect dialect : Dialect.values()) {
                Path folder = Files.createTempDirectory("graph");
                long start = System.nanoTime();
                CompiledGraph graph = GraphCompiler.compile(
                        config,
                        List.of(new ModelModule.Pooling(List.of(mode), true), new ModelModule.Normalize()),
                        tensors,
                        new GraphOptions(dialect, GraphOptions.Output.SENTENCE_EMBEDDING));
                graph.writeTo(folder);
                System.out.printf(
                        "%s %s: %d bytes of nodes, %d of weights, written in %d ms%n",
                        dialect,
                        mode,
                        graph.modelBytes().length,
                        graph.weightBytes(),
                        (System.nanoTime() - start) / 1_000_000);
                models.put(dialect + " " + mode, folder.resolve("model.onnx"));
            }
        }
        for (String arg : args) {
            models.put(arg, Path.of(arg).resolve("model.onnx"));
        }
        Map<String, OrtSession> sessions = new LinkedHashMap<>();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        for (Map.Entry<String, Path> model : models.entrySet()) {
            OrtSession.SessionOptions options = new OrtSession.SessionOptions();
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            String optimized = System.getProperty("optimized", "");
            if (!optimized.isEmpty()) {
                options.setOptimizedModelFilePath(optimized + "/" + model.getKey().replace(' ', '-') + ".onnx");
            }
            long start = System.nanoTime();
            sessions.put(
                    model.getKey(), environment.createSession(model.getValue().toString(), options));
            System.out.printf("%s: session in %d ms%n", model.getKey(), (System.nanoTime() - start) / 1_000_000);
        }
        int[][] shapes = {{1, 16}, {24, 16}, {4, 96}, {2, 224}};
        for (int[] shape : shapes) {
            for (boolean padded : new boolean[] {false, true}) {
                time(environment, sessions, shape, padded);
            }
        }
    }

    private static void time(OrtEnvironment environment, Map<String, OrtSession> sessions, int[] shape, boolean padded)
            throws Exception {
        int n = shape[0];
        int t = shape[1];
        long[] ids = new Random(3).longs((long) n * t, 2, 30000).toArray();
        long[] mask = new long[ids.length];
        for (int r = 0; r < n; r++) {
            Arrays.fill(mask, r * t, r * t + (padded && r % 2 == 1 ? t * 3 / 4 : t), 1);
        }
        long[] dims = {n, t};
        try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), dims);
                OnnxTensor maskTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), dims);
                OnnxTensor types = OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[n * t]), dims)) {
            Map<String, OnnxTensor> all =
                    Map.of("input_ids", idTensor, "attention_mask", maskTensor, "token_type_ids", types);
            Map<String, double[]> times = new LinkedHashMap<>();
            int rounds = 9;
            int runs = Math.max(1, 1024 / (n * t));
            for (int round = -2; round < rounds; round++) {
                for (Map.Entry<String, OrtSession> entry : sessions.entrySet()) {
                    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
                    for (String name : entry.getValue().getInputNames()) {
                        inputs.put(name, all.get(name));
                    }
                    long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                    for (int i = 0; i < runs; i++) {
                        entry.getValue().run(inputs).close();
                    }
                    double ms = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1e6 / runs;
                    if (round >= 0) {
                        times.computeIfAbsent(entry.getKey(), key -> new double[rounds])[round] = ms;
                    }
                }
            }
            System.out.printf("%d x %d%s:", n, t, padded ? " padded" : "");
            times.forEach((name, values) -> {
                Arrays.sort(values);
                System.out.printf("  %s %.2f", name, values[rounds / 4]);
            });
            System.out.println(" ms of CPU (lower quartile)");
        }
    }
}
