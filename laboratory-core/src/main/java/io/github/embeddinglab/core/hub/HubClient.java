package io.github.embeddinglab.core.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.DownloadException;
import io.github.embeddinglab.api.ModelNotFoundException;
import io.github.embeddinglab.api.Progress;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Speaks the hub's protocol: pins a revision to a commit, lists its files, and downloads those that an embedding model
 * needs, each checked against the digest that the hub states.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class HubClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGEST_LISTING = 64 << 20;
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");
    private final HubSettings settings;
    private final HubCache cache;
    private final HubTransport transport;

    /**
     * Makes a client; it connects at the first request.
     *
     * @param settings where the hub is
     * @throws io.github.embeddinglab.api.DownloadNotAllowedException when the settings forbid downloads
     */
    public HubClient(HubSettings settings) {
        this(settings, new HubCache(settings.cacheDirectory()));
    }

    HubClient(HubSettings settings, HubCache cache) {
        this.settings = settings;
        this.cache = cache;
        this.transport = new HubTransport(settings);
    }

    /**
     * Pins a revision: to the commit that an earlier download recorded, else to what the hub says now.
     *
     * @param id {@code org/name}
     * @param revision branch, tag or commit
     * @return the commit and its files
     * @throws ModelNotFoundException when the hub has no such model or revision
     * @throws DownloadException when the hub cannot be reached, refuses, or answers something else
     */
    public HubRevision resolve(String id, String revision) {
        DigestRecord record = new DigestRecord(settings, cache, HubNames.id(id));
        String wanted = record.find(HubNames.revision(revision)).map(DigestRecord.Entry::commit).orElse(revision);
        HubSubject subject = new HubSubject(id, wanted, null);
        JsonNode info;
        try {
            info = json(subject, api(id, "revision", wanted, "?blobs=true")).content();
        } catch (ModelNotFoundException e) {
            if (wanted.equals(revision)) {
                throw e;
            }
            throw new ModelNotFoundException("revision \"" + revision + "\" of " + id + " was recorded as commit " + wanted
                    + ", which the hub no longer has; delete " + record.file() + " to accept what it has now", e);
        }
        String commit = info.path("sha").asText("").toLowerCase(Locale.ROOT);
        if (!HubNames.isCommit(commit)) {
            throw new DownloadException("cannot pin " + subject + ": the answer of " + settings.endpoint()
                    + " names no commit; is the endpoint a hub?");
        }
        if (HubNames.isCommit(wanted.toLowerCase(Locale.ROOT)) && !commit.equals(wanted.toLowerCase(Locale.ROOT))) {
            throw new DownloadException("refused " + id + ": commit " + wanted + " was asked for, the hub answers with commit " + commit);
        }
        List<HubFile> files = new ArrayList<>();
        for (JsonNode sibling : info.path("siblings")) {
            files.add(file(id, sibling.path("rfilename"), sibling.path("blobId"), sibling));
        }
        if (files.stream().allMatch(file -> file.size() < 0)) {  // some mirrors leave sizes and digests out
            files = tree(subject, commit).orElse(files);
        }
        return new HubRevision(id, revision, commit, files);
    }

    /** The other listing, page by page; a mirror need not have it. */
    private Optional<List<HubFile>> tree(HubSubject subject, String commit) {
        List<HubFile> files = new ArrayList<>();
        URI uri = api(subject.id(), "tree", commit, "?recursive=true");
        while (uri != null) {
            Page page;
            try {
                page = json(subject, uri);
            } catch (ModelNotFoundException e) {
                return Optional.empty();
            }
            for (JsonNode entry : page.content()) {
                if (entry.path("type").asText("").equals("file")) {
                    files.add(file(subject.id(), entry.path("path"), entry.path("oid"), entry));
                }
            }
            uri = page.next();
        }
        return files.isEmpty() ? Optional.empty() : Optional.of(files);
    }

    private static HubFile file(String id, JsonNode path, JsonNode blob, JsonNode entry) {
        JsonNode large = entry.path("lfs");
        String sha256 = digest(large.path("sha256").asText(large.path("oid").asText("")), 64);
        // the git digest of a large file is that of its pointer
        String git = large.isObject() ? null : digest(blob.asText(""), 40);
        long size = large.isObject() ? large.path("size").asLong(entry.path("size").asLong(-1)) : entry.path("size").asLong(-1);
        return new HubFile(HubNames.path(path.asText(""), id), size, sha256, git);
    }

    private static @Nullable String digest(String text, int length) {
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.length() == length && (HubNames.isCommit(lower) || HubNames.isSha256(lower)) ? lower : null;
    }

    /**
     * Downloads what an embedding model needs and is not in the cache.
     *
     * @param revision pinned by {@link #resolve}
     * @param progress hears of each file, bytes done and in all
     * @return the snapshot's folder
     * @throws DownloadException when a file cannot be had, or is not what it should be
     * @throws io.github.embeddinglab.api.CancelledException when the thread is interrupted; what arrived is kept
     */
    public Path download(HubRevision revision, Progress.Listener progress) {
        DigestRecord record = new DigestRecord(settings, cache, revision.id());
        Map<String, String> recorded = record.find(revision.revision()).map(DigestRecord.Entry::sha256).orElse(Map.of());
        Path snapshot = cache.snapshot(revision.id(), revision.commit());
        Map<String, String> digests = new TreeMap<>();
        Job job = new Job(revision, snapshot, recorded, progress);
        Set<String> folders = Set.of();
        Optional<HubFile> modules = revision.files().stream().filter(file -> file.path().equals(ModelFiles.MODULES)).findFirst();
        if (modules.isPresent()) {
            digests.put(ModelFiles.MODULES, fetch(job, modules.get()));
            folders = ModelFiles.moduleFolders(snapshot.resolve(ModelFiles.MODULES));
        }
        List<HubFile> wanted = ModelFiles.wanted(revision.files(), folders);
        requireWeights(revision, wanted);
        requireSpace(revision, snapshot, wanted);
        for (HubFile file : wanted) {
            if (!digests.containsKey(file.path())) {
                digests.put(file.path(), fetch(job, file));
            }
        }
        List<String> missing = ModelFiles.missing(snapshot);
        if (!missing.isEmpty()) {
            throw new DownloadException(revision.id() + "@" + revision.revision() + " is no embedding model that can be read: its"
                    + " repository has no " + String.join(", ", missing) + "; choose another revision or model");
        }
        // last, so that whoever finds the name finds the whole model
        cache.writeRef(revision.id(), revision.revision(), revision.commit());
        try {
            record.add(revision.revision(), new DigestRecord.Entry(revision.commit(), digests));
        } catch (IOException e) {
            throw new DownloadException("cannot write " + record.file() + " (" + e + "); check permissions of its folder", e);
        }
        return snapshot;
    }

    private record Job(HubRevision revision, Path snapshot, Map<String, String> recorded, Progress.Listener progress) {}

    private String fetch(Job job, HubFile listed) {
        HubRevision revision = job.revision();
        HubSubject subject = new HubSubject(revision.id(), revision.revision(), listed.path());
        URI uri = URI.create(settings.endpoint() + "/" + revision.id() + "/resolve/" + revision.commit() + "/"
                + HubNames.encode(listed.path(), true));
        FileFacts facts = FileFacts.of(listed);
        Path pointer = job.snapshot().resolve(listed.path());
        String recorded = job.recorded().get(listed.path());
        if (!(facts.hasDigest() && (Files.exists(pointer) || Files.exists(cache.blob(revision.id(), facts.blobName()))))) {
            int retries = settings.network().maximumRetries();
            facts = new Retries(retries, subject).run(() -> {
                try (HubResponse response = transport.open(subject, HubTransport.Request.metadata(uri))) {
                    return FileFacts.of(listed).and(subject, revision.commit(), response);
                }
            });
        }
        String sha256 = facts.file().sha256();
        if (recorded != null && sha256 != null && !recorded.equals(sha256)) {
            throw new DownloadException("refused " + subject + ": its content changed: SHA-256 " + recorded
                    + " was recorded, the hub now states " + sha256 + "; delete "
                    + new DigestRecord(settings, cache, revision.id()).file() + " to accept it");
        }
        BlobDownload.Target target = new BlobDownload.Target(uri, facts.file(), recorded,
                cache.blob(revision.id(), facts.blobName()), pointer);
        return new BlobDownload(transport, subject, target, job.progress())
                .run(cache, cache.lock(revision.id(), facts.blobName()), settings.network().maximumRetries());
    }

    private static void requireWeights(HubRevision revision, List<HubFile> wanted) {
        if (wanted.stream().noneMatch(file -> file.name().endsWith(".safetensors"))) {
            boolean pickled = revision.files().stream().anyMatch(file -> file.name().endsWith(".bin"));
            throw new DownloadException(revision.id() + "@" + revision.revision() + " has no safetensors weights"
                    + (pickled ? ", only pickled ones, which are not read" : "")
                    + "; choose a revision or a model that has them, or convert them in Python; nothing more was downloaded");
        }
    }

    private void requireSpace(HubRevision revision, Path snapshot, List<HubFile> wanted) {
        long needed = wanted.stream().filter(file -> file.size() > 0 && !Files.exists(snapshot.resolve(file.path())))
                .mapToLong(HubFile::size).sum();
        Path at = settings.cacheDirectory().toAbsolutePath();
        while (!Files.exists(at) && at.getParent() != null) {
            at = at.getParent();
        }
        try {
            long free = Files.getFileStore(at).getUsableSpace();
            if (free < needed) {
                throw new DownloadException("cannot download " + revision.id() + "@" + revision.revision() + ": "
                        + HubNames.bytes(needed) + " are needed and " + HubNames.bytes(free) + " are free at "
                        + settings.cacheDirectory() + "; free space or name another cache directory");
            }
        } catch (IOException e) {
            throw new DownloadException("cannot read the free space at " + at + " (" + e + "); check the cache directory", e);
        }
    }

    private URI api(String id, String kind, String revision, String query) {
        return URI.create(settings.endpoint() + "/api/models/" + id + "/" + kind + "/" + HubNames.encode(revision, false) + query);
    }

    /** One answer of the API. */
    private record Page(JsonNode content, @Nullable URI next) {}

    private Page json(HubSubject subject, URI uri) {
        return new Retries(settings.network().maximumRetries(), subject).run(() -> {
            try (HubResponse response = transport.open(subject, HubTransport.Request.get(uri, 0))) {
                byte[] body = response.content().readNBytes(LARGEST_LISTING);
                String text = new String(body, StandardCharsets.UTF_8);
                String host = String.valueOf(response.uri().getHost());
                if (text.stripLeading().startsWith("<")) {
                    throw HubTransport.html(subject, host);
                }
                Matcher next = NEXT.matcher(response.header("Link").orElse(""));
                return new Page(parse(subject, host, text), next.find() ? response.uri().resolve(next.group(1)) : null);
            }
        });
    }

    private static JsonNode parse(HubSubject subject, String host, String text) {
        try {
            JsonNode node = JSON.readTree(text);
            if (node.isContainerNode()) {
                return node;
            }
            throw new DownloadException("cannot list " + subject + ": the answer of " + host + " is no JSON object; is the endpoint a hub?");
        } catch (JsonProcessingException e) {
            throw new DownloadException("cannot list " + subject + ": the answer of " + host + " is no JSON ("
                    + HubNames.printable(String.valueOf(e.getOriginalMessage())) + "); check the endpoint and the proxy", e);
        }
    }
}
