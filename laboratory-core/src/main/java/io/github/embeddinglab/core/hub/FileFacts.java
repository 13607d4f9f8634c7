package io.github.embeddinglab.core.hub;

import io.github.embeddinglab.api.DownloadException;
import java.nio.charset.StandardCharsets;

/**
 * What the listing and the answer for the file itself say about one file, joined.
 *
 * @param file size and digests
 * @param tag the entity tag, empty before the file was asked for
 */
record FileFacts(HubFile file, String tag) {
    static FileFacts of(HubFile listed) {
        return new FileFacts(listed, "");
    }

    boolean hasDigest() {
        return file.sha256() != null || file.gitSha1() != null;
    }

    /** The name that Python gives the blob; a tag that is no digest is hashed into a name. */
    String blobName() {
        String digest = file.sha256() != null ? file.sha256() : file.gitSha1();
        if (digest != null) {
            return digest;
        }
        byte[] key = (file.path() + "\n" + tag).getBytes(StandardCharsets.UTF_8);
        ContentDigest hash = new ContentDigest(key.length);
        hash.update(key, key.length);
        return hash.sha256();
    }

    /** Adds what the headers say; a contradiction is refused. */
    FileFacts and(HubSubject subject, String commit, HubResponse response) {
        response.header("X-Repo-Commit").filter(said -> !said.equalsIgnoreCase(commit)).ifPresent(said -> {
            throw new DownloadException("refused " + subject + ": commit " + commit + " was asked for, the hub answers with commit "
                    + HubNames.printable(said));
        });
        String said = HubNames.tag(response.header("X-Linked-Etag").or(() -> response.header("ETag")).orElse(""));
        String sha256 = file.sha256();
        String git = file.gitSha1();
        if (HubNames.isSha256(said)) {
            require(subject, "SHA-256", sha256 == null ? said : sha256, said);
            sha256 = said;
            git = null;  // of the pointer, where a listing does not tell large files apart
        } else if (HubNames.isCommit(said) && sha256 == null) {
            require(subject, "git blob SHA-1", git == null ? said : git, said);
            git = said;
        }
        long size = response.number("X-Linked-Size").orElse(-1);
        if (size < 0 && response.status() / 100 == 2) {
            size = file.size() >= 0 ? file.size() : response.length().orElse(-1);
        }
        if (size >= 0 && file.size() >= 0 && size != file.size() && git == null == (file.gitSha1() == null)) {
            throw new DownloadException("refused " + subject + ": its size changed: " + file.size() + " bytes are listed, "
                    + size + " offered; try again");
        }
        return new FileFacts(new HubFile(file.path(), size >= 0 ? size : file.size(), sha256, git), said);
    }

    private static void require(HubSubject subject, String kind, String listed, String said) {
        if (!listed.equals(said)) {
            throw new DownloadException("refused " + subject + ": its digest changed: " + kind + " " + listed
                    + " is listed, the file's own answer says " + said + "; try again");
        }
    }
}
