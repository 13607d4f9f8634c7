package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The verbs {@code models}, {@code export} and {@code doctor}, and help. */
@Tag("integration")
class ModelsTest {
    @TempDir
    private Path folder = Path.of(".");

    private Cli cli = new Cli(folder);

    @BeforeEach
    void directory() {
        cli = new Cli(folder.resolve("models"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "embed --help", "models --help", "models list --help", "models show --help", "models add --help",
        "models remove --help", "models verify --help", "export --help", "doctor --help", "help", "help embed", "--version"})
    void helpIsNoError(String line) {
        Cli.Result result = Cli.plain(line.split(" ", -1)).done();
        assertThat(result.out()).isNotBlank();
        assertThat(result.err()).isEmpty();
    }

    @Test
    void listsAndShows() {
        assertThat(cli.run("models", "list").done().out()).contains("all-MiniLM-L6-v2 (minilm)", "ready", "text-embedding-3-small");
        JsonNode models = cli.run("models", "list", "--json").done().json().get("models");
        assertThat(models.size()).isGreaterThanOrEqualTo(20);
        assertThat(cli.run("models", "show", "minilm").done().out()).contains("384", "256", "mean");
        JsonNode shown = cli.run("models", "show", "minilm", "--json").done().json();
        assertThat(shown.get("model").textValue()).isEqualTo("all-MiniLM-L6-v2");
        assertThat(shown.get("availability").textValue()).isEqualTo("ready");
        assertThat(shown.get("dimensions").intValue()).isEqualTo(384);
        assertThat(shown.get("built_in").booleanValue()).isTrue();
        cli.run("models", "show", "minlm").refused(Lab.FAILED, "\"minlm\"", "minilm");
    }

    @Test
    void aFolderIsAddedVerifiedUsedAndRemoved() throws IOException {
        Path model = Cli.copy(Cli.fixture("bert-mean"), folder.resolve("mine"));
        assertThat(cli.run("models", "add", "tiny", model).done().out()).contains("tiny is registered at " + model);
        cli.run("models", "add", "tiny", model).refused(Lab.FAILED, "\"tiny\" is taken");
        cli.run("models", "add", "minilm", model).refused(Lab.FAILED, "\"minilm\" is taken");
        JsonNode check = cli.run("models", "verify", "tiny", "--json").done().json();
        assertThat(check.get("problems")).isEmpty();
        Path in = Files.writeString(folder.resolve("in.txt"), "hello\n");
        JsonNode report = cli.run("embed", "--model", "tiny", "--in", in, "--out", folder.resolve("out.npy"), "--json").done().json();
        assertThat(report.get("fingerprint")).isEqualTo(check.get("fingerprint"));
        cli.run("models", "remove", "tiny").done();
        assertThat(model.resolve("model.safetensors")).exists();
        cli.run("models", "verify", "tiny").refused(Lab.FAILED, "\"tiny\"");
        cli.run("models", "remove", "tiny").refused(Lab.FAILED, "\"tiny\"");
        cli.run("models", "remove", "minilm").refused(Lab.FAILED, "minilm");
    }

    @Test
    void anOnnxModelIsImported() throws IOException {
        Path onnx = Files.createDirectory(folder.resolve("onnx"));
        take("all-minilm-l6-v2.onnx", onnx.resolve("model.onnx"));
        take("all-minilm-l6-v2-tokenizer.json", onnx.resolve("tokenizer.json"));
        cli.run("models", "add", "own", onnx).refused(Lab.FAILED, "--pooling");
        cli.run("models", "add", "own", onnx, "--pooling", "mean", "--max-tokens", 256, "--prompt", "query=find: ").done();
        JsonNode shown = cli.run("models", "show", "own", "--json").done().json();
        assertThat(shown.get("prompts").get("query").textValue()).isEqualTo("find: ");
        cli.run("models", "verify", "own").done();

        // a bit of the weights that were made here
        Path made = folder.resolve("models").resolve("models").resolve("own");
        Cli.flip(made.resolve("model.safetensors"), -40);
        Path out = folder.resolve("out.npy");
        Path in = Files.writeString(folder.resolve("in.txt"), "hello\n");
        cli.run("embed", "--model", "own", "--in", in, "--out", out).refused(Lab.FAILED, made.toString(), "damaged", "fingerprint", "models remove");
        assertThat(out).doesNotExist();
        Cli.Result verified = cli.run("models", "verify", "own", "--json");
        assertThat(verified.exit()).isEqualTo(Lab.FAILED);
        assertThat(verified.json().get("problems")).hasSize(1);
        assertThat(verified.err()).startsWith("error: ").contains("fingerprint");
        cli.run("models", "remove", "own").done();
        assertThat(made).doesNotExist();
    }

    private static void take(String resource, Path to) throws IOException {
        URL url = Thread.currentThread().getContextClassLoader().getResource(resource);
        assertThat(url).as(resource).isNotNull();
        try (var in = url.openStream()) {
            Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Test
    void aFlippedWeightOfARegisteredFolderIsFoundByVerify() throws IOException {
        Path model = Cli.copy(Cli.fixture("bert-mean"), folder.resolve("mine"));
        cli.run("models", "add", "tiny", model).done();
        Path in = Files.writeString(folder.resolve("in.txt"), "hello\n");
        Path out = folder.resolve("out.npy");
        JsonNode before = cli.run("embed", "--model", "tiny", "--in", in, "--out", out, "--json").done().json();
        Cli.flip(model.resolve("model.safetensors"), 100_000);
        // the owner may change his folder; the report says that it is another model
        JsonNode after = cli.run("embed", "--model", "tiny", "--in", in, "--out", out, "--json").done().json();
        assertThat(after.get("fingerprint")).isNotEqualTo(before.get("fingerprint"));
        cli.run("embed", "--model", "tiny", "--in", in, "--out", out, "--json").done();
        Cli.Result verified = cli.run("models", "verify", "tiny");
        assertThat(verified.exit()).isEqualTo(Lab.FAILED);
        assertThat(verified.err()).contains(before.get("fingerprint").textValue(), after.get("fingerprint").textValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"onnx", "jar", "folder"})
    void exports(String form) throws IOException {
        Path out = folder.resolve("exported");
        JsonNode report = cli.run("export", Cli.fixture("bert-mean"), "--as", form, "--out", out, "--json").done().json();
        Path file = Path.of(report.get("file").textValue());
        assertThat(file).startsWith(out).exists();
        if (form.equals("jar")) {
            try (JarFile jar = new JarFile(file.toFile())) {
                assertThat(jar.stream().map(entry -> entry.getName())).anyMatch(name -> name.endsWith("model.safetensors"));
            }
        }
        if (form.equals("folder")) {
            Path in = Files.writeString(folder.resolve("in.txt"), "hello\n");
            JsonNode copy = cli.run("embed", "--model", out, "--in", in, "--out", folder.resolve("a.npy"), "--json").done().json();
            JsonNode original = cli.run("embed", "--model", Cli.fixture("bert-mean"), "--in", in, "--out", folder.resolve("b.npy"), "--json").done().json();
            assertThat(copy.get("fingerprint")).isEqualTo(original.get("fingerprint"));
            assertThat(Files.readAllBytes(folder.resolve("a.npy"))).isEqualTo(Files.readAllBytes(folder.resolve("b.npy")));
        }
        cli.run("export", Cli.fixture("bert-mean"), "--as", form, "--out", out).refused(Lab.FAILED, out.toString(), "exists");
        cli.run("export", Cli.fixture("bert-mean"), "--as", form.toUpperCase(Locale.ROOT) + "x", "--out", folder.resolve("no")).refused(Lab.WRONG_USE, "--as", "onnx, jar or folder");
        assertThat(folder.resolve("no")).doesNotExist();
    }

    @Test
    void doctorShowsWhatIsLoaded() {
        assertThat(cli.run("doctor").done().out()).contains("java ", "processor ", "onnx runtime ", "model directory ");
        JsonNode report = cli.run("doctor", "--json").done().json();
        assertThat(report.get("facts").get("models").textValue()).contains("ready");
        assertThat(report.get("problems").isArray()).isTrue();
    }
}
