package io.github.embeddinglab.training.data;

import java.util.Locale;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** What two texts must share to count as the same: letters and digits in lower case, words apart by one space. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class NormalizedText {
    private NormalizedText() {}

    /**
     * Normalises.
     *
     * @param text any
     * @return its words; where it has none, as in {@code ++}, the text with single spaces
     */
    public static String of(String text) {
        String words = text.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{M}\\p{N}]+", " ")
                .strip();
        return words.isEmpty() ? text.strip().replaceAll("\\s+", " ") : words;
    }
}
