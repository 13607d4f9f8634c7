package io.github.embeddinglab.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.DeviceException;
import io.github.embeddinglab.api.spi.NamedProvider;
import io.github.embeddinglab.core.device.Device;
import io.github.embeddinglab.core.device.DeviceProvider;
import io.github.embeddinglab.core.device.Devices;
import io.github.embeddinglab.core.graph.Dialect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class CudaDeviceProviderTest {
    @TempDir
    Path folder;

    @Test
    void registersItself() {
        assertThat(NamedProvider.discover(DeviceProvider.class, CudaDeviceProviderTest.class.getClassLoader()))
                .hasExactlyElementsOfTypes(CudaDeviceProvider.class);
    }

    @Test
    void aMachineWithoutDeviceFilesHasNoDeviceAndSaysSo() {
        CudaDeviceProvider provider = new CudaDeviceProvider(folder);
        assertThat(provider.devices()).isEmpty();
        assertThat(provider.problem()).contains("no CUDA device is visible", "nvidia0", "laboratory-cpu instead of laboratory-gpu");
    }

    /** ONNX Runtime lists CUDA and TensorRT as available wherever it was compiled with them; that must not count. */
    @Test
    void aDeviceFileAloneIsNoDevice() throws Exception {
        skipWhereThereIsADevice();
        Files.createFile(folder.resolve("nvidia0"));
        CudaDeviceProvider provider = new CudaDeviceProvider(folder);
        assertThat(provider.devices()).isEmpty();
        assertThat(provider.problem()).contains("CUDA device 0 cannot be used", "laboratory-cpu").doesNotContain("\n");
    }

    @Test
    void aLaboratoryRefusesWithTheReason() {
        skipWhereThereIsADevice();
        assertThatThrownBy(() -> Devices.choose(CudaDeviceProviderTest.class.getClassLoader(), List.of()))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("CUDA", "laboratory-cpu");
    }

    @Test
    void devicesOfBothKindsAreListedCudaFirst() {
        List<Device> devices = new CudaDeviceProvider().devices();
        Assumptions.assumeTrue(!devices.isEmpty(), "skipped: needs a CUDA device");
        assertThat(devices.get(0).kind()).isEqualTo("cuda");
        assertThat(devices).extracting(Device::kind).containsAnyOf("cuda", "tensorrt");
    }

    @Test
    void tensorrtIsGivenStandardOperators() {
        CudaDeviceProvider provider = new CudaDeviceProvider();
        assertThat(provider.dialect(new Device("tensorrt", 0, ""))).isEqualTo(Dialect.STANDARD);
        assertThat(provider.dialect(new Device("cuda", 0, ""))).isEqualTo(Dialect.FUSED);
    }

    private static void skipWhereThereIsADevice() {
        Assumptions.assumeTrue(
                new CudaDeviceProvider().devices().isEmpty(), "skipped: this machine has a CUDA device");
    }
}
