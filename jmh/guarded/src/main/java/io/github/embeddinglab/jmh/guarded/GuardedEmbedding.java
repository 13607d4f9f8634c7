package io.github.embeddinglab.jmh.guarded;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embedding;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.testkit.RegressionGuard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Texts a second, measured only where quality held: with {@code -p baseline=FILE -p catalogue=FILE} the trial fails before
 * anything is timed when a score fell out of the baseline's interval.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 3)
public class GuardedEmbedding {
    private static final int BATCH = 64;

    /** Registry name or folder. */
    @Param("all-MiniLM-L6-v2")
    public String model = "";

    /** An earlier {@code report.json}; empty for no guard. */
    @Param("")
    public String baseline = "";

    /** Names the data that the baseline was made on. */
    @Param("benchmarks/catalogue.json")
    public String catalogue = "";

    private final List<String> texts = new ArrayList<>();
    private @Nullable EmbeddingLaboratory laboratory;
    private @Nullable Embedder embedder;

    /** Holds the model against the baseline, then loads it. */
    @Setup(Level.Trial)
    public void open() {
        if (!baseline.isEmpty()) {
            RegressionGuard.of(Path.of(catalogue), Path.of(baseline)).model(model).check();
        }
        for (int i = 0; i < BATCH; i++) {
            texts.add("Question " + i + ": how is a key rotated when the service must not stop?");
        }
        laboratory = EmbeddingLaboratory.open();
        embedder = laboratory.models().load(model);
    }

    /** Closes what was opened. */
    @TearDown(Level.Trial)
    public void close() {
        if (embedder != null) {
            embedder.close();
        }
        if (laboratory != null) {
            laboratory.close();
        }
    }

    private Embedder loaded() {
        if (embedder == null) {
            throw new IllegalStateException("the trial was not set up");
        }
        return embedder;
    }

    /**
     * A batch of 64 texts; the score counts texts.
     *
     * @return the vectors, so that nothing is optimised away
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public Embeddings batch() {
        return loaded().embedDocuments(texts);
    }

    /**
     * One query alone.
     *
     * @return its vector
     */
    @Benchmark
    public Embedding oneQuery() {
        return loaded().embedQuery("how is a key rotated?");
    }
}
