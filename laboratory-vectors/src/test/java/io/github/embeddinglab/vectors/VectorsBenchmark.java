package io.github.embeddinglab.vectors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;

/**
 * Coarse timings for docs/measurements/vectors.md: nanoseconds of each kernel operation at 384 dimensions, and exact top-100.
 *
 * <p>Arguments: documents, queries, dimensions, threads, repetitions; optionally a folder, which receives the matrices
 * as raw little-endian floats ({@code documents.f32}, {@code queries.f32}) for a rival.
 */
final class VectorsBenchmark {
    private static final int DIMENSIONS = 384;
    private static final int ROWS = 64;
    private static volatile double sink;

    private VectorsBenchmark() {}

    private interface Operation {
        double apply(int row);
    }

    public static void main(String[] args) throws IOException {
        VectorKernel kernel = VectorKernels.current();
        System.out.println(Runtime.version() + " | " + kernel.description());
        int n = Integer.parseInt(args[0]);
        int q = Integer.parseInt(args[1]);
        int d = Integer.parseInt(args[2]);
        int threads = Integer.parseInt(args[3]);
        int repetitions = Integer.parseInt(args[4]);
        kernels(kernel);
        Random random = new Random(7);
        FloatMatrix documents = RandomVectors.matrix(random, n, d).normalized();
        FloatMatrix queries = RandomVectors.matrix(random, q, d).normalized();
        if (args.length > 5) {
            Path folder = Path.of(args[5]);
            write(documents, folder.resolve("documents.f32"));
            write(queries, folder.resolve("queries.f32"));
        }
        ExactSearch search = ExactSearch.over(documents, Similarity.DOT);
        for (int used : new int[] {1, threads}) {
            double best = Double.MAX_VALUE;
            double processor = Double.MAX_VALUE;
            for (int i = 0; i < repetitions; i++) {
                long start = System.nanoTime();
                double startProcessor = processorSeconds();
                sink = search.search(queries, 100, used).score(0, 0);
                best = Math.min(best, (System.nanoTime() - start) / 1e9);
                processor = Math.min(processor, processorSeconds() - startProcessor);
            }
            System.out.printf("top-100 of %d x %d x %d, %d thread(s): %.3f s, %.1f GFLOP/s, %.2f s of processor time%n",
                    q, n, d, used, best, 2.0 * n * q * d / best / 1e9, processor);
        }
        double single = Double.MAX_VALUE;
        for (int i = 0; i < 5 * repetitions; i++) {
            long start = System.nanoTime();
            sink = search.search(queries.row(i % q), 100).score(0, 0);
            single = Math.min(single, (System.nanoTime() - start) / 1e6);
        }
        System.out.printf("top-100 of one query, 1 thread: %.1f ms%n", single);
        byte[] codes = BinaryCodec.UNSIGNED.encode(documents);
        byte[] codedQueries = BinaryCodec.UNSIGNED.encode(queries);
        HammingSearch hamming = HammingSearch.over(codes, n, BinaryCodec.bytesPerRow(d));
        double bits = Double.MAX_VALUE;
        for (int i = 0; i < repetitions; i++) {
            long start = System.nanoTime();
            sink = hamming.search(codedQueries, 100, threads).score(0, 0);
            bits = Math.min(bits, (System.nanoTime() - start) / 1e9);
        }
        System.out.printf("Hamming top-100, %d thread(s): %.3f s (last value %.1f)%n", threads, bits, sink);
    }

    /** Unlike wall time it hardly depends on what else the machine does. */
    private static double processorSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    }

    private static void kernels(VectorKernel kernel) {
        Random random = new Random(3);
        float[] rows = RandomVectors.floats(random, ROWS * DIMENSIONS);
        float[] query = RandomVectors.floats(random, DIMENSIONS);
        byte[] codes = RandomVectors.bytes(random, ROWS * DIMENSIONS, 127);
        byte[] code = RandomVectors.bytes(random, DIMENSIONS, 127);
        time("dot", row -> kernel.dot(rows, row * DIMENSIONS, query, 0, DIMENSIONS));
        time("squaredDistance", row -> kernel.squaredDistance(rows, row * DIMENSIONS, query, 0, DIMENSIONS));
        time("cosine", row -> kernel.cosine(rows, row * DIMENSIONS, query, 0, DIMENSIONS));
        time("dot7Bit", row -> kernel.dot7Bit(codes, row * DIMENSIONS, code, 0, DIMENSIONS));
        time("dotInt8", row -> kernel.dotInt8(codes, row * DIMENSIONS, code, 0, DIMENSIONS));
        time("hamming", row -> kernel.hamming(codes, row * DIMENSIONS / 8, code, 0, DIMENSIONS / 8));
    }

    private static void time(String name, Operation operation) {
        double best = Double.MAX_VALUE;
        for (int repetition = 0; repetition < 200; repetition++) {
            double sum = 0;
            long start = System.nanoTime();
            for (int i = 0; i < 100; i++) {
                for (int row = 0; row < ROWS; row++) {
                    sum += operation.apply(row);
                }
            }
            best = Math.min(best, (System.nanoTime() - start) / (100.0 * ROWS));
            sink = sum;
        }
        System.out.printf("%-16s %6.1f ns%n", name, best);
    }

    private static void write(FloatMatrix matrix, Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(matrix.rows() * matrix.columns() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < matrix.rows(); i++) {
            bytes.asFloatBuffer().put(matrix.row(i));
            bytes.position(bytes.position() + matrix.columns() * Float.BYTES);
        }
        Files.write(file, bytes.array());
    }
}
