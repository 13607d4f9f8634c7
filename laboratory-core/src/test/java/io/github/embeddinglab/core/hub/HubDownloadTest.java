package io.github.embeddinglab.core.hub;

import static io.github.embeddinglab.core.hub.HubModel.COMMIT;
import static io.github.embeddinglab.core.hub.HubModel.ID;
import static io.github.embeddinglab.core.hub.HubModel.WEIGHTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.DownloadException;
import io.github.embeddinglab.api.DownloadNotAllowedException;
import io.github.embeddinglab.api.ModelNotFoundException;
import io.github.embeddinglab.api.ModelRef;
import io.github.embeddinglab.api.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class HubDownloadTest {
    private static final String GET_WEIGHTS = "files GET " + WEIGHTS;
    private static final String LIST = "hub GET main";

    @TempDir
    private Path cache;

    private HubServer server;

    @BeforeEach
    void start() throws IOException {
        server = HubModel.serve(300_000);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HubSource source() {
        return new HubSource(HubModel.settings(server, cache).build());
    }

    private HubSource source(Path other) {
        return new HubSource(HubModel.settings(server, other).build());
    }

    private HubSource impatient(int retries) {
        return new HubSource(HubModel.settings(server, cache).maximumRetries(retries)
                .timeouts(Duration.ofSeconds(5), Duration.ofMillis(600)).build());
    }

    private Path find() {
        return source().find(ID, "main").orElseThrow();
    }

    private void assertNothingKept() throws IOException {
        try (Stream<Path> files = Files.walk(cache)) {
            assertThat(files.map(Path::toString).filter(name -> name.endsWith(".incomplete") || name.endsWith(WEIGHTS))).isEmpty();
        }
        assertThat(new HubCache(cache).find(ID, "main")).isEmpty();
    }

    @Test
    void aModelIsPinnedDownloadedAndFoundAgainWithoutAConnection() throws IOException {
        List<Progress> reports = new ArrayList<>();
        Path folder = new HubSource(HubModel.settings(server, cache).token("hf_secret").build(), id -> ModelHint.NONE, reports::add)
                .find(ModelRef.parse(ID)).orElseThrow();
        HubModel.assertWhole(server, folder);
        assertThat(folder).endsWith(Path.of("models--laboratory--tiny-model", "snapshots", COMMIT));
        assertThat(cache.resolve("models--laboratory--tiny-model/refs/main")).hasContent(COMMIT);
        assertThat(Files.isSymbolicLink(folder.resolve("1_Pooling/config.json"))).isTrue();
        assertThat(Files.readSymbolicLink(folder.resolve("1_Pooling/config.json")).toString())
                .isEqualTo("../../../blobs/" + HubServer.gitSha1(server.bytes("1_Pooling/config.json")));
        assertThat(reports).anySatisfy(report -> {
            assertThat(report.stage()).contains(WEIGHTS);
            assertThat(report.done()).isEqualTo(report.total()).isEqualTo(server.bytes(WEIGHTS).length);
        });
        assertThat(server.log).as("token").allSatisfy(seen -> assertThat(seen.authorization())
                .isEqualTo(seen.host().equals("hub") ? "Bearer hf_secret" : "null"));
        assertThat(server.seen("files", "GET", WEIGHTS)).hasSize(1);

        int before = server.log.size();
        HubSource offline = new HubSource(HubSettings.builder(cache).endpoint(server.endpoint()).build());
        assertThat(offline.has(ModelRef.parse(ID))).isTrue();
        assertThat(offline.find(ID, "main")).contains(folder);
        assertThat(offline.find(ID, COMMIT)).contains(folder);
        assertThat(find()).isEqualTo(folder);
        assertThat(server.log).hasSize(before);
    }

    @Test
    void withoutAllowanceNoConnectionIsMadeAndTheMessageNamesTheWaysOut() {
        HubSettings settings = HubSettings.builder(cache).endpoint(server.endpoint()).build();
        HubSource source = new HubSource(settings, id -> new ModelHint(90_900_000, "org.example:model-jar:1.0"), Progress.Listener.SILENT);
        assertThat(source.has(ModelRef.parse(ID))).isFalse();
        assertThatThrownBy(() -> source.find(ModelRef.parse(ID + "@v1"))).isInstanceOf(DownloadNotAllowedException.class)
                .hasMessageContainingAll(ID + "@v1", "90.9 MB", "allowDownloads(true)", "--allow-downloads",
                        "models.allow_downloads: true", "org.example:model-jar:1.0");
        assertThatThrownBy(() -> new HubClient(settings)).isInstanceOf(DownloadNotAllowedException.class);
        assertThat(source.find(ModelRef.parse("no-organisation"))).isEmpty();
        assertThat(server.log).isEmpty();
        assertThat(cache).isEmptyDirectory();
    }

    @Test
    void aTagAndAnotherListingWorkAsWell() throws IOException {
        server.listsBlobs = false;
        server.refs.put("refs/pr/1", COMMIT);
        Path folder = source().find(ID, "refs/pr/1").orElseThrow();
        HubModel.assertWhole(server, folder);
        assertThat(cache.resolve("models--laboratory--tiny-model/refs/refs/pr/1")).hasContent(COMMIT);
        assertThat(server.seen("hub", "GET", COMMIT)).as("the tree").hasSize(1);
    }

    @Test
    void aMirrorWithoutDigestsIsRecordedAndAChangeRefused() throws IOException {
        server.listsBlobs = false;
        server.statesTags = false;
        server.always("hub GET " + COMMIT, HubServer.status(404));
        Path records = cache.resolve("records");
        HubSettings settings = HubModel.settings(server, cache.resolve("one")).recordDirectory(records).build();
        HubModel.assertWhole(server, new HubSource(settings).find(ID, "main").orElseThrow());
        assertThat(records.resolve("models--laboratory--tiny-model.json")).content()
                .contains(COMMIT, HubServer.sha256(server.bytes(WEIGHTS)), HubServer.sha256(server.bytes("config.json")));

        String old = HubServer.sha256(server.bytes(WEIGHTS));
        server.recover();
        server.content.put(WEIGHTS, HubModel.tensors(300_000, 8));
        String changed = HubServer.sha256(server.bytes(WEIGHTS));
        HubSettings again = HubModel.settings(server, cache.resolve("two")).recordDirectory(records).build();
        assertThatThrownBy(() -> new HubSource(again).find(ID, "main")).isInstanceOf(DownloadException.class)
                .hasMessageContainingAll("changed", old, changed, WEIGHTS);
        assertThat(new HubCache(cache.resolve("two")).find(ID, "main")).isEmpty();
    }

    @Test
    void aStatedDigestThatDiffersFromTheRecordedOneIsRefusedBeforeTheFileIsFetched() throws IOException {
        Path records = cache.resolve("records");
        new HubSource(HubModel.settings(server, cache.resolve("one")).recordDirectory(records).build()).find(ID, "main");
        server.content.put(WEIGHTS, HubModel.tensors(300_000, 8));
        server.log.clear();
        HubSettings again = HubModel.settings(server, cache.resolve("two")).recordDirectory(records).build();
        assertThatThrownBy(() -> new HubSource(again).find(ID, "main")).isInstanceOf(DownloadException.class)
                .hasMessageContainingAll("changed", records.toString());
        assertThat(server.seen("files", "GET", WEIGHTS)).isEmpty();
    }

    @Test
    void aRecordedBranchKeepsItsCommit() throws IOException {
        Path records = cache.resolve("records");
        new HubSource(HubModel.settings(server, cache.resolve("one")).recordDirectory(records).build()).find(ID, "main");
        server.refs.put("main", "f".repeat(40));
        server.refs.put("v1", COMMIT);
        Path folder = new HubSource(HubModel.settings(server, cache.resolve("two")).recordDirectory(records).build())
                .find(ID, "main").orElseThrow();
        assertThat(folder).endsWith(Path.of(COMMIT));
        server.refs.remove("v1");
        assertThatThrownBy(() -> new HubSource(HubModel.settings(server, cache.resolve("three")).recordDirectory(records).build())
                .find(ID, "main")).isInstanceOf(ModelNotFoundException.class).hasMessageContainingAll("recorded", COMMIT, records.toString());
    }

    @Test
    void aCutBodyIsContinuedWhereItEnded() throws IOException {
        server.next(GET_WEIGHTS, server.cut(WEIGHTS, 100_000), server.cut(WEIGHTS, 50_000));
        HubModel.assertWhole(server, find());
        List<String> ranges = server.seen("files", "GET", WEIGHTS).stream().map(HubServer.Seen::range).toList();
        assertThat(ranges).hasSize(3);
        assertThat(ranges.get(0)).isEqualTo("null");
        assertThat(start(ranges.get(1))).isBetween(1L, 100_000L);
        assertThat(start(ranges.get(2))).isBetween(start(ranges.get(1)), 150_000L);
    }

    private static long start(String range) {
        return Long.parseLong(range.replaceAll("bytes=(\\d+)-", "$1"));
    }

    @Test
    void aCutBodyThatNeverCompletesIsAnErrorAndItsPartIsContinuedByTheNextRun() throws IOException {
        server.always(GET_WEIGHTS, server.cut(WEIGHTS, 0));
        server.next(GET_WEIGHTS, server.cut(WEIGHTS, 120_000));
        assertThatThrownBy(() -> impatient(1).find(ID, "main")).isInstanceOf(DownloadException.class)
                .hasMessageContainingAll(WEIGHTS, ID, "kept");
        long kept = Files.size(HubModel.partial(server, cache));
        assertThat(kept).isBetween(1L, 120_000L);
        server.recover();
        server.log.clear();
        HubModel.assertWhole(server, find());
        assertThat(server.seen("files", "GET", WEIGHTS)).extracting(HubServer.Seen::range).containsExactly("bytes=" + kept + "-");
        assertThat(HubModel.partial(server, cache)).doesNotExist();
    }

    @Test
    void aServerThatIgnoresRangesIsReadFromTheStart() throws IOException {
        server.next(GET_WEIGHTS, server.cut(WEIGHTS, 100_000), server.ignoresRange(WEIGHTS));
        HubModel.assertWhole(server, find());
        assertThat(server.seen("files", "GET", WEIGHTS)).hasSize(2);
    }

    @Test
    void aPartialFileThatIsWholeIsVerifiedAndADamagedOneReplaced() throws IOException {
        byte[] right = server.bytes(WEIGHTS);
        Path partial = HubModel.partial(server, cache);
        Files.createDirectories(partial.getParent());
        Files.write(partial, right);
        HubModel.assertWhole(server, find());
        assertThat(server.seen("files", "GET", WEIGHTS)).as("nothing was left to fetch").isEmpty();

        Path other = cache.resolve("other");
        partial = HubModel.partial(server, other);
        Files.createDirectories(partial.getParent());
        byte[] damaged = Arrays.copyOf(right, 1000);
        damaged[500] ^= 1;
        Files.write(partial, damaged);
        HubModel.assertWhole(server, source(other).find(ID, "main").orElseThrow());
        assertThat(server.seen("files", "GET", WEIGHTS)).extracting(HubServer.Seen::range).containsExactly("bytes=1000-", "null");

        Path longer = cache.resolve("longer");
        partial = HubModel.partial(server, longer);
        Files.createDirectories(partial.getParent());
        Files.write(partial, new byte[right.length + 5]);
        HubModel.assertWhole(server, source(longer).find(ID, "main").orElseThrow());
    }

    @Test
    void aRefusedRangeStartsOver() throws IOException {
        server.next(GET_WEIGHTS, server.cut(WEIGHTS, 100_000), HubServer.status(416, "Content-Range", "bytes */5"));
        HubModel.assertWhole(server, find());
        assertThat(server.seen("files", "GET", WEIGHTS)).extracting(HubServer.Seen::range).last().isEqualTo("null");
    }

    @Test
    void wrongContentIsRemovedAndBothDigestsNamed() throws IOException {
        server.always(GET_WEIGHTS, server.altered(WEIGHTS));
        byte[] altered = server.bytes(WEIGHTS).clone();
        altered[altered.length - 1] ^= 1;
        assertThatThrownBy(this::find).isInstanceOf(DownloadException.class).hasMessageContainingAll(WEIGHTS,
                "expected SHA-256 " + HubServer.sha256(server.bytes(WEIGHTS)), "found " + HubServer.sha256(altered));
        assertNothingKept();

        server.recover();
        server.always("hub GET config.json", server.altered("config.json"));
        assertThatThrownBy(() -> source(cache.resolve("x")).find(ID, "main"))
                .isInstanceOf(DownloadException.class).hasMessageContainingAll("config.json", "git blob SHA-1",
                        HubServer.gitSha1(server.bytes("config.json")));
    }

    @Test
    void aWrongLengthIsRefused() throws IOException {
        server.always(GET_WEIGHTS, server.shortened(WEIGHTS));
        assertThatThrownBy(this::find).isInstanceOf(DownloadException.class)
                .hasMessageContainingAll("expected " + server.bytes(WEIGHTS).length + " bytes", "offers");
        assertNothingKept();
    }

    @Test
    void webPagesInsteadOfFilesAreRefusedByTypeAndByContent() throws IOException {
        for (String type : new String[] {"text/html; charset=utf-8", "application/octet-stream"}) {
            for (String where : new String[] {LIST, "hub GET config.json", GET_WEIGHTS}) {
                server.recover();
                server.always(where, HubServer.page(200, type));
                HubSource fresh = source(cache.resolve(String.valueOf(server.log.size())));
                assertThatThrownBy(() -> fresh.find(ID, "main")).as(where + " " + type).isInstanceOf(DownloadException.class)
                        .hasMessageContaining("HTML");
                assertNothingKept();
            }
        }
        server.recover();
        server.listsBlobs = false;
        server.always("hub HEAD config.json", HubServer.page(200, "text/html"));
        assertThatThrownBy(this::find).isInstanceOf(DownloadException.class).hasMessageContaining("HTML");
    }

    @Test
    void busyServersAreAskedAgainAsLateAsTheySay() throws IOException {
        long before = System.nanoTime();
        server.next(LIST, HubServer.status(500), HubServer.status(429, "Retry-After", "1"));
        server.next("hub HEAD " + WEIGHTS, HubServer.status(503));
        server.next(GET_WEIGHTS, HubServer.status(502));
        HubModel.assertWhole(server, find());
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofSeconds(1));
        assertThat(server.seen("hub", "GET", "main")).hasSize(3);
    }

    @Test
    void patienceHasAnEnd() {
        server.always(LIST, HubServer.status(500));
        assertThatThrownBy(() -> impatient(1).find(ID, "main")).isInstanceOf(DownloadException.class)
                .hasMessageContainingAll(ID, "500", "2 attempts");
        server.always(LIST, HubServer.status(429, "Retry-After", "3600"));
        assertThatThrownBy(this::find).isInstanceOf(DownloadException.class).hasMessageContainingAll("429", "3600 s");
        server.always(LIST, HubServer.status(429, "RateLimit", "\"api\";r=0;t=900"));
        assertThatThrownBy(this::find).isInstanceOf(DownloadException.class).hasMessageContaining("901 s");
        server.always(LIST, exchange -> {
            try {
                Thread.sleep(3000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return false;
        });
        HubSource hasty = new HubSource(HubModel.settings(server, cache).maximumRetries(0)
                .timeouts(Duration.ofMillis(300), Duration.ofMillis(300)).build());
        assertThatThrownBy(() -> hasty.find(ID, "main")).isInstanceOf(DownloadException.class).hasMessageContaining("did not answer");
    }

    @Test
    void aSilentBodyIsGivenUpAndContinued() throws IOException {
        server.next(GET_WEIGHTS, server.slow(WEIGHTS, 100_000, 1500));
        HubModel.assertWhole(server, impatient(3).find(ID, "main").orElseThrow());
        assertThat(start(server.seen("files", "GET", WEIGHTS).get(1).range())).isBetween(1L, 100_000L);
    }

    @Test
    void deniedAndMissingThingsAreNamedWithAdvice() {
        server.always("hub HEAD config.json", HubServer.status(403, "X-Error-Code", "GatedRepo", "X-Error-Message", "Access\tis restricted"));
        assertThatThrownBy(this::find).isInstanceOf(DownloadException.class)
                .hasMessageContainingAll("gated", "/" + ID, "token", "none is set", "Access is restricted");
        server.recover();
        server.always(LIST, HubServer.status(401, "X-Error-Message", "Invalid username or password."));
        assertThatThrownBy(this::find).isInstanceOf(DownloadException.class).hasMessageContainingAll("401", "private", "token");
        assertThatThrownBy(() -> new HubSource(HubModel.settings(server, cache).token("hf_secret").build()).find(ID, "main"))
                .isInstanceOf(DownloadException.class).hasMessageContainingAll("token is wrong").hasMessageNotContaining("hf_secret");
        server.recover();
        assertThatThrownBy(() -> source().find("laboratory/other", "main")).isInstanceOf(ModelNotFoundException.class)
                .hasMessageContainingAll("no model \"laboratory/other\"");
        assertThatThrownBy(() -> source().find(ID, "v9")).isInstanceOf(ModelNotFoundException.class)
                .hasMessageContainingAll(ID, "no revision \"v9\"");
        server.always("hub HEAD vocab.txt", HubServer.status(404, "X-Error-Code", "EntryNotFound"));
        assertThatThrownBy(() -> source(cache.resolve("x")).find(ID, "main")).isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("no file \"vocab.txt\"");
        server.recover();
        server.content.remove(WEIGHTS);
        assertThatThrownBy(() -> source(cache.resolve("y")).find(ID, "main"))
                .isInstanceOf(DownloadException.class).hasMessageContainingAll("no safetensors", "pickled");
    }

    @Test
    void anotherCommitThanAskedForIsRefused() {
        server.always("hub HEAD config.json", HubServer.status(200, "X-Repo-Commit", "a".repeat(40)));
        assertThatThrownBy(this::find).isInstanceOf(DownloadException.class).hasMessageContainingAll(COMMIT, "a".repeat(40));
    }

    @Test
    void pathsThatLeaveTheFolderAreRefused() throws IOException {
        server.content.put("../../evil.json", new byte[3]);
        assertThatThrownBy(this::find).isInstanceOf(DownloadException.class).hasMessageContaining("evil.json");
        try (Stream<Path> files = Files.walk(cache)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void redirectLoopsEnd() {
        server.always(LIST, HubServer.status(307, "Location", "/api/models/" + ID + "/revision/main"));
        assertThatThrownBy(this::find).isInstanceOf(DownloadException.class).hasMessageContaining("redirects");
        server.always(LIST, HubServer.status(302, "Location", "file:///etc/passwd"));
        assertThatThrownBy(this::find).isInstanceOf(DownloadException.class).hasMessageContaining("not followed");
    }

    @Test
    void packedAnswersOfProxiesAreUnpacked() throws IOException {
        server.always("hub GET tokenizer.json", server.gzipped("tokenizer.json"));
        HubModel.assertWhole(server, find());
    }

    @Test
    void anInterruptLeavesAStateThatIsContinued() throws Exception {
        server.next(GET_WEIGHTS, server.slow(WEIGHTS, 10_000, 50));
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                find();
            } catch (RuntimeException e) {
                outcome.set(e);
            }
            flag.set(Thread.currentThread().isInterrupted());
        });
        thread.start();
        Path partial = HubModel.partial(server, cache);
        while (thread.isAlive() && (!Files.exists(partial) || Files.size(partial) < 30_000)) {
            Thread.sleep(5);
        }
        thread.interrupt();
        thread.join(5000);
        assertThat(thread.isAlive()).isFalse();
        assertThat(outcome.get()).isInstanceOf(CancelledException.class).hasMessageContaining("resume");
        assertThat(flag.get()).as("the interrupt is still set").isTrue();
        long kept = Files.size(partial);
        assertThat(kept).isGreaterThanOrEqualTo(30_000);
        HubModel.assertWhole(server, find());
        assertThat(server.seen("files", "GET", WEIGHTS)).extracting(HubServer.Seen::range).last().isEqualTo("bytes=" + kept + "-");
    }

    @Test
    void threadsThatWantTheSameModelFetchItOnce() throws Exception {
        server.next(GET_WEIGHTS, server.slow(WEIGHTS, 50_000, 20));
        HubSource shared = source();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Path>> work = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                work.add(i % 2 == 0 ? this::find : () -> shared.find(ID, "main").orElseThrow());
            }
            for (Future<Path> folder : threads.invokeAll(work)) {
                HubModel.assertWhole(server, folder.get());
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(server.seen("files", "GET", WEIGHTS)).hasSize(1);
    }

    @Test
    void aProxyIsUsedWhereOneIsSet() throws IOException {
        try (HubProxy proxy = new HubProxy()) {
            HubSettings settings = HubModel.settings(server, cache).proxy("localhost", proxy.port()).build();
            HubModel.assertWhole(server, new HubSource(settings).find(ID, "main").orElseThrow());
            assertThat(proxy.hosts()).contains("localhost:" + server.endpoint().getPort()).anyMatch(host -> host.startsWith("127.0.0.1:"));
            assertThat(proxy.requests()).isEqualTo(server.log.size());
        }
        HubSettings nowhere = HubModel.settings(server, cache.resolve("z")).proxy("localhost", 1).maximumRetries(0).build();
        assertThatThrownBy(() -> new HubSource(nowhere).find(ID, "main")).isInstanceOf(DownloadException.class)
                .hasMessageContaining("after 1 attempts");
    }
}
