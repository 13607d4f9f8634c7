package io.github.embeddinglab.training.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.embeddinglab.api.MissingArtifactException;
import io.github.embeddinglab.training.Backends;
import io.github.embeddinglab.training.libtorch.LibtorchBackend;
import io.github.embeddinglab.training.libtorch.LibtorchBackend.Device;
import io.github.embeddinglab.training.spi.Precision;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is said before the first step: by a clock of the test, so that a busy machine changes nothing. */
@Tag("unit")
class StartChecksTest {
    @Test
    void threadsThatComputeNothingAreTold() {
        Backends.LIBTORCH.open().close(); // skips without natives
        try (LibtorchBackend backend = LibtorchBackend.open(2)) {
            long begin = System.nanoTime();
            assertThat(StartChecks.threads(backend, Precision.FLOAT32, () -> System.nanoTime() - begin))
                    .singleElement()
                    .asString()
                    .startsWith("threads: a float32 product ran on 1.0 of 2 threads")
                    .contains("other work on this machine");
            assertThat(StartChecks.threads(backend, Precision.BFLOAT16, () -> 0)).hasSize(2).last().asString().contains("a bfloat16 product ran on 0.0");
            assertThat(StartChecks.threads(backend, Precision.FLOAT32, () -> 2 * (System.nanoTime() - begin))).isEmpty();
        }
    }

    @Test
    void oneThreadIsNotMeasured() {
        Backends.LIBTORCH.open().close();
        try (LibtorchBackend backend = LibtorchBackend.open(1)) {
            assertThat(StartChecks.threads(backend, Precision.FLOAT32, () -> {
                throw new IllegalStateException("there is nothing to measure");
            })).isEmpty();
        }
    }

    @Test
    void withoutAGpuAutoIsTheCpuAndGpuIsRefused() {
        Backends.LIBTORCH.open().close();
        assumeFalse(torch.cuda_is_available(), "there is a GPU here");
        try (LibtorchBackend backend = LibtorchBackend.open(2, Device.AUTO)) {
            assertThat(backend.gpu()).isFalse();
            assertThat(backend.lanes()).isEqualTo(2);
            assertThat(backend.facts()).doesNotContainKey("device");
        }
        assertThatThrownBy(() -> LibtorchBackend.open(1, Device.GPU))
                .isInstanceOf(MissingArtifactException.class)
                .hasMessageContaining("org.bytedeco:pytorch")
                .hasMessageContaining("linux-x86_64-gpu")
                .hasMessageContaining("device=cpu");
    }
}
