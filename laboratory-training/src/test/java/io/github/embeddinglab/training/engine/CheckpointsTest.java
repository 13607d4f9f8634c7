package io.github.embeddinglab.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.training.Backends;
import io.github.embeddinglab.training.SharedFixtures;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.encoder.Trained;
import io.github.embeddinglab.training.loss.MultipleNegativesLoss;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A training that is killed goes on to the same bits; what a checkpoint was not made for is refused; a full disk keeps the old one. */
@Tag("integration")
@Tag("jdk")
class CheckpointsTest {
    @TempDir
    Path directory = Path.of("");

    private static Process program(Path directory, long seed, String... before) throws IOException {
        List<String> command = new ArrayList<>(List.of(before));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:-UsePerfData", "-Xmx256m",
                "-Dorg.bytedeco.javacpp.logger=slf4j", "-Dorg.slf4j.simpleLogger.log.org.bytedeco=error"));
        String natives = System.getProperty("org.bytedeco.javacpp.cachedir");
        if (natives != null) {
            command.add("-Dorg.bytedeco.javacpp.cachedir=" + natives);
        }
        command.addAll(List.of(
                "-cp", classPath(), TrainingProgram.class.getName(),
                SharedFixtures.path("models/bert-mean").toString(), directory.toString(), String.valueOf(seed)));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Also where a launcher loads the tests by a class loader of its own. */
    private static String classPath() {
        return TrainingProgram.class.getClassLoader() instanceof URLClassLoader loader
                ? Stream.of(loader.getURLs()).map(URL::getPath).collect(Collectors.joining(File.pathSeparator))
                : System.getProperty("java.class.path");
    }

    /** Reads what the process prints until a line starts so, or to its end. */
    private static String until(Process process, String start) throws IOException {
        StringBuilder all = new StringBuilder();
        BufferedReader reader = process.inputReader();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            all.append(line).append('\n');
            if (line.startsWith(start)) {
                break;
            }
        }
        return all.toString();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1}) // even: single precision, odd: bfloat16
    void killedAtARandomStepAndResumedTheWeightsAreBitEqual(long parity) throws Exception {
        Backends.LIBTORCH.open().close(); // skips without natives
        long seed = 2 * (long) new Random().nextInt(1 << 20) + parity;
        TrainingProgram.run(SharedFixtures.path("models/bert-mean"), directory.resolve("whole"), seed);
        byte[] expected = Files.readAllBytes(directory.resolve("whole/end.safetensors"));
        int killAt = 3 + new SplittableRandom(seed).nextInt(TrainingProgram.STEPS - 6);
        Path killed = directory.resolve("killed");
        Process process = program(killed, seed);
        String output = until(process, "step " + killAt);
        process.destroyForcibly().waitFor(); // SIGKILL
        assertThat(output).as("output of the training with seed %d", seed).contains("step " + killAt);
        assertThat(killed.resolve("end.safetensors")).doesNotExist();
        assertThat(Checkpoints.in(killed.resolve("checkpoints")).latest()).as("checkpoint after step %d, seed %d", killAt, seed).isPresent();
        TrainingProgram.run(SharedFixtures.path("models/bert-mean"), killed, seed);
        assertThat(Files.readAllBytes(killed.resolve("end.safetensors"))).as("weights, seed %d, killed at %d", seed, killAt).isEqualTo(expected);
    }

    @Test
    void aFullDiskKeepsTheOldCheckpoint() throws Exception {
        Backends.LIBTORCH.open().close();
        Path bash = Path.of("/bin/bash");
        Assumptions.assumeTrue(Files.isExecutable(bash), "no bash to limit the size of files with");
        Path run = directory.resolve("full");
        Process first = program(run, 4);
        until(first, "step 5");
        first.destroyForcibly().waitFor();
        Checkpoints checkpoints = Checkpoints.in(run.resolve("checkpoints"));
        Path before = checkpoints.latest().orElseThrow();
        byte[] state = Files.readAllBytes(before.resolve("state.safetensors"));
        // files above 16 KiB are refused while they are written, as by a full disk
        Process limited = program(run, 4, "bash", "-c", "ulimit -f 16; exec \"$@\"", "bash");
        String output = until(limited, "no such line");
        assertThat(limited.waitFor()).as(output).isNotZero();
        assertThat(output).contains("could not be written").contains("nothing was left there");
        assertThat(checkpoints.latest()).contains(before);
        assertThat(Files.readAllBytes(before.resolve("state.safetensors"))).isEqualTo(state);
        try (Stream<Path> inside = Files.list(run.resolve("checkpoints"))) {
            assertThat(inside).as("what lies beside the checkpoint").containsExactly(before);
        }
        TrainingProgram.run(SharedFixtures.path("models/bert-mean"), run, 4);
        assertThat(run.resolve("end.safetensors")).exists();
    }

    private static TrainingEngine engine(TrainingBackend backend, EngineSettings settings, String fixture) {
        try (ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/" + fixture))) {
            return TrainingEngine.open(backend, TrainableModel.load(folder, backend), Objective.of(new MultipleNegativesLoss(20)), settings);
        }
    }

    @Test
    void whatACheckpointWasNotMadeForIsRefused() {
        EngineSettings settings = TrainingProgram.settings(2);
        Checkpoints checkpoints = Checkpoints.in(directory);
        try (TrainingBackend backend = Backends.LIBTORCH.open()) {
            TrainingEngine engine = engine(backend, settings, "bert-mean");
            assertThatThrownBy(() -> checkpoints.resume(engine, false)).isInstanceOf(InvalidInputException.class).hasMessageContaining("no checkpoint");
            engine.step(Batches.of(new SplittableRandom(1), 6, 2));
            Path written = checkpoints.write(engine, Map.of("epoch", "0"));
            assertThat(checkpoints.write(engine, Map.of("epoch", "0"))).isEqualTo(written);

            TrainingEngine other = engine(backend, settings.withSeed(7).withWeightDecay(0.1), "bert-mean");
            assertThatThrownBy(() -> checkpoints.resume(other, false))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("seed was 2, is 7")
                    .hasMessageContaining("weight_decay");
            assertThat(other.steps()).isZero();
            Checkpoints.Resumed resumed = checkpoints.resume(other, true);
            assertThat(resumed.step()).isEqualTo(1);
            assertThat(resumed.position()).containsExactly(Map.entry("epoch", "0"));
            assertThat(resumed.differences()).hasSize(2);

            TrainingEngine fewer = engine(backend, settings.withTrained(Trained.last(1)), "bert-mean");
            assertThatThrownBy(() -> checkpoints.resume(fewer, true)).isInstanceOf(InvalidInputException.class).hasMessageContaining("tensors");
            TrainingEngine another = engine(backend, settings, "distilbert-dense");
            assertThatThrownBy(() -> checkpoints.resume(another, true)).isInstanceOf(InvalidInputException.class).hasMessageContaining("no tensor");
        }
    }
}
