package io.github.embeddinglab.training.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.FingerprintMismatchException;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.testkit.FakeEmbedder;
import io.github.embeddinglab.training.adapter.AdapterSettings.Side;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.vectors.FloatMatrix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
class AdapterTest {
    private static float[] random(SplittableRandom random, int size, double scale) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (scale * (2 * random.nextDouble() - 1));
        }
        return values;
    }

    /** The loss in double precision, written from its formula. */
    private static double loss(double[] up, double[] down, int rank, MapGradient.Batch batch, MapGradient.Use use) {
        int d = batch.queries().columns();
        double sum = 0;
        for (int i = 0; i < batch.queries().rows(); i++) {
            double[] q = mapped(up, down, rank, batch.queries().row(i), d);
            double all = 0;
            double own = 0;
            for (int j = 0; j < batch.candidates().rows(); j++) {
                double[] c = use.both()
                        ? mapped(up, down, rank, batch.candidates().row(j), d)
                        : doubles(batch.candidates().row(j));
                double s = use.scale() * dot(q, c) / Math.sqrt(dot(q, q) * dot(c, c));
                all += Math.exp(s);
                own = j == batch.targets()[i] ? s : own;
            }
            sum += Math.log(all) - own;
        }
        return sum / batch.queries().rows();
    }

    private static double[] mapped(double[] up, double[] down, int rank, float[] x, int d) {
        double[] y = doubles(x);
        for (int row = 0; row < d; row++) {
            for (int column = 0; column < d; column++) {
                double value = 0;
                if (rank == 0) {
                    value = down[row * d + column];
                } else {
                    for (int r = 0; r < rank; r++) {
                        value += up[row * rank + r] * down[r * d + column];
                    }
                }
                y[row] += value * x[column];
            }
        }
        return y;
    }

    private static double[] doubles(float[] values) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i];
        }
        return out;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @ParameterizedTest(name = "rank {0}, both sides {1}")
    @CsvSource({"0, false", "0, true", "3, false", "3, true"})
    @DisplayName("Loss and gradient are those of the formula in double precision, by finite differences")
    void gradient(int rank, boolean both) {
        int d = 7;
        SplittableRandom random = new SplittableRandom(17 + rank);
        VectorMap map = rank == 0
                ? VectorMap.full(d, random(random, d * d, 0.3))
                : VectorMap.lowRank(d, rank, random(random, d * rank, 0.5), random(random, rank * d, 0.5));
        MapGradient.Batch batch = new MapGradient.Batch(
                FloatMatrix.of(random(random, 5 * d, 1), 5, d),
                FloatMatrix.of(random(random, 8 * d, 1), 8, d),
                new int[] {0, 1, 2, 2, 7});
        MapGradient.Use use = new MapGradient.Use(both, 6, 1);
        MapGradient gradient = MapGradient.of(map, batch, use);
        double[] up = doubles(map.up());
        double[] down = doubles(map.down());
        assertThat(gradient.loss()).isCloseTo(loss(up, down, rank, batch, use), within(1e-5));
        double step = 1e-5;
        for (double[] values : List.of(up, down)) {
            float[] found = values == up ? gradient.up() : gradient.down();
            double largest = 0;
            for (float value : found) {
                largest = Math.max(largest, Math.abs(value));
            }
            for (int i = 0; i < values.length; i++) {
                double kept = values[i];
                values[i] = kept + step;
                double above = loss(up, down, rank, batch, use);
                values[i] = kept - step;
                double below = loss(up, down, rank, batch, use);
                values[i] = kept;
                double expected = (above - below) / (2 * step);
                assertThat((double) found[i]).as("value %d", i)
                        .isCloseTo(expected, within(1e-4 * Math.abs(expected) + 1e-5 * largest));
            }
        }
    }

    @Test
    @DisplayName("AdamW makes the steps of the formula: two steps by hand")
    void adamW() {
        float[] values = {1, -2};
        AdamW optimizer = new AdamW(2, 0.1);
        optimizer.step(values, new float[] {0.5f, -0.25f}, 0.01);
        // decay to .999 and -1.998; the first step is the rate times the sign
        assertThat(values[0]).isCloseTo(0.989f, within(1e-6f));
        assertThat(values[1]).isCloseTo(-1.988f, within(1e-6f));
        optimizer.step(values, new float[] {-0.5f, -0.25f}, 0.01);
        // mean (.9 * .05 - .05) / .19 = -.0263158, square (.999 * .00025 + .00025) / .001999 = .25: -.0526316 of a rate
        assertThat(values[0]).isCloseTo((float) (0.989 * 0.999 + 0.01 * 0.0263158 / 0.5), within(1e-6f));
        assertThat(values[1]).isCloseTo((float) (-1.988 * 0.999 + 0.01), within(1e-6f));
    }

    /** Documents are random; a query is its document turned by a fixed map, with noise. */
    private static EmbeddedPairs turned(long seed, int first, int rows, int d, double turn) {
        SplittableRandom fixed = new SplittableRandom(99);
        VectorMap way = VectorMap.full(d, random(fixed, d * d, turn / Math.sqrt(d)));
        SplittableRandom random = new SplittableRandom(seed);
        FloatMatrix documents = FloatMatrix.of(random(random, rows * d, 1), rows, d).normalized();
        float[] queries = Matrices.values(way.apply(documents, 1));
        float[] noise = random(random, rows * d, 0.05);
        for (int i = 0; i < queries.length; i++) {
            queries[i] += noise[i];
        }
        List<TrainingRow> pairs = new ArrayList<>();
        List<int[]> places = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            pairs.add(TrainingRow.pair("query " + (first + i), "document " + (first + i)));
            places.add(new int[] {i});
        }
        return new EmbeddedPairs(
                TrainingSet.read(TrainingData.pairs(pairs)),
                FloatMatrix.of(queries, rows, d).normalized(),
                documents,
                places);
    }

    private static AdapterSettings settings(Side side, int rank) {
        return new AdapterSettings(
                new AdapterSettings.Shape(side, rank),
                new AdapterSettings.Optimization(3e-3, 0.01, 20),
                new AdapterSettings.Schedule(20, 64, 20),
                5);
    }

    @ParameterizedTest(name = "{0}, rank {1}")
    @CsvSource({"QUERY, 0", "BOTH, 0", "QUERY, 8", "BOTH, 8"})
    @DisplayName("A map that queries took is found, on rows that training did not see; the same seed gives the same map")
    void learns(Side side, int rank) {
        EmbeddedPairs training = turned(1, 0, 600, 24, 2.5);
        EmbeddedPairs selection = turned(2, 600, 200, 24, 2.5);
        AdapterTraining trainer = new AdapterTraining(settings(side, rank), 1, Progress.Listener.SILENT);
        AdapterTraining.Result result = trainer.train(training, selection);
        assertThat(result.report().after()).isGreaterThan(result.report().before() + 0.05);
        assertThat(result.report().curve().get(9).loss()).isLessThan(result.report().curve().get(0).loss());
        // the vector unit may sum in another order once it is compiled, so not to the bit
        assertThat(trainer.train(training, selection).map().matrix())
                .usingComparatorWithPrecision(1e-3f)
                .containsExactly(result.map().matrix());
        assertThat(result.map().rank()).isEqualTo(rank);
    }

    @Test
    @DisplayName("Where nothing can be learned the map is the identity, and training stops early")
    void nothingToLearn() {
        SplittableRandom random = new SplittableRandom(3);
        EmbeddedPairs easy = turned(4, 0, 64, 16, 0);
        EmbeddedPairs noise = new EmbeddedPairs(
                easy.set(), FloatMatrix.of(random(random, 64 * 16, 1), 64, 16).normalized(), easy.documents(), easy.places());
        AdapterSettings settings = new AdapterSettings(
                new AdapterSettings.Shape(Side.QUERY, 0),
                new AdapterSettings.Optimization(1e-2, 0, 20),
                new AdapterSettings.Schedule(50, 32, 3),
                1);
        AdapterTraining.Result result = new AdapterTraining(settings, 1, Progress.Listener.SILENT).train(noise, easy);
        assertThat(result.report().before()).isEqualTo(1);
        assertThat(result.map()).isEqualTo(VectorMap.full(16, new float[256]));
        assertThat(result.report().curve()).hasSize(3);
        assertThat(result.report().details().epoch()).isZero();
    }

    @Test
    @DisplayName("A limit of time ends training after an epoch, the first always made, with the rates of the whole")
    void limitOfTime() {
        EmbeddedPairs pairs = turned(1, 0, 200, 8, 1);
        AdapterTraining whole = new AdapterTraining(settings(Side.QUERY, 0), 1, Progress.Listener.SILENT);
        List<AdapterTraining.Point> cut = whole.within(0).train(pairs, pairs).report().curve();
        AdapterTraining.Point first = whole.train(pairs, pairs).report().curve().get(0);
        assertThat(cut).hasSize(1);
        assertThat(cut.get(0).loss()).isCloseTo(first.loss(), within(1e-4));
        assertThat(cut.get(0).selection()).isCloseTo(first.selection(), within(1e-3));
    }

    @Test
    @DisplayName("An interrupt stops training")
    void interrupted() {
        EmbeddedPairs pairs = turned(1, 0, 64, 8, 1);
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> new AdapterTraining(settings(Side.QUERY, 0), 1, Progress.Listener.SILENT)
                            .train(pairs, pairs))
                    .isInstanceOfAny(CancelledException.class, java.util.concurrent.CancellationException.class);
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    @DisplayName("On the query side documents' vectors and their fingerprint stay, queries' change; the artifact is read again")
    void querySide(@TempDir Path folder) {
        float[] delta = random(new SplittableRandom(8), 32 * 32, 0.2);
        VectorMap map = VectorMap.full(32, delta);
        List<String> texts = List.of("rotate a key", "a cache of answers");
        Path file = folder.resolve("adapter");
        try (Embedder parent = FakeEmbedder.builder().dimensions(32).build()) {
            AdaptedEmbedder adapted = AdaptedEmbedder.of(parent, map, Side.QUERY);
            assertThat(adapted.embedDocuments(texts)).isEqualTo(parent.embedDocuments(texts));
            assertThat(adapted.embedDocuments(texts).fingerprint()).isEqualTo(parent.fingerprint());
            assertThat(adapted.documentFingerprint()).isEqualTo(parent.fingerprint());
            assertThat(adapted.fingerprint()).isNotEqualTo(parent.fingerprint());

            float[] plain = parent.embedQuery(texts.get(0)).vector();
            float[] mapped = adapted.embedQuery(texts.get(0)).vector();
            double[] expected = mapped(new double[0], doubles(delta), 0, plain, 32);
            double length = Math.sqrt(dot(expected, expected));
            for (int i = 0; i < 32; i++) {
                assertThat((double) mapped[i]).isCloseTo(expected[i] / length, within(1e-5));
            }
            assertThat(adapted.embed(texts, EmbedOptions.defaults().role(Role.QUERY)).fingerprint())
                    .isEqualTo(adapted.fingerprint());

            AdaptedEmbedder both = AdaptedEmbedder.of(parent, map, Side.BOTH);
            assertThat(both.documentFingerprint()).isEqualTo(both.fingerprint()).isNotEqualTo(adapted.fingerprint());
            assertThat(both.embedDocuments(texts).fingerprint()).isEqualTo(both.fingerprint());
            assertThat(both.embed(List.of()).rows()).isZero();

            AdapterFile.write(map, Side.QUERY, parent, file);
            AdaptedEmbedder again = AdapterFile.read(file, parent);
            assertThat(again.fingerprint()).isEqualTo(adapted.fingerprint());
            assertThat(again.embedQuery("x y").vector()).isEqualTo(adapted.embedQuery("x y").vector());
            assertThatThrownBy(() -> adapted.embed(texts, EmbedOptions.defaults().dimensions(8)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("dimensions is 8");
            VectorMap low = VectorMap.lowRank(
                    32, 2, random(new SplittableRandom(1), 64, 1), random(new SplittableRandom(2), 64, 1));
            AdapterFile.write(low, Side.BOTH, parent, folder.resolve("low"));
            assertThat(AdapterFile.read(folder.resolve("low"), parent).fingerprint())
                    .isEqualTo(AdaptedEmbedder.of(parent, low, Side.BOTH).fingerprint());
        }
        try (Embedder other = FakeEmbedder.builder().dimensions(32).seed(77).build()) {
            assertThatThrownBy(() -> AdapterFile.read(file, other)).isInstanceOf(FingerprintMismatchException.class);
            assertThatThrownBy(() -> AdapterFile.read(folder, other))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("is no adapter");
        }
    }

    @ParameterizedTest(name = "{0}")
    @Tag("integration")
    @CsvSource({"bert-mean", "distilbert-dense", "static-mean"})
    @DisplayName("A folder with the map as a Dense module, loaded by the laboratory, gives the adapted vectors")
    void modelFolder(String name, @TempDir Path directory) {
        Path model = Path.of(System.getProperty("laboratory.shared", "absent"), "fixtures", "models", name);
        Assumptions.assumeTrue(Files.exists(model), "the fixture models are not beside this checkout");
        Path target = directory.resolve("adapted");
        int d;
        VectorMap map;
        try (ModelFolder folder = ModelFolder.open(model)) {
            d = folder.dimensions();
            map = VectorMap.full(d, random(new SplittableRandom(4), d * d, 0.3));
            AdapterFile.writeModel(folder, map, target);
        }
        List<String> texts = List.of("How do I rotate a key?", "the garbage collector frees memory", "a");
        try (EmbeddingLaboratory lab =
                        EmbeddingLaboratory.builder().modelDirectory(directory.resolve("models")).build();
                Embedder parent = lab.models().load(model.toString());
                Embedder written = lab.models().load(target.toString())) {
            Embeddings expected = AdaptedEmbedder.of(parent, map, Side.BOTH).embed(texts);
            Embeddings found = written.embed(texts);
            for (int row = 0; row < texts.size(); row++) {
                for (int i = 0; i < d; i++) {
                    assertThat(found.value(row, i)).isCloseTo(expected.value(row, i), within(2e-6f));
                }
            }
            assertThat(written.fingerprint()).isNotEqualTo(parent.fingerprint());
        }
    }
}
