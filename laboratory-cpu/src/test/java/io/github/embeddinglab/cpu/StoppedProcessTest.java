package io.github.embeddinglab.cpu;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.embeddinglab.testkit.Seeds;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that are told to stop around the moment when the second session opens. */
@Tag("integration")
class StoppedProcessTest {
    private static final int LATEST_MILLIS = 150;
    private static final int TERMINATED = 128 + 15;

    @TempDir
    private Path folder = Path.of(".");

    @Test
    @ExtendWith(Seeds.class)
    void endAsTheyAreTold(Seeds.Seed seed) throws IOException, InterruptedException {
        stop(5, seed);
    }

    @Test
    @Tag("soak")
    @ExtendWith(Seeds.class)
    void endAsTheyAreToldTwentyTimes(Seeds.Seed seed) throws IOException, InterruptedException {
        stop(20, seed);
    }

    private void stop(int times, Seeds.Seed seed) throws IOException, InterruptedException {
        assumeFalse(System.getProperty("os.name").startsWith("Windows"), "skipped: Windows has no such signal");
        Random random = seed.random();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Path options = Files.writeString(folder.resolve("class-path.options"), "-cp \"" + classPath + "\"");
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        for (int time = 0; time < times; time++) {
            Process process = new ProcessBuilder(java.toString(), "@" + options, LoneCalls.class.getName(), ReferenceModels.directory().toString(), "minilm")
                    .directory(folder.toFile())
                    .redirectError(folder.resolve("stderr").toFile())
                    .start();
            int millis = random.nextInt(LATEST_MILLIS);
            try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
                assertThat(out.readLine()).as(Files.readString(folder.resolve("stderr"))).isEqualTo("ready");
                Thread.sleep(millis);
                process.destroy();
                assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("it ends").isTrue();
            } finally {
                process.destroyForcibly();
            }
            assertThat(process.exitValue())
                    .as("stopped after %d ms: %s", millis, Files.readString(folder.resolve("stderr")))
                    .isEqualTo(TERMINATED);
        }
    }
}
