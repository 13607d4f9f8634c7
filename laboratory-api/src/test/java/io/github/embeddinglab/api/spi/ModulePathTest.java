package io.github.embeddinglab.api.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host that is a module finds providers that are modules; the annotations' jars are not needed at run time. */
@Tag("integration")
class ModulePathTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void providersAreFoundOnTheModulePath() throws IOException, InterruptedException {
        String imports = "import io.github.embeddinglab.api.*; import io.github.embeddinglab.api.spi.*;\n";
        Path provider = CompiledJar.make(
                folder.resolve("provider.jar"),
                Map.of(
                        "module-info.java",
                        "module made.provider { requires io.github.embeddinglab.api;"
                                + " provides io.github.embeddinglab.api.spi.LaboratoryProvider with made.provider.Made; }",
                        "made/provider/Made.java",
                        "package made.provider; " + imports
                                + "public class Made implements LaboratoryProvider {"
                                + " public String name() { return \"made\"; }"
                                + " public EmbeddingLaboratory open(LaboratorySettings s) {"
                                + "   throw new LaboratoryException(\"opened as a module: \" + getClass().getModule().getName());"
                                + " } }"),
                Map.of());
        Path host = CompiledJar.make(
                folder.resolve("host.jar"),
                Map.of(
                        "module-info.java",
                        "module made.host { requires io.github.embeddinglab.api; }",
                        "made/host/Main.java",
                        "package made.host; " + imports
                                + "public class Main { public static void main(String[] a) {"
                                + " try { EmbeddingLaboratory.open(); } catch (LaboratoryException e) {"
                                + " System.out.println(e.getMessage()); } } }"),
                Map.of());
        assertThat(run(host, provider)).isEqualTo("opened as a module: made.provider");
        assertThat(run(host)).contains("io.github.embeddinglab:laboratory-cpu");
    }

    private static String run(Path... jars) throws IOException, InterruptedException {
        StringBuilder path = new StringBuilder(CompiledJar.api().toString());
        for (Path jar : jars) {
            path.append(File.pathSeparator).append(jar);
        }
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--module-path",
                        path.toString(),
                        "-m",
                        "made.host/made.host.Main")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
