package io.github.embeddinglab.api.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.MissingArtifactException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Discovery with real jars and class loaders: none, one, two, badly named, too old, broken. */
@Tag("integration")
class DiscoveryTest {
    private static final String SERVICES = "META-INF/services/io.github.embeddinglab.api.spi.LaboratoryProvider";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private Path provider(String className, String name, int version) throws IOException {
        String source = "package made; import io.github.embeddinglab.api.*; import io.github.embeddinglab.api.spi.*;\n"
                + "public class " + className + " implements LaboratoryProvider {\n"
                + "  public String name() { return \"" + name + "\"; }\n"
                + "  public int apiVersion() { return " + version + "; }\n"
                + "  public EmbeddingLaboratory open(LaboratorySettings settings) {\n"
                + "    throw new LaboratoryException(\"opened by " + className + "\"); }\n}\n";
        return CompiledJar.make(
                folder.resolve(className + ".jar"),
                Map.of("made/" + className + ".java", source),
                Map.of(SERVICES, "made." + className + "\n"));
    }

    private URLClassLoader loader(Path... jars) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (Path jar : jars) {
            urls.add(jar.toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(URL[]::new), EmbeddingLaboratory.class.getClassLoader());
    }

    private static void build(ClassLoader loader) {
        EmbeddingLaboratory.builder().classLoader(loader).build().close();
    }

    @Test
    void noneIsMissing() throws IOException {
        try (URLClassLoader loader = loader()) {
            assertThat(NamedProvider.discover(LaboratoryProvider.class, loader)).isEmpty();
            assertThatThrownBy(() -> build(loader))
                    .isInstanceOf(MissingArtifactException.class)
                    .hasMessageContaining("io.github.embeddinglab:laboratory-cpu");
        }
    }

    @Test
    void oneIsUsed() throws IOException {
        try (URLClassLoader loader = loader(provider("One", "one", NamedProvider.API_VERSION))) {
            assertThat(NamedProvider.discover(LaboratoryProvider.class, loader))
                    .extracting(NamedProvider::name)
                    .containsExactly("one");
            assertThatThrownBy(() -> build(loader)).isInstanceOf(LaboratoryException.class).hasMessage("opened by One");
        }
    }

    @Test
    void oneIsFoundThroughTheThreadsClassLoader() throws IOException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = loader(provider("One", "one", NamedProvider.API_VERSION))) {
            thread.setContextClassLoader(loader);
            assertThatThrownBy(EmbeddingLaboratory::open)
                    .isInstanceOf(LaboratoryException.class)
                    .hasMessage("opened by One");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void twoAreNamed() throws IOException {
        try (URLClassLoader loader = loader(provider("One", "one", 1), provider("Two", "two", 1))) {
            assertThatThrownBy(() -> build(loader))
                    .isInstanceOf(MissingArtifactException.class)
                    .hasMessageContaining("several")
                    .hasMessageContaining("one, two");
        }
    }

    @Test
    void twoOfOneNameAreNamedByClass() throws IOException {
        try (URLClassLoader loader = loader(provider("One", "same", 1), provider("Two", "same", 1))) {
            assertThatThrownBy(() -> build(loader))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("\"same\"")
                    .hasMessageContaining("made.One")
                    .hasMessageContaining("made.Two");
        }
    }

    @Test
    void badNameIsRefused() throws IOException {
        try (URLClassLoader loader = loader(provider("Bad", "Not A Name", 1))) {
            assertThatThrownBy(() -> build(loader))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("made.Bad")
                    .hasMessageContaining("Not A Name");
        }
    }

    @Test
    void otherVersionIsRefused() throws IOException {
        for (int version : new int[] {0, NamedProvider.API_VERSION + 1}) {
            try (URLClassLoader loader = loader(provider("Version" + version, "other", version))) {
                assertThatThrownBy(() -> build(loader))
                        .isInstanceOf(ConfigurationException.class)
                        .hasMessageContaining("made.Version" + version)
                        .hasMessageContaining("version " + version + " of the SPI");
            }
        }
    }

    @Test
    void brokenServiceFilesAreErrorsOfConfiguration() throws IOException {
        Map<String, String> broken = Map.of(
                "missing", "made.NoSuchClass\n",
                "syntax", "this is no class name\n",
                "foreign", "made.Foreign\n");
        for (Map.Entry<String, String> file : broken.entrySet()) {
            Path jar = CompiledJar.make(
                    folder.resolve(file.getKey() + ".jar"),
                    Map.of("made/Foreign.java", "package made; public class Foreign {}"),
                    Map.of(SERVICES, file.getValue()));
            try (URLClassLoader loader = loader(jar)) {
                assertThatThrownBy(() -> build(loader))
                        .as(file.getKey())
                        .isInstanceOf(ConfigurationException.class)
                        .hasMessageContaining("LaboratoryProvider")
                        .hasMessageContaining("jar");
            }
        }
    }

    @Test
    void discoveryCanBeSwitchedOff() throws IOException {
        try (URLClassLoader loader = loader(provider("One", "one", 1))) {
            assertThatThrownBy(() ->
                            EmbeddingLaboratory.builder().classLoader(loader).discovery(false).build())
                    .isInstanceOf(MissingArtifactException.class);
        }
    }
}
