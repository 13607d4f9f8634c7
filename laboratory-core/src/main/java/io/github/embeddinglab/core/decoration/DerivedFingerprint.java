package io.github.embeddinglab.core.decoration;

import io.github.embeddinglab.api.Fingerprint;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The fingerprint of a model and what was put around it. */
final class DerivedFingerprint {
    private DerivedFingerprint() {}

    static Fingerprint of(Fingerprint inner, String decoration, float[] numbers) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((decoration + "\n" + inner.value() + "\n").getBytes(StandardCharsets.UTF_8));
            ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES);
            bytes.asFloatBuffer().put(numbers);
            digest.update(bytes);
            return new Fingerprint(HexFormat.of().formatHex(digest.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
