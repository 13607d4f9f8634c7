package io.github.embeddinglab.core.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 and git's blob SHA-1 of one stream: git hashes {@code blob SIZE NUL} and then the content. */
final class ContentDigest {
    private final MessageDigest sha256 = digest("SHA-256");
    private final MessageDigest git = digest("SHA-1");
    private long count;

    /**
     * Starts.
     *
     * @param size of the content; below 0, git's digest comes out wrong and must not be asked for
     */
    ContentDigest(long size) {
        git.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
    }

    void update(byte[] bytes, int length) {
        sha256.update(bytes, 0, length);
        git.update(bytes, 0, length);
        count += length;
    }

    long count() {
        return count;
    }

    String sha256() {
        return HexFormat.of().formatHex(sha256.digest());
    }

    String gitSha1() {
        return HexFormat.of().formatHex(git.digest());
    }

    private static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has " + name, e);
        }
    }
}
