package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is wrong gives one line that says what, where and what to do, and leaves nothing behind. */
@Tag("integration")
class BadInputTest {
    private static final String MODEL = "static-mean";

    @TempDir
    private Path folder = Path.of(".");

    private Path results = folder;
    private Path model = folder;
    private Cli cli = new Cli(folder);

    @BeforeEach
    void places() throws IOException {
        results = Files.createDirectory(folder.resolve("results"));
        model = Cli.copy(Cli.fixture("bert-mean"), folder.resolve("model"));
        cli = new Cli(folder.resolve("models"));
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(Cli.names(results)).isEmpty();
    }

    private Path input(byte[] content) throws IOException {
        return Files.write(folder.resolve("in.txt"), content);
    }

    private Path input(String content) throws IOException {
        return input(content.getBytes(StandardCharsets.UTF_8));
    }

    private Cli.Result embed(Object in, Object... more) {
        Object[] args = {"embed", "--in", in, "--out", results.resolve("out.npy")};
        Object[] all = Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return cli.run(all);
    }

    private Cli.Result embedWithDamage() throws IOException {
        return embed(input("hello\n"), "--model", model);
    }

    @Test
    void unknownModelsAreAnsweredWithNames() throws IOException {
        embed(input("a"), "--model", "minlm").refused(Lab.FAILED, "\"minlm\"", "did you mean minilm", "models list");
        embed(input("a"), "--model", folder.resolve("nowhere")).refused(Lab.FAILED, "no model folder", "nowhere", "check the path");
        embed(input("a"), "--model", "technical").refused(Lab.FAILED, "technical", "fine-tuning");
        embed(input("a"), "--model", "text-embedding-3-small").refused(Lab.FAILED, "text-embedding-3-small", "remote");
    }

    @Test
    void downloadsThatAreNotAllowedNameBothWaysOut() throws IOException {
        embed(input("a"), "--model", "mpnet").refused(Lab.FAILED, "all-mpnet-base-v2", "--allow-downloads", "name a folder");
    }

    @Test
    void weightsMissing() throws IOException {
        Files.delete(model.resolve("model.safetensors"));
        embedWithDamage().refused(Lab.FAILED, model.toString(), "safetensors");
    }

    @Test
    void weightsCut() throws IOException {
        Path weights = model.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        for (int length : new int[] {0, 7, 100, whole.length / 2, whole.length - 1}) {
            Files.write(weights, Arrays.copyOf(whole, length));
            embedWithDamage().refused(Lab.FAILED, weights.toString());
        }
    }

    @Test
    void headerFlipped() throws IOException {
        Path weights = model.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        for (int at : new int[] {0, 2, 7, 8, 12}) {
            Files.write(weights, whole);
            Cli.flip(weights, at);
            embedWithDamage().refused(Lab.FAILED, weights.toString());
        }
    }

    @Test
    void tokenizerMissingBrokenOrForeign() throws IOException {
        Path tokenizer = model.resolve("tokenizer.json");
        Files.write(tokenizer, Files.readAllBytes(Cli.fixture("xlm-roberta-mean").resolve("tokenizer.json")));
        embedWithDamage().refused(Lab.FAILED, tokenizer.toString(), "tokenizer that belongs to the model");
        Files.writeString(tokenizer, "{\"version\": \"1.0\", \"model\": {");
        embedWithDamage().refused(Lab.FAILED, tokenizer.toString());
        Files.delete(tokenizer);
        embedWithDamage().refused(Lab.FAILED, tokenizer.toString());
    }

