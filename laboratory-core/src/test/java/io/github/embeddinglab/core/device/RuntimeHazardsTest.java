package io.github.embeddinglab.core.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.embeddinglab.core.host.HostEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class RuntimeHazardsTest {
    private static final HostEnvironment BARE = HostEnvironment.of(Map.of(), Path.of("."));

    @BeforeEach
    void onlyWhereItReports() {
        assumeFalse(System.getProperty("os.name").startsWith("Windows"), "skipped: ONNX Runtime for Windows does not report this way");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.29.0", "1.30.1", "1.100.0", "2.0.0"})
    void versionsThatReportAreNamedWithTheWayOut(String version) {
        assertThat(RuntimeHazards.of(version, BARE)).isNotEmpty().allSatisfy(hazard -> {
            assertThat(hazard.what()).contains("ONNX Runtime " + version).doesNotContain("\n");
            assertThat(hazard.fix()).contains("ORT_DISABLE_TELEMETRY=1", "1.28.0");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.28.0", "1.9.0", "0.99", "", "null", "of my own"})
    void othersAreNot(String version) {
        assertThat(RuntimeHazards.of(version, BARE)).isEmpty();
    }

    @Test
    void theVariableSilencesIt() {
        for (String yes : new String[] {"1", "TRUE", " yes ", "on", "y"}) {
            assertThat(RuntimeHazards.of("1.29.0", telemetry(yes))).as(yes).isEmpty();
        }
        for (String no : new String[] {"0", "false", "off", "please"}) {
            assertThat(RuntimeHazards.of("1.29.0", telemetry(no))).as(no).isNotEmpty();
        }
    }

    private static HostEnvironment telemetry(String value) {
        return HostEnvironment.of(Map.of("ORT_DISABLE_TELEMETRY", value), Path.of("."));
    }

    @Test
    void theRuntimeOfThisBuildIsHarmless() {
        assertThat(RuntimeHazards.find(RuntimeHazardsTest.class.getClassLoader(), BARE)).isEmpty();
        Package its = ai.onnxruntime.OrtException.class.getPackage();
        assertThat(its.getImplementationTitle()).as("what the check reads").isEqualTo("onnxruntime");
        assertThat(its.getImplementationVersion()).matches("1\\.\\d+\\.\\d+");
    }

    /** A jar of another version, seen by a class loader that sees nothing else; the natives of no version are loaded. */
    @Test
    void anotherVersionIsReadFromItsJar(@TempDir Path folder) throws IOException {
        String name = "ai/onnxruntime/OrtException.class";
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Implementation-Title", "onnxruntime_gpu");
        manifest.getMainAttributes().putValue("Implementation-Version", "1.31.2");
        Path jar = folder.resolve("runtime.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                InputStream in = RuntimeHazardsTest.class.getClassLoader().getResourceAsStream(name)) {
            out.putNextEntry(new ZipEntry(name));
            in.transferTo(out);
        }
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            assertThat(RuntimeHazards.find(loader, BARE)).isNotEmpty().allMatch(hazard -> hazard.what().contains("1.31.2"));
        }
        try (URLClassLoader empty = new URLClassLoader(new URL[0], null)) {
            assertThat(RuntimeHazards.find(empty, BARE)).isEmpty();
        }
    }

    @Test
    void theCommandLineIsMeasured() {
        // the program's name at least
        assertThat(BARE.commandLineBytes()).isGreaterThan(4);
    }
}
