package io.github.embeddinglab.core.hub;

import static io.github.embeddinglab.core.hub.HubModel.COMMIT;
import static io.github.embeddinglab.core.hub.HubModel.ID;
import static io.github.embeddinglab.core.hub.HubModel.WEIGHTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.DownloadException;
import io.github.embeddinglab.api.DownloadNotAllowedException;
import io.github.embeddinglab.api.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class HubCacheTest {
    @TempDir
    private Path cache;

    @Test
    void aSnapshotIsFoundOnlyWhenItIsWhole() throws IOException {
        try (HubServer server = HubModel.serve(10_000)) {
            Path folder = new HubSource(HubModel.settings(server, cache).build()).find(ID, "main").orElseThrow();
            HubCache reader = new HubCache(cache);
            assertThat(reader.commit(ID, "main")).contains(COMMIT);
            assertThat(reader.find(ID, "main")).contains(folder);
            assertThat(reader.find(ID, "v1")).isEmpty();
            assertThat(reader.find("laboratory/other", "main")).isEmpty();
            for (String needed : new String[] {WEIGHTS, "1_Pooling/config.json", "config.json"}) {
                Path file = folder.resolve(needed);
                Path target = Files.readSymbolicLink(file);
                Files.delete(file);
                if (needed.equals("config.json")) {
                    assertThat(reader.missing(ID, "main")).as("static models have none").isEmpty();
                } else {
                    assertThat(reader.find(ID, "main")).as(needed).isEmpty();
                    assertThat(reader.missing(ID, "main")).containsExactly(needed);
                }
                Files.createSymbolicLink(file, target);
            }
            Files.delete(HubModel.blob(server, cache));
            assertThat(reader.missing(ID, "main")).as("a link without a blob").containsExactly(WEIGHTS);
            HubSettings offline = HubSettings.builder(cache).build();
            assertThatThrownBy(() -> new HubSource(offline).find(ID, "main")).isInstanceOf(DownloadNotAllowedException.class)
                    .hasMessageContaining(WEIGHTS + " missing");
            server.log.clear();
            HubModel.assertWhole(server, new HubSource(HubModel.settings(server, cache).build()).find(ID, "main").orElseThrow());
            assertThat(server.seen("files", "GET", WEIGHTS)).as("only what was missing").hasSize(1);
            assertThat(server.log).filteredOn(seen -> seen.path().contains("/resolve/")).extracting(HubServer.Seen::path)
                    .allMatch(path -> path.endsWith(WEIGHTS));
        }
    }

    @Test
    void shardsAreNeededAsTheirIndexNamesThem() throws IOException {
        Path folder = cache.resolve("models--a--b/snapshots/" + COMMIT);
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), "{}");
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        Files.writeString(folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\": {\"x\": \"model-00001-of-00002.safetensors\", \"y\": \"model-00002-of-00002.safetensors\"}}");
        Files.write(folder.resolve("model-00001-of-00002.safetensors"), new byte[1]);
        assertThat(new HubCache(cache).missing("a/b", COMMIT)).containsExactly("model-00002-of-00002.safetensors");
        Files.write(folder.resolve("model-00002-of-00002.safetensors"), new byte[1]);
        assertThat(new HubCache(cache).find("a/b", COMMIT)).contains(folder);
    }

    @Test
    void aDamagedBlobIsReplacedByAPermittedDownload() throws IOException {
        try (HubServer server = HubModel.serve(10_000)) {
            new HubSource(HubModel.settings(server, cache).build()).find(ID, "main");
            Path blob = HubModel.blob(server, cache);
            byte[] damaged = Files.readAllBytes(blob);
            damaged[5000] ^= 1;
            Files.write(blob, damaged);
            HubClient client = new HubClient(HubModel.settings(server, cache).build());
            HubModel.assertWhole(server, client.download(client.resolve(ID, "main"), Progress.Listener.SILENT));
        }
    }

    @Test
    void whereLinksAreNotSupportedTheSnapshotHoldsPlainFiles() throws IOException {
        try (HubServer server = HubModel.serve(10_000)) {
            HubCache plain = new HubCache(cache, false);
            HubClient client = new HubClient(HubModel.settings(server, cache).build(), plain);
            Path folder = client.download(client.resolve(ID, "main"), Progress.Listener.SILENT);
            HubModel.assertWhole(server, folder);
            assertThat(Files.isSymbolicLink(folder.resolve(WEIGHTS))).isFalse();
            assertThat(HubModel.blob(server, cache)).as("not stored twice").doesNotExist();
            assertThat(new HubCache(cache).find(ID, "main")).contains(folder);
            server.log.clear();
            client.download(client.resolve(ID, "main"), Progress.Listener.SILENT);
            assertThat(server.log).filteredOn(seen -> seen.path().contains("/resolve/")).isEmpty();
        }
    }

    @Test
    void anUnwritableCacheAndADamagedRecordAreNamed() throws IOException {
        Files.writeString(cache.resolve("file"), "");
        try (HubServer server = HubModel.serve(100)) {
            Path inFile = cache.resolve("file").resolve("hub");
            assertThatThrownBy(() -> new HubSource(HubModel.settings(server, inFile).build()).find(ID, "main"))
                    .isInstanceOf(DownloadException.class).hasMessageContaining(inFile.toString());
            Path record = cache.resolve("models--laboratory--tiny-model.json");
            Files.writeString(record, "{ \"revisions\": ");
            assertThatThrownBy(() -> new HubSource(HubModel.settings(server, cache).recordDirectory(cache).build()).find(ID, "main"))
                    .isInstanceOf(DownloadException.class).hasMessageContainingAll(record.toString(), "damaged");
        }
    }
}