    @Test
    void unknownArchitecture() throws IOException {
        Path config = model.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"bert\"", "\"t5\""));
        embedWithDamage().refused(Lab.FAILED, config.toString(), "t5", "bert");
    }

    @Test
    void configurationFiles() throws IOException {
        Path yaml = Files.writeString(folder.resolve("laboratory.yaml"), "embedder:\n  models:\n    cach_size: 5\n");
        embed(input("a"), "--config", yaml).refused(Lab.WRONG_USE, yaml + ":3", "cach_size", "cache_size");
        Files.writeString(yaml, "optimization: { use_onnx: false }\n");
        embed(input("a"), "--config", yaml).refused(Lab.WRONG_USE, yaml + ":1", "use_onnx");
        cli.run("doctor", "--config", yaml).refused(Lab.WRONG_USE, yaml + ":1");
        Files.writeString(yaml, "a: [1\n");
        embed(input("a"), "--config", yaml).refused(Lab.WRONG_USE, yaml.toString());
        embed(input("a"), "--config", folder.resolve("no.yaml")).refused(Lab.WRONG_USE, "no.yaml", "does not exist");
        embed(input("a"), "--config", folder).refused(Lab.WRONG_USE, folder.toString());
    }

    @Test
    void inputThatCannotBeRead() throws IOException {
        embed(folder).refused(Lab.FAILED, "input " + folder, "directory");
        embed(folder.resolve("no.txt")).refused(Lab.FAILED, "no.txt", "does not exist");
        Object[] tiny = {"--model", Cli.fixture(MODEL)};
        embed(input("one\ntwo\0\n"), tiny).refused(Lab.FAILED, "in.txt", "binary", "line 2");
        embed(input(new byte[] {'a', '\n', 'b', '\n', 'c', (byte) 0xe9, '\n'}), tiny).refused(Lab.FAILED, "in.txt", "UTF-8", "line 3");
        byte[] late = ("x\n".repeat(20_000) + "?\n" + "y\n".repeat(20_000)).getBytes(StandardCharsets.UTF_8);
        late[40_000] = (byte) 0xff;
        embed(input(late), tiny).refused(Lab.FAILED, "UTF-8", "line 20001;");
        Path zipped = Files.write(folder.resolve("cut.txt.gz"), new byte[] {0x1f, (byte) 0x8b, 8, 0, 0});
        embed(zipped, tiny).refused(Lab.FAILED, "cut.txt.gz");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {"{\"text\": \"a\"}~{\"txt\": \"b\"}|in.jsonl:2", "[1]|in.jsonl:1", "{\"text\": 5}|in.jsonl:1", "{\"text\": \"a\"} x|in.jsonl:1",
                "{\"text\": \"a\", \"text\": \"b\"}|in.jsonl:1", "{\"text\": \"a\"}~~{\"text\": \"b\"}|in.jsonl:2", "{\"text\"|in.jsonl:1"})
    void wrongJsonLines(String lines, String where) throws IOException {
        Path in = Files.writeString(folder.resolve("in.jsonl"), lines.replace('~', '\n') + "\n");
        embed(in, "--model", Cli.fixture(MODEL)).refused(Lab.FAILED, where, "{\"text\": \"...\"}");
    }

    @Test
    void outputThatCannotBeWritten() throws IOException {
        Object[] to = {"embed", "--model", Cli.fixture(MODEL), "--in", input("a\n"), "--out"};
        for (List<String> wrong : List.of(
                List.of(results.resolve("no").resolve("out.npy").toString(), "the folder", "does not exist"),
                List.of(results.toString(), "is a folder"),
                List.of(model.resolve("config.json").resolve("out.npy").toString(), "is a file"))) {
            Object[] args = Arrays.copyOf(to, to.length + 1);
            args[to.length] = wrong.get(0);
            cli.run(args).refused(Lab.FAILED, wrong.toArray(String[]::new));
        }
        assertThat(Cli.names(folder).stream().filter(name -> name.endsWith(".part"))).isEmpty();
    }

    /** A finished file takes its name by a rename, which would replace {@code /dev/stdout} (a link) or a pipe. */
    @Test
    void linksAndPipesAreNoOutput() throws IOException, InterruptedException {
        Path link = Files.createSymbolicLink(folder.resolve("link.npy"), folder.resolve("elsewhere.npy"));
        for (String codec : List.of("float32", "int8")) {
            cli.run("embed", "--model", Cli.fixture(MODEL), "--in", input("a\n"), "--out", link, "--codec", codec)
                    .refused(Lab.FAILED, link.toString(), "is a link", "name a file");
        }
        assertThat(link).isSymbolicLink();
        Path pipe = folder.resolve("pipe.npy");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")), "skipped: no mkfifo here");
        assertThat(new ProcessBuilder("/usr/bin/mkfifo", pipe.toString()).start().waitFor()).isZero();
        cli.run("embed", "--model", Cli.fixture(MODEL), "--in", input("a\n"), "--out", pipe).refused(Lab.FAILED, pipe.toString(), "pipe");
        assertThat(Files.isRegularFile(pipe)).isFalse();
    }

    @Test
    void filesWithoutPermission() throws IOException {
        Path in = input("a\n");
        assumeTrue(in.toFile().setReadable(false) && !Files.isReadable(in), "skipped: this user may read everything");
        embed(in, "--model", Cli.fixture(MODEL)).refused(Lab.FAILED, in.toString(), "no permission");
        assertThat(in.toFile().setReadable(true) && results.toFile().setWritable(false)).isTrue();
        embed(in, "--model", Cli.fixture(MODEL)).refused(Lab.FAILED, results.toString(), "no permission");
        assertThat(results.toFile().setWritable(true)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"--threads 0|--threads is 0", "--threads -1|--threads is -1", "--threads abc|'abc'", "--dimensions 0|--dimensions is 0",
                "--overflow cut|TRUNCATE, FAIL, SPLIT", "--modle x|unknown option \"--modle\"; did you mean --model", "more|unexpected word \"more\"",
                "--threads 5000|5000", "--threads|--threads"})
    void wrongOptions(String words, String part) throws IOException {
        embed(input("a"), (Object[]) words.split(" ", -1)).refused(Lab.WRONG_USE, part);
    }

    @Test
    void wrongVerbs() throws IOException {
        Cli.plain().refused(Lab.WRONG_USE, "name a verb", "lab --help");
        Cli.plain("embbed").refused(Lab.WRONG_USE, "unknown verb \"embbed\"", "embed");
        Cli.plain("models").refused(Lab.WRONG_USE, "name a verb", "list");
        Cli.plain("models", "lst").refused(Lab.WRONG_USE, "unknown verb \"lst\"", "list");
        Cli.plain("models", "show").refused(Lab.WRONG_USE, "MODEL", "lab models show --help");
        cli.run("embed", "--out", results.resolve("out.npy")).refused(Lab.WRONG_USE, "--in");
        cli.run("embed", "--in", input("a")).refused(Lab.WRONG_USE, "--out");
        Path in = input("a\n");
        cli.run("embed", "--in", in, "--out", in).refused(Lab.WRONG_USE, "--in and --out");
        assertThat(in).hasContent("a");
        cli.run("export", "minilm", "--as", "jar", "--coordinates", "a:b", "--out", results.resolve("x")).refused(Lab.WRONG_USE, "GROUP:ARTIFACT:VERSION");
    }

    @Test
    void theStackTraceIsShownOnlyWhenAskedFor() throws IOException {
        Cli.Result result = embed(input("a"), "--model", "minlm", "--debug");
        assertThat(result.exit()).isEqualTo(Lab.FAILED);
        assertThat(result.err()).startsWith("error: ").contains("\tat io.github.embeddinglab");
    }
}
