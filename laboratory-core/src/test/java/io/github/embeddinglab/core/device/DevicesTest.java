package io.github.embeddinglab.core.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtSession;
import io.github.embeddinglab.api.DeviceException;
import io.github.embeddinglab.api.MissingArtifactException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class DevicesTest {
    private static final String SERVICE = "META-INF/services/" + DeviceProvider.class.getName();
    private static final String RUNTIME = "ai/onnxruntime/OrtEnvironment.class";

    @TempDir
    Path folder;

    @Test
    void noProviderNamesTheArtifacts() throws Exception {
        try (URLClassLoader loader = loader()) {
            assertThatThrownBy(() -> Devices.choose(loader, List.of()))
                    .isInstanceOf(MissingArtifactException.class)
                    .hasMessageContainingAll("laboratory-cpu", "laboratory-gpu, not both");
        }
    }

    @Test
    void twoProvidersClash() throws Exception {
        try (URLClassLoader loader = loader(provider(One.class), provider(Two.class))) {
            assertThatThrownBy(() -> Devices.choose(loader, List.of()))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("both on the class path", "one, two", "remove one");
        }
    }

    @Test
    void theRuntimeTwiceNamesBothJars() throws Exception {
        URL first = jar("onnxruntime-1.29.0.jar", RUNTIME, "x");
        URL second = jar("onnxruntime_gpu-1.29.0.jar", RUNTIME, "x");
        try (URLClassLoader loader = loader(provider(One.class), first, second)) {
            assertThatThrownBy(() -> Devices.choose(loader, List.of()))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("onnxruntime-1.29.0.jar", "onnxruntime_gpu-1.29.0.jar", "2 times", "exclude");
        }
        try (URLClassLoader loader = loader(provider(One.class), first, first)) {
            assertThat(Devices.choose(loader, List.of()).chosen()).as("one jar named twice").hasSize(2);
        }
    }

    @Test
    void choosesByNameAndKind() throws Exception {
        try (URLClassLoader loader = loader(provider(One.class))) {
            assertThat(Devices.choose(loader, List.of()).chosen()).extracting(Device::name).containsExactly("cuda:0", "cuda:1");
            assertThat(Devices.choose(loader, List.of("tensorrt", "cuda:1", "cuda:1")).chosen())
                    .extracting(Device::name)
                    .containsExactly("tensorrt:0", "cuda:1", "cuda:1");
            assertThatThrownBy(() -> Devices.choose(loader, List.of("cuda:7")))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("cuda:7", "cuda:0, cuda:1, tensorrt:0");
        }
    }

    @Test
    void aProviderWithoutDevicesSaysWhy() throws Exception {
        try (URLClassLoader loader = loader(provider(Two.class))) {
            assertThatThrownBy(() -> Devices.choose(loader, List.of()))
                    .isInstanceOf(DeviceException.class)
                    .hasMessage("no device is plugged in; plug one in");
        }
    }

    /** Sees the classes of the test, and of resources only what it is given. */
    private static URLClassLoader loader(URL... urls) {
        ClassLoader classesOnly = new ClassLoader(DevicesTest.class.getClassLoader()) {
            @Override
            public java.util.Enumeration<URL> getResources(String name) {
                return java.util.Collections.emptyEnumeration();
            }
        };
        return new URLClassLoader(urls, classesOnly);
    }

    private URL provider(Class<?> provider) {
        return jar(provider.getSimpleName() + ".jar", SERVICE, provider.getName());
    }

    private URL jar(String name, String entry, String content) {
        Path file = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(content.getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
            return file.toUri().toURL();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Offers two devices, one of them in two kinds. */
    public static final class One implements DeviceProvider {
        @Override
        public String name() {
            return "one";
        }

        @Override
        public List<Device> devices() {
            return new ArrayList<>(
                    List.of(new Device("cuda", 0, ""), new Device("cuda", 1, ""), new Device("tensorrt", 0, "")));
        }

        @Override
        public String problem() {
            return "";
        }

        @Override
        public void configure(OrtSession.SessionOptions options, Device device) {}
    }

    /** Has no devices. */
    public static final class Two implements DeviceProvider {
        @Override
        public String name() {
            return "two";
        }

        @Override
        public List<Device> devices() {
            return List.of();
        }

        @Override
        public String problem() {
            return "no device is plugged in; plug one in";
        }

        @Override
        public void configure(OrtSession.SessionOptions options, Device device) {}
    }
}
