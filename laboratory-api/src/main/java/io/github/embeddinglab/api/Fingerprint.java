package io.github.embeddinglab.api;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Identifies what a model computes: SHA-256 over its canonical tensors, tokenizer, pooling, normalisation, prompts,
 * dimensions and codec. Two models with one fingerprint give the same vectors; indexes and caches store it.
 *
 * @param value 64 lower-case hexadecimal digits
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Fingerprint(String value) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    /**
     * Checks the form.
     *
     * @throws InvalidInputException when {@code value} is not 64 lower-case hexadecimal digits
     */
    public Fingerprint {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidInputException(
                    "fingerprint \"" + value + "\" is not 64 lower-case hexadecimal digits; copy it from `lab models show`");
        }
    }

    /**
     * A form short enough for file names and tables.
     *
     * @return the first 12 digits
     */
    public String abbreviated() {
        return value.substring(0, 12);
    }

    /**
     * The fingerprint of this model with something about it changed that changes its vectors.
     *
     * @param change what and how, the same words for the same change
     * @return SHA-256 over this fingerprint and the change
     */
    public Fingerprint derived(String change) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return new Fingerprint(HexFormat.of().formatHex(digest.digest((value + "\n" + change).getBytes(StandardCharsets.UTF_8))));
        } catch (NoSuchAlgorithmException e) {
            throw new LaboratoryException("this Java has no SHA-256, which every Java must have; use another build", e);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
