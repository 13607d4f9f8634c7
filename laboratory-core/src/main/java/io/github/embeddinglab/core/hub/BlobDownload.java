package io.github.embeddinglab.core.hub;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.DownloadException;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.core.files.WholeFiles;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Brings one file into the cache: a partial file is continued, everything is hashed as it arrives, and only content
 * that agrees with the expected digest gets a name under which a reader looks.
 */
final class BlobDownload {
    private static final int CHUNK = 1 << 16;
    private static final int HEAD = 512;
    private static final long REPORT_NANOS = 100_000_000;
    private static final long LONGEST_TENSOR_HEADER = 100_000_000;

    private final HubTransport transport;
    private final HubSubject subject;
    private final Target target;
    private final Progress.Listener progress;
    private final long began = System.nanoTime();
    private long reported = began;

    /**
     * What is wanted, and where it goes.
     *
     * @param uri at the endpoint
     * @param expected path, size and digests, as far as known
     * @param recordedSha256 what an earlier download of this revision brought, null where there was none
     * @param blob where the content goes
     * @param pointer where a snapshot shows it
     */
    record Target(URI uri, HubFile expected, @Nullable String recordedSha256, Path blob, Path pointer) {
        Path partial() {
            // a name of our own: Python's older clients append to "DIGEST.incomplete" under a lock that we cannot see
            return blob.resolveSibling(blob.getFileName() + ".laboratory.incomplete");
        }
    }

    /** What a finished attempt left in the partial file. */
    private record Arrived(long size, String sha256, String gitSha1, boolean resumed) {}

    BlobDownload(HubTransport transport, HubSubject subject, Target target, Progress.Listener progress) {
        this.transport = transport;
        this.subject = subject;
        this.target = target;
        this.progress = progress;
    }

