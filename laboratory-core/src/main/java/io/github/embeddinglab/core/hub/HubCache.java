package io.github.embeddinglab.core.hub;

import io.github.embeddinglab.api.DownloadException;
import io.github.embeddinglab.core.files.WholeFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * The Hugging Face cache on disk, shared with Python:
 *
 * <pre>
 * models--org--name/refs/main                  the commit that a branch or tag stood for
 * models--org--name/snapshots/COMMIT/…         links to blobs, or plain files where links are not supported
 * models--org--name/blobs/DIGEST               SHA-256 of large files, git's blob SHA-1 of small ones
 * .locks/models--org--name/DIGEST.lock         held while a blob is written
 * </pre>
 *
 * <p>Reading never connects and never writes.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class HubCache {
    private final Path root;
    private final boolean links;

    /**
     * Opens a cache; the folder need not exist.
     *
     * @param root the folder that holds {@code models--…}
     */
    public HubCache(Path root) {
        this(root, true);
    }

    HubCache(Path root, boolean links) {
        this.root = root.toAbsolutePath().normalize();
        this.links = links;
    }

    /**
     * The commit that a revision stood for when it was last downloaded.
     *
     * @param id {@code org/name}
     * @param revision branch, tag or commit
     * @return 40 hexadecimal digits; a full commit is its own answer
     */
    public Optional<String> commit(String id, String revision) {
        String name = HubNames.revision(revision);
        if (HubNames.isCommit(name.toLowerCase(Locale.ROOT))) {
            return Optional.of(name.toLowerCase(Locale.ROOT));
        }
        try {
            String commit = Files.readString(folder(id).resolve("refs").resolve(name), StandardCharsets.UTF_8).strip();
            return HubNames.isCommit(commit) ? Optional.of(commit) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Finds a whole model.
     *
     * @param id {@code org/name}
     * @param revision branch, tag or commit
     * @return the snapshot's folder, empty when there is none or a part of the model is missing from it
     */
    public Optional<Path> find(String id, String revision) {
        return commit(id, revision)
                .map(commit -> snapshot(id, commit))
                .filter(folder -> Files.isDirectory(folder) && ModelFiles.missing(folder).isEmpty());
    }

    /**
     * What the cached snapshot lacks.
     *
     * @param id {@code org/name}
     * @param revision branch, tag or commit
     * @return names of missing files; empty when nothing is missing or nothing is cached
     */
    public List<String> missing(String id, String revision) {
        return commit(id, revision)
                .map(commit -> snapshot(id, commit))
                .filter(Files::isDirectory)
                .map(ModelFiles::missing)
                .orElse(List.of());
    }

    /** The folder of one model. */
    Path folder(String id) {
        return root.resolve(folderName(id));
    }

    Path snapshot(String id, String commit) {
        return folder(id).resolve("snapshots").resolve(commit);
    }

    Path blob(String id, String digest) {
        return folder(id).resolve("blobs").resolve(digest);
    }

    Path lock(String id, String name) {
        return root.resolve(".locks").resolve(folderName(id)).resolve(name + ".lock");
    }

    private static String folderName(String id) {
        return "models--" + HubNames.id(id).replace("/", "--");
    }

    /**
     * Makes a blob visible in a snapshot.
     *
     * @param blob a whole, checked blob
     * @param pointer the path in the snapshot
     * @param fresh whether the blob was just downloaded, so that no other snapshot can need it
     */
    void link(Path blob, Path pointer, boolean fresh) {
        try {
            Files.createDirectories(parent(pointer));
            Path temporary = temporarySibling(pointer);
            if (links && createLink(temporary, parent(pointer).relativize(blob))) {
                WholeFiles.replace(temporary, pointer);
            } else if (fresh) {
                WholeFiles.replace(blob, pointer);
            } else {
                Files.copy(blob, temporary, LinkOption.NOFOLLOW_LINKS);
                WholeFiles.replace(temporary, pointer);
            }
        } catch (IOException e) {
            throw new DownloadException("cannot write " + pointer + " (" + e + "); check permissions and free space of the cache", e);
        }
    }

    /** Windows gives links only to administrators and developers, some file systems to nobody. */
    private static boolean createLink(Path link, Path target) throws IOException {
        try {
            Files.createSymbolicLink(link, target);
            return true;
        } catch (UnsupportedOperationException | IOException | SecurityException e) {
            Files.deleteIfExists(link);
            return false;
        }
    }

    /** Remembers what a branch or tag stood for; a reader never sees half of it. */
    void writeRef(String id, String revision, String commit) {
        if (!HubNames.isCommit(revision) && !commit(id, revision).equals(Optional.of(commit))) {
            // Python compares the file's whole text with a folder name: no line end
            write(folder(id).resolve("refs").resolve(HubNames.revision(revision)), commit.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Writes a small file whole or not at all. */
    static void write(Path file, byte[] content) {
        try {
            WholeFiles.file(file, content);
        } catch (IOException e) {
            throw new DownloadException("cannot write " + file + " (" + e + "); check permissions and free space of the cache", e);
        }
    }

    static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalStateException(file + " has no folder");
        }
        return parent;
    }

    private static Path temporarySibling(Path file) {
        return file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID().toString().substring(0, 8) + ".tmp");
    }
}
