package io.github.embeddinglab.core.hub;

import static io.github.embeddinglab.core.hub.HubModel.ID;
import static io.github.embeddinglab.core.hub.HubModel.WEIGHTS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Downloads in JVMs of their own. */
@Tag("integration")
@Timeout(60)
class HubProcessTest {
    @TempDir
    private Path cache;

    private Process program(HubServer server, String... before) throws IOException {
        List<String> command = new ArrayList<>(List.of(before));
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-Xshare:auto",
                "-XX:-UsePerfData", "-cp", System.getProperty("java.class.path"), HubDownloadProgram.class.getName(),
                server.endpoint().toString(), cache.toString(), ID));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String output(Process process) throws IOException, InterruptedException {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(30, TimeUnit.SECONDS);
        return text;
    }

    @Test
    void aKilledDownloadIsContinuedToTheRightFile() throws Exception {
        try (HubServer server = HubModel.serve(2_000_000)) {
            server.next("files GET " + WEIGHTS, server.slow(WEIGHTS, 20_000, 20));
            Process child = program(server);
            Path partial = HubModel.partial(server, cache);
            while (child.isAlive() && (!Files.exists(partial) || Files.size(partial) < 200_000)) {
                Thread.sleep(5);
            }
            assertThat(child.isAlive()).as("killed while it downloads").isTrue();
            child.destroyForcibly().waitFor();
            long kept = Files.size(partial);
            assertThat(kept).isBetween(200_000L, 2_000_000L);
            assertThat(new HubCache(cache).find(ID, "main")).isEmpty();
            HubModel.assertWhole(server, new HubSource(HubModel.settings(server, cache).build()).find(ID, "main").orElseThrow());
            assertThat(server.seen("files", "GET", WEIGHTS)).extracting(HubServer.Seen::range).containsExactly("null", "bytes=" + kept + "-");
        }
    }

    @Test
    void twoProgramsFetchOnce() throws Exception {
        try (HubServer server = HubModel.serve(500_000)) {
            server.next("files GET " + WEIGHTS, server.slow(WEIGHTS, 20_000, 40));
            Process one = program(server);
            Process other = program(server);
            assertThat(List.of(output(one), output(other))).allSatisfy(text -> assertThat(text).contains("snapshots").doesNotContain("failed"));
            HubModel.assertWhole(server, new HubCache(cache).find(ID, "main").orElseThrow());
            assertThat(server.seen("files", "GET", WEIGHTS)).hasSize(1);
        }
    }

    @Test
    void whenNoMoreCanBeWrittenTheErrorSaysSoAndThePartIsKept() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "needs bash to limit the size of files");
        try (HubServer server = HubModel.serve(2_000_000)) {
            // a file-size limit of 1 MB fails the write as a full disk does
            Process child = program(server, "/bin/bash", "-c", "ulimit -f 1024; exec \"$@\"", "bash");
            String text = output(child);
            assertThat(child.exitValue()).as(text).isEqualTo(1);
            Path partial = HubModel.partial(server, cache);
            assertThat(text).contains("cannot write " + partial, "are kept", "free space").hasLineCount(1);
            assertThat(partial).exists();
            HubModel.assertWhole(server, new HubSource(HubModel.settings(server, cache).build()).find(ID, "main").orElseThrow());
            assertThat(server.seen("files", "GET", WEIGHTS)).hasSize(2);
            assertThat(server.seen("files", "GET", WEIGHTS).get(1).range()).startsWith("bytes=");
        }
    }
}
