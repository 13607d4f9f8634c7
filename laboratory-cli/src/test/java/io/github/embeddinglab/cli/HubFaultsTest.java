package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A hub that refuses or lies, seen from the command line. */
@Tag("integration")
class HubFaultsTest {
    private static final String MODEL = "distilbert-dense";

    @TempDir
    private Path folder = Path.of(".");

    private Cli.Result embed(TinyHub hub, boolean allowed, String... more) throws IOException {
        Path yaml = Files.writeString(folder.resolve("hub.yaml"), "models: { hub: \"" + hub.address() + "\", hub_cache: \"" + folder.resolve("cache") + "\" }\n");
        Path in = Files.writeString(folder.resolve("in.txt"), "hello\n");
        Files.createDirectories(folder.resolve("results"));
        Object[] args = {"embed", "--config", yaml, "--model", TinyHub.ID, "--in", in, "--out", folder.resolve("results").resolve("out.npy")};
        Object[] all = java.util.Arrays.copyOf(args, args.length + more.length + (allowed ? 1 : 0));
        System.arraycopy(more, 0, all, args.length, more.length);
        if (allowed) {
            all[all.length - 1] = "--allow-downloads";
        }
        return new Cli(folder.resolve("models")).run(all);
    }

    @Test
    void withoutLeaveNothingIsAsked() throws IOException {
        try (TinyHub hub = new TinyHub(Cli.fixture(MODEL), TinyHub.Fault.NONE)) {
            embed(hub, false).refused(Lab.FAILED, TinyHub.ID, "--allow-downloads", "name a folder");
            assertThat(hub.requests).hasValue(0);
        }
    }

    @Test
    void aDownloadedModelIsTheOriginalAndStaysSo() throws IOException {
        Path in = Files.writeString(folder.resolve("other.txt"), "hello\n");
        JsonNode original = new Cli(folder.resolve("models"))
                .run("embed", "--model", Cli.fixture(MODEL), "--in", in, "--out", folder.resolve("o.npy"), "--json").done().json();
        try (TinyHub hub = new TinyHub(Cli.fixture(MODEL), TinyHub.Fault.NONE)) {
            JsonNode report = embed(hub, true, "--json").done().json();
            assertThat(report.get("fingerprint")).isEqualTo(original.get("fingerprint"));
            int asked = hub.requests.get();
            embed(hub, false).done();
            assertThat(hub.requests).hasValue(asked);
        }
    }

    @ParameterizedTest
    @CsvSource({"UNAUTHORIZED, 401, token", "ABSENT, laboratory/tiny, check its name", "BUSY, 600, token", "PAGE, HTML, proxy", "CUT, model.safetensors, try again", "ALTERED, SHA-256, model.safetensors"})
    void oneLineEach(TinyHub.Fault fault, String first, String second) throws IOException {
        try (TinyHub hub = new TinyHub(Cli.fixture(MODEL), fault)) {
            embed(hub, true).refused(Lab.FAILED, first, second);
            assertThat(hub.requests.get()).isPositive();
        }
        assertThat(Cli.names(folder.resolve("results"))).isEmpty();
    }
}
