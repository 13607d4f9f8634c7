package io.github.embeddinglab.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.opentest4j.TestAbortedException;

@Tag("unit")
class SeedsAndSharedDataTest {
    static class Failing {
        @Test
        @ExtendWith(Seeds.class)
        void fails(Seeds.Seed seed) {
            throw new AssertionError("seed " + seed.value());
        }
    }

    @Test
    @ExtendWith(Seeds.class)
    void oneSeedGivesOneSequence(Seeds.Seed seed, Seeds.Seed same) {
        assertThat(same).isEqualTo(seed);
        assertThat(seed.random().nextLong()).isEqualTo(seed.random().nextLong());
        assertThat(seed.random(1).nextLong()).isEqualTo(seed.random(1).nextLong()).isNotEqualTo(seed.random(2).nextLong());
    }

    @Test
    void failureTellsItsSeed() {
        TestExecutionResult result = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Failing.class))
                .execute()
                .testEvents()
                .failed()
                .list()
                .get(0)
                .getRequiredPayload(TestExecutionResult.class);
        Throwable failure = result.getThrowable().orElseThrow();
        String seed = String.valueOf(failure.getMessage()).replace("seed ", "");
        assertThat(failure.getSuppressed())
                .anySatisfy(e -> assertThat(e).hasMessageContaining("-Dlaboratory.seed=" + seed));
    }

    @Test
    void absentDataSkipWithAReason(@TempDir Path folder) throws IOException {
        Files.createFile(folder.resolve("here"));
        assertThat(SharedData.require(folder.toString(), "here")).exists().isAbsolute();
        assertThatThrownBy(() -> SharedData.require(folder.toString(), "gone"))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("gone");
        assertThatThrownBy(() -> SharedData.require(null, "gone"))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining(SharedData.PROPERTY);
    }
}
