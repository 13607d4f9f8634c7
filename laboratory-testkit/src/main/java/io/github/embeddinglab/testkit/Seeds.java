package io.github.embeddinglab.testkit;

import java.security.SecureRandom;
import java.util.Random;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives random tests their seed: the system property {@value #PROPERTY} where it is set, else a fresh one. A test that
 * fails prints the seed, and its error carries it.
 *
 * <pre>{@code
 * @Test
 * @ExtendWith(Seeds.class)
 * void sumsAgree(Seeds.Seed seed) {
 *     Random random = seed.random();
 *     …
 * }
 * }</pre>
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Seeds implements ParameterResolver, AfterTestExecutionCallback {
    /** The system property that repeats a run. */
    public static final String PROPERTY = "laboratory.seed";

    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(Seeds.class);

    /** For JUnit. */
    public Seeds() {}

    /**
     * The seed of one test.
     *
     * @param value any number
     */
    public record Seed(long value) {
        /**
         * Begins a sequence.
         *
         * @return a new generator, the same sequence each time
         */
        public Random random() {
            return new Random(value);
        }

        /**
         * Begins another sequence.
         *
         * @param round number of the sequence
         * @return a new generator, the same sequence each time
         */
        public Random random(int round) {
            return new Random(value + 0x9E3779B97F4A7C15L * (round + 1L));
        }

        @Override
        public String toString() {
            return "-D" + PROPERTY + "=" + value;
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Seed.class;
    }

    @Override
    public Seed resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(STORE).getOrComputeIfAbsent("seed", key -> fresh(), Seed.class);
    }

    private static Seed fresh() {
        Long given = Long.getLong(PROPERTY);
        return new Seed(given == null ? new SecureRandom().nextLong() >>> 16 : given);
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        Seed seed = context.getStore(STORE).get("seed", Seed.class);
        if (seed != null) {
            context.getExecutionException().ifPresent(failure -> {
                String line = "repeat " + context.getDisplayName() + " with " + seed;
                failure.addSuppressed(new SeedOfFailure(line));
                System.err.println(line);
            });
        }
    }

    private static final class SeedOfFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SeedOfFailure(String message) {
            super(message, null, false, false);
        }
    }
}
