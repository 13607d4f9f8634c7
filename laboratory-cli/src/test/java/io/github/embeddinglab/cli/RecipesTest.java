package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.ModelInfo;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The models of our own: {@code recipes/} is read and runs, and jars are found on the class path by the names of the registry. */
@Tag("integration")
class RecipesTest {
    private static final Path RECIPES = Path.of("../recipes").toAbsolutePath().normalize();
    private static final String NATIVES = "org.bytedeco.javacpp.cachedir";
    private static final Pattern NUMBER = Pattern.compile("(epochs|batch_size|learning_rate): ([0-9.e-]+)");
    private static final List<String> TEXTS = List.of("long work", "which version of the software", "");
    private static final List<String> WORDS = List.of((
            "long work with under copy term covered source such software other version program code your form mean convey copyright patent "
            + "from public rights works shall conditions which notice must object limit section warranty general addition licenses").split(" ", -1));

    @TempDir
    private Path folder = Path.of(".");

    private Cli cli = new Cli(Path.of("."));

    @BeforeEach
    void prepare() {
        cli = new Cli(folder.resolve("models"));
    }

    /** Each of the first words has a partner among the last, and is asked for by it. */
    private Path pairs(String query, String document) throws IOException {
        StringBuilder rows = new StringBuilder();
        int half = WORDS.size() / 2;
        for (int i = 0; i < half * half; i++) {
            int a = i * 7 % half;
            int b = i / half;
            rows.append("{\"").append(query).append("\": \"").append(WORDS.get(a)).append(' ').append(WORDS.get(b)).append("\", \"")
                    .append(document).append("\": \"").append(WORDS.get(half + a)).append(' ').append(WORDS.get(half + b)).append("\"}\n");
        }
        return Files.writeString(folder.resolve("rows.jsonl"), rows);
    }

    private static String value(String yaml, String key) {
        return NUMBER.matcher(yaml).results().filter(found -> found.group(1).equals(key)).map((MatchResult found) -> found.group(2))
                .findFirst().orElseThrow(() -> new AssertionError(key + " is not set in " + yaml));
    }

    @Test
    void everyRecipeExpandsToWhatItSays() throws IOException {
        Path rows = pairs("query", "document");
        List<Path> recipes;
        try (Stream<Path> files = Files.list(RECIPES)) {
            recipes = files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
        }
        assertThat(recipes).extracting(file -> String.valueOf(file.getFileName())).contains("technical.yaml", "code.yaml");
        for (Path recipe : recipes) {
            String yaml = Files.readString(recipe);
            String plan = cli.run("fine-tune", "--config", recipe, "--model", Cli.fixture("bert-mean"), "--data", rows, "--plan").done().out();
            assertThat(plan).as(recipe.toString())
                    .contains("contrastive expands to: loss " + (yaml.contains("loss: symmetric") ? "symmetric-" : "") + "multiple-negatives")
                    .contains("batches of " + value(yaml, "batch_size") + ",")
                    .contains("learning rate " + Double.parseDouble(value(yaml, "learning_rate")) + " with")
                    .contains(Double.parseDouble(value(yaml, "epochs")) + " epochs");
            // a key that is no longer known would be told
            Path rotten = Files.writeString(folder.resolve("rotten.yaml"), yaml.replace("max_tokens:", "most_tokens:"));
            cli.run("fine-tune", "--config", rotten, "--model", Cli.fixture("bert-mean"), "--data", rows, "--plan")
                    .refused(Lab.WRONG_USE, "most_tokens");
        }
    }

