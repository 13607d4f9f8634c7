package io.github.embeddinglab.api;

import java.util.Locale;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * How far two models are apart on the same units.
 *
 * @param name of the score
 * @param first value of the first model
 * @param second value of the second model
 * @param change second minus first, with its paired bootstrap interval
 * @param tests p values
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Difference(String name, double first, double second, Score change, Tests tests) {
    /**
     * Two-sided p values of the hypothesis that both models are equally good.
     *
     * @param bootstrap of the paired bootstrap
     * @param randomisation of the paired randomisation test
     * @param adjusted of the randomisation test after Holm's correction over all comparisons made together
     * @param level below which {@code adjusted} counts, 1 - confidence
     */
    public record Tests(double bootstrap, double randomisation, double adjusted, double level) {}

    /**
     * Whether a difference was shown: the interval excludes 0 and the corrected p value is below the level.
     *
     * @return false means that no difference was shown, not that there is none
     */
    public boolean shown() {
        return (change.low() > 0 || change.high() < 0) && tests.adjusted() < tests.level();
    }

    @Override
    public String toString() {
        return shown()
                ? String.format(
                        Locale.ROOT,
                        "%s: %.4f -> %.4f, %+.4f [%+.4f, %+.4f], p %.4f",
                        name,
                        first,
                        second,
                        change.value(),
                        change.low(),
                        change.high(),
                        tests.adjusted())
                : String.format(Locale.ROOT, "%s: %.4f -> %.4f, no difference shown", name, first, second);
    }
}
