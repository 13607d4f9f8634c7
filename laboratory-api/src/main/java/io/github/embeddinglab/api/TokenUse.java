package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Tokens of one text.
 *
 * @param used tokens that the model saw, special tokens and prompt included; over all windows where the text was split
 * @param dropped tokens of the text that did not fit
 * @param windows pieces that were embedded, 1 unless the text was split
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record TokenUse(int used, int dropped, int windows) {
    /**
     * A whole text in one piece.
     *
     * @param used tokens that the model saw
     * @return nothing dropped
     */
    public static TokenUse whole(int used) {
        return new TokenUse(used, 0, 1);
    }
}