    /**
     * Finds the content in the cache or downloads it, then links it into the snapshot.
     *
     * @return the content's SHA-256
     */
    String run(HubCache cache, Path lock, int maximumRetries) {
        try {
            return FileHold.during(lock, () -> bring(cache, maximumRetries));
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancelledException("the download of " + subject
                        + " was cancelled; what has arrived is kept, run it again to resume", e);
            }
            throw new DownloadException("cannot write the download of " + subject + " to " + target.blob() + " (" + e
                    + "); check permissions and free space of the cache", e);
        }
    }

    private String bring(HubCache cache, int maximumRetries) throws IOException {
        String known = knownSha256(target.pointer());
        if (known != null) {
            return known;
        }
        known = knownSha256(target.blob());
        if (known != null) {
            cache.link(target.blob(), target.pointer(), false);
            return known;
        }
        String sha256 = download(maximumRetries);
        cache.link(target.blob(), target.pointer(), true);
        return sha256;
    }

    /** The digest of a file that is there already and right. */
    private @Nullable String knownSha256(Path file) throws IOException {
        HubFile expected = target.expected();
        if (!Files.isRegularFile(file) || (expected.size() >= 0 && Files.size(file) != expected.size())) {
            return null;
        }
        ContentDigest digest = new ContentDigest(Files.size(file));
        hash(file, digest);
        String sha256 = digest.sha256();
        boolean known = expected.sha256() != null || expected.gitSha1() != null || target.recordedSha256() != null;
        return known && mismatch(sha256, digest.gitSha1()) == null ? sha256 : null;
    }

    private String download(int maximumRetries) throws IOException {
        Files.createDirectories(HubCache.parent(target.blob()));
        Retries retries = new Retries(maximumRetries, subject);
        boolean again = false;
        while (true) {
            Arrived arrived = retries.run(() -> attempt(retries));
            String mismatch = mismatch(arrived.sha256(), arrived.gitSha1());
            if (mismatch == null) {
                sync(target.partial());
                WholeFiles.replace(target.partial(), target.blob());
                report(arrived.size(), true);
                return arrived.sha256();
            }
            Files.deleteIfExists(target.partial());
            if (again || !arrived.resumed()) {
                throw new DownloadException("refused " + subject + ": " + mismatch
                        + "; the file was removed, try again or check the endpoint and the proxy");
            }
            again = true;  // an old partial file may have been damaged: one fresh start
        }
    }

    /** Names the digest that disagrees, null when none does. */
    private @Nullable String mismatch(String sha256, String gitSha1) {
        HubFile expected = target.expected();
        if (expected.sha256() != null && !expected.sha256().equals(sha256)) {
            return "expected SHA-256 " + expected.sha256() + ", found " + sha256;
        }
        if (expected.gitSha1() != null && !expected.gitSha1().equals(gitSha1)) {
            return "expected git blob SHA-1 " + expected.gitSha1() + ", found " + gitSha1;
        }
        if (target.recordedSha256() != null && !target.recordedSha256().equals(sha256)) {
            return "its content changed: SHA-256 " + target.recordedSha256() + " was recorded, found " + sha256;
        }
        return null;
    }

    private Arrived attempt(Retries retries) throws IOException {
        Path partial = target.partial();
        long size = target.expected().size();
        long offset = Files.exists(partial) ? Files.size(partial) : 0;
        if (size >= 0 && offset > size) {
            Files.delete(partial);
            offset = 0;
        }
        boolean resumed = offset > 0;
        if (size >= 0 && offset == size && offset > 0) {
            return arrived(size, true);
        }
        try (HubResponse response = transport.open(subject, HubTransport.Request.get(target.uri(), offset))) {
            if (response.status() == 416) {
                if (response.refusedRangeSize().orElse(-1) == offset && size < 0) {
                    return arrived(offset, true);
                }
                Files.delete(partial);
                throw new IOException("the server has no byte " + offset + " and the partial file was dropped");
            }
            if (offset > 0 && response.status() == 206
                    && (response.encoded() || response.rangeStart().orElse(-1) != offset)) {
                Files.delete(partial);
                throw new IOException("the server sent another range than asked for and the partial file was dropped");
            }
            if (offset > 0 && response.status() != 206) {
                offset = 0;  // the server ignores ranges: start over
                resumed = false;
            }
            OptionalLong length = response.length();
            long end = size >= 0 ? size : length.isPresent() ? offset + length.getAsLong() : -1;
            return receive(response, new Plan(offset, end, resumed, retries));
        }
    }

    /** How a body is received: from where, to which end (-1 where unknown), whether it continues, who hears of progress. */
    private record Plan(long offset, long end, boolean resumed, Retries retries) {}

    private Arrived receive(HubResponse response, Plan plan) throws IOException {
        long offset = plan.offset();
        ContentDigest digest = new ContentDigest(plan.end());
        if (offset > 0) {
            hash(target.partial(), digest);
        }
        InputStream content = response.content();
        byte[] chunk = new byte[CHUNK];
        int count = 0;
        if (offset == 0) {
            count = content.readNBytes(chunk, 0, HEAD);
            refuseForeign(Arrays.copyOf(chunk, count), String.valueOf(response.uri().getHost()));
        }
        OptionalLong length = response.length();
        if (plan.end() >= 0 && length.isPresent() && offset + length.getAsLong() != plan.end()) {
            throw new DownloadException("refused " + subject + ": expected " + plan.end() + " bytes, "
                    + response.uri().getHost() + " offers " + (offset + length.getAsLong())
                    + "; try again or check the endpoint and the proxy");
        }
        try (RandomAccessFile out = openPartial(offset)) {
            while (count >= 0) {
                if (count > 0) {
                    write(out, chunk, count, plan.end());
                    digest.update(chunk, count);
                    plan.retries().progressed();
                    report(digest.count(), false);
                }
                if (plan.end() >= 0 && digest.count() > plan.end()) {
                    break;
                }
                count = content.read(chunk, 0, CHUNK);
            }
        }
        if (plan.end() >= 0 && digest.count() < plan.end()) {
            throw new EOFException("the body was cut after " + digest.count() + " of " + plan.end() + " bytes");
        }
        if (plan.end() >= 0 && digest.count() > plan.end()) {
            Files.deleteIfExists(target.partial());
            throw new DownloadException("refused " + subject + ": more than the expected " + plan.end()
                    + " bytes arrived; the file was removed, check the endpoint and the proxy");
        }
        if (plan.end() < 0) {
            return arrived(digest.count(), plan.resumed());  // git's digest needs the size first
        }
        return new Arrived(digest.count(), digest.sha256(), digest.gitSha1(), plan.resumed());
    }

    private RandomAccessFile openPartial(long offset) {
        try {
            RandomAccessFile out = new RandomAccessFile(target.partial().toFile(), "rw");
            out.setLength(offset);
            out.seek(offset);
            return out;
        } catch (IOException e) {
            throw new DownloadException("cannot write " + target.partial() + " (" + e.getMessage()
                    + "); check permissions and free space of the cache", e);
        }
    }

    private void write(RandomAccessFile out, byte[] chunk, int count, long end) throws IOException {
        long at = out.getFilePointer();
        try {
            out.write(chunk, 0, count);
        } catch (IOException e) {
            throw new DownloadException("cannot write " + target.partial() + " (" + e.getMessage() + "): " + at
                    + (end < 0 ? "" : " of " + end) + " bytes are kept; free space on that disk, then run it again to resume", e);
        }
    }

    private Arrived arrived(long size, boolean resumed) throws IOException {
        ContentDigest digest = new ContentDigest(size);
        hash(target.partial(), digest);
        return new Arrived(digest.count(), digest.sha256(), digest.gitSha1(), resumed);
    }

    private static void hash(Path file, ContentDigest digest) throws IOException {
        byte[] chunk = new byte[CHUNK];
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            int count;
            while ((count = in.read(chunk)) >= 0) {
                digest.update(chunk, count);
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted");
                }
            }
        }
    }

    private static void sync(Path file) throws IOException {
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.getFD().sync();
        }
    }

    /** A digest would refuse it, too, but only after all of it arrived, and without saying why. */
    private void refuseForeign(byte[] head, String host) {
        String text = new String(head, StandardCharsets.ISO_8859_1).stripLeading().toLowerCase(Locale.ROOT);
        String name = target.expected().name();
        if (head.length == 0 || name.equals("README.md")) {
            return;
        }
        if (text.startsWith("<!doctype html") || text.startsWith("<html")) {
            throw HubTransport.html(subject, host);
        }
        if (name.endsWith(".json") && !text.startsWith("{") && !text.startsWith("[") && !text.startsWith("\u00ef\u00bb\u00bf")) {
            throw foreign(host, "no JSON");
        }
        if (name.endsWith(".safetensors")) {
            long header = 0;
            for (int i = Math.min(8, head.length) - 1; i >= 0; i--) {
                header = (header << 8) | (head[i] & 0xff);
            }
            if (head.length < 9 || header < 2 || header > LONGEST_TENSOR_HEADER || head[8] != '{') {
                throw foreign(host, text.startsWith("version https://git-lfs") ? "a pointer of git-lfs, not the weights" : "no safetensors file");
            }
        }
    }

    private DownloadException foreign(String host, String what) {
        return new DownloadException("refused " + subject + ": what " + host + " sends is " + what
                + "; check the endpoint and the proxy; nothing was kept");
    }

    private void report(long done, boolean last) {
        long now = System.nanoTime();
        if (last || now - reported >= REPORT_NANOS) {
            reported = now;
            progress.report(new Progress("downloading " + subject, done, last ? done : target.expected().size(),
                    Duration.ofNanos(now - began)));
        }
    }
}
