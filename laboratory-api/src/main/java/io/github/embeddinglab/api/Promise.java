package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * One of the project's promises, held against a measurement.
 *
 * @param name what is promised
 * @param target what the value must reach, in words
 * @param finding what was found
 * @param command that measures it
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Promise(String name, String target, Finding finding, String command) {
    /** How a promise stands. */
    public enum Verdict {
        /** The whole interval reaches the target. */
        MET,
        /** The interval does not reach it, or not as a whole. */
        NOT_MET,
        /** Something that the measurement needs is missing. */
        NOT_MEASURABLE_YET
    }

    /**
     * What was found.
     *
     * @param verdict how the promise stands
     * @param value with its interval, undefined where nothing was measured
     * @param note what was compared with what, or what is missing
     */
    public record Finding(Verdict verdict, Score value, String note) {}
}