    @ParameterizedTest
    @CsvSource({"technical, technical_bert, custom-technical", "code, code_embedder, code"})
    void aJarIsFoundByTheNamesOfTheRegistry(String name, String alias, String other) throws IOException {
        Path model = Cli.copy(Cli.fixture("bert-mean"), folder.resolve(name));
        JsonNode made = cli.run("export", model, "--as", "jar", "--coordinates", "io.github.embeddinglab:laboratory-model-" + name + ":0.1.0",
                "--out", folder.resolve("jar"), "--json").done().json();
        URL jar = Path.of(made.path("file").textValue()).toUri().toURL();
        assertThat(cli.run("embed", "--model", alias, "--in", pairs("text", "more"), "--out", folder.resolve("out.npy")).exit()).isEqualTo(Lab.FAILED);
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar}, RecipesTest.class.getClassLoader());
                EmbeddingLaboratory lab = EmbeddingLaboratory.builder().modelDirectory(folder.resolve("fresh")).classLoader(loader).build();
                Embedder original = lab.models().load(model.toString())) {
            assertThat(lab.models().show(alias).availability()).isEqualTo(ModelInfo.Availability.READY);
            for (String called : List.of(name, alias, other)) {
                try (Embedder found = lab.models().load(called)) {
                    assertThat(found.fingerprint()).as(called).isEqualTo(original.fingerprint());
                    assertThat(found.embed(TEXTS).toArrays()).as(called).isDeepEqualTo(original.embed(TEXTS).toArrays());
                }
            }
            assertThat(lab.models().verify(alias).problems()).isEmpty();
        }
    }

    /** The script {@code lab} in its place: what it does with its words is for the test to say. */
    private Path lab(String... lines) throws IOException {
        Path script = Files.writeString(folder.resolve("lab.sh"), "#!/usr/bin/env bash\n" + String.join("\n", lines) + "\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }

    private Cli.Result make(Path lab, Object... words) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")) || Files.isExecutable(Path.of("/usr/bin/bash")), "skipped: no bash here");
        List<String> command = new ArrayList<>(List.of("bash", RECIPES.resolve("make.sh").toString()));
        Arrays.stream(words).map(Object::toString).forEach(command::add);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("stdout").toFile())
                .redirectError(folder.resolve("stderr").toFile());
        builder.environment().put("LAB", lab.toString());
        return end(builder.start());
    }

    private Cli.Result end(Process process) throws IOException, InterruptedException {
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("the process ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Cli.Result(process.exitValue(), Files.readString(folder.resolve("stdout")), Files.readString(folder.resolve("stderr")));
    }

    private static String quoted(Object word) {
        return "'" + word + "'";
    }

    /** Java with the class path of this test and more jars, as words of a shell. */
    private String java(Path... jars) throws IOException {
        StringBuilder classPath = new StringBuilder(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        for (Path jar : jars) {
            classPath.append(File.pathSeparator).append(jar);
        }
        Path options = Files.writeString(folder.resolve("class-path.options"), "-cp \"" + classPath + "\"");
        String natives = System.getProperty(NATIVES, Path.of("target", "natives").toAbsolutePath().toString());
        return String.join(" ", quoted(Path.of(System.getProperty("java.home"), "bin", "java")), "--enable-native-access=ALL-UNNAMED",
                "-XX:+IgnoreUnrecognizedVMOptions", "--sun-misc-unsafe-memory-access=allow", quoted("-D" + NATIVES + "=" + natives),
                quoted("@" + options), Lab.class.getName());
    }

    @Test
    void theScriptTrainsJudgesAndPacks() throws IOException, InterruptedException {
        Path out = folder.resolve("made");
        // a tiny parent in place of MiniLM
        Path lab = lab("words=(\"$@\")",
                "for i in \"${!words[@]}\"; do [ \"${words[$i]}\" != minilm ] || words[$i]=" + quoted(Cli.fixture("bert-mean")) + "; done",
                "exec " + java() + " \"${words[@]}\"");
        Cli.Result made = make(lab, "code", out, pairs("description", "signature"), "--", "--epochs", 30, "--learning-rate", 5e-3,
                "--set", "frozen=none", "--set", "threads=1", "--set", "precision=fp32", "--set", "preservation=-1");
        made.done();
        assertThat(Cli.json(Files.readString(out.resolve("code.json"))).path("registered").booleanValue()).isTrue();
        Path jars = out.resolve("jar");
        Path jar = jars.resolve("laboratory-model-code-0.1.0.jar");
        assertThat(Cli.names(jars)).containsExactly("laboratory-model-code-0.1.0.jar", "laboratory-model-code-0.1.0.pom");
        Path texts = Files.write(folder.resolve("texts.txt"), TEXTS);
        Path byFolder = folder.resolve("folder.npy");
        Path byName = folder.resolve("name.npy");
        cli.run("embed", "--model", out.resolve("code"), "--in", texts, "--out", byFolder).done();
        Process embed = new ProcessBuilder("bash", "-c", java(jar) + " embed --model code_embedder --in " + quoted(texts) + " --out " + quoted(byName)
                + " --models-directory " + quoted(folder.resolve("another")))
                .redirectOutput(folder.resolve("stdout").toFile()).redirectError(folder.resolve("stderr").toFile()).start();
        end(embed).done();
        assertThat(byName).hasSameBinaryContentAs(byFolder);
    }

    @Test
    void theScriptMakesPairsForTechnicalThatItsTrainingReads() throws IOException, InterruptedException {
        StringBuilder sections = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            sections.append("{\"file\": \"f").append(i / 3).append("\", \"heading\": \"").append(WORDS.get(i % 36)).append(" number ").append(i)
                    .append("\", \"text\": \"What the ").append(WORDS.get(i % 36)).append(" of part ").append(i)
                    .append(" does is told here. It has a second sentence with more ").append(WORDS.get((i + 5) % 36)).append(" words in it.\"}\n");
        }
        Path data = Files.writeString(folder.resolve("sections.jsonl"), sections);
        Path calls = folder.resolve("calls");
        Path out = folder.resolve("made");
        make(lab("printf '%s\\n' \"$@\" >> " + quoted(calls), "echo >> " + quoted(calls), "echo '{\"registered\": true}'"),
                "technical", out, data, "--", "--minutes", 1).done();
        List<List<String>> words = Arrays.stream(Files.readString(calls).strip().split("\n\n", -1)).map(call -> List.of(call.split("\n", -1))).toList();
        assertThat(words).extracting(call -> call.get(0)).containsExactly("generate", "fine-tune", "export");
        assertThat(cli.run(words.get(0).toArray()).done().json().path("out").textValue()).endsWith("pairs.jsonl");
        List<Object> training = new ArrayList<>(words.get(1));
        training.set(training.indexOf("minilm"), Cli.fixture("bert-mean"));
        training.add("--plan");
        assertThat(cli.run(training.toArray()).done().json().path("plan").toString()).contains("the data are pairs").contains(" within 1.0 minutes");
        assertThat(words.get(2)).contains(out.resolve("technical").toString(), "io.github.embeddinglab:laboratory-model-technical:0.1.0");
    }

    @Test
    void theScriptRefusesInOneLine() throws IOException, InterruptedException {
        Path refusing = lab("echo \"$1\" >> " + quoted(folder.resolve("calls")), "echo '{\"registered\": false, \"reason\": \"no gain\"}'");
        Path data = pairs("description", "signature");
        Path out = folder.resolve("made");
        make(refusing, "code", out, data).refused(Lab.FAILED, "the gate refused it", out.resolve("code.json").toString());
        assertThat(Files.readAllLines(folder.resolve("calls"))).as("no jar is made").containsExactly("fine-tune");
        Files.createDirectory(out.resolve("code"));
        make(refusing, "code", out, data).refused(Lab.FAILED, out.resolve("code").toString(), "exists");
        for (Object[] wrong : List.of(new Object[] {"poetry", out, data}, new Object[] {"code", out})) {
            Cli.Result usage = make(refusing, wrong);
            assertThat(usage.exit()).isEqualTo(Lab.WRONG_USE);
            assertThat(usage.err()).contains("usage: recipes/make.sh technical OUT").contains("recipes/make.sh code OUT");
        }
    }
}
