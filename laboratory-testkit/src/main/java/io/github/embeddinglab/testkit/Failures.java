package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.LaboratoryException;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Decides which calls of a hostile wrapper fail, and how. Safe for concurrent use; calls are counted from 1 over all
 * wrappers that share the object.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Failures {
    private final Plan plan;
    private final Function<String, RuntimeException> error;
    private final AtomicInteger calls;

    private interface Plan {
        boolean fails(int call);
    }

    private Failures(Plan plan, Function<String, RuntimeException> error, AtomicInteger calls) {
        this.plan = plan;
        this.error = error;
        this.calls = calls;
    }

    /**
     * No call fails.
     *
     * @return the plan
     */
    public static Failures never() {
        return new Failures(call -> false, LaboratoryException::new, new AtomicInteger());
    }

    /**
     * One call fails.
     *
     * @param number of the call, from 1
     * @return the plan
     */
    public static Failures atCall(int number) {
        return new Failures(call -> call == number, LaboratoryException::new, new AtomicInteger());
    }

    /**
     * A call and all after it fail.
     *
     * @param number of the first call that fails, from 1
     * @return the plan
     */
    public static Failures fromCall(int number) {
        return new Failures(call -> call >= number, LaboratoryException::new, new AtomicInteger());
    }

    /**
     * Calls fail at random; which ones depends on the seed and the call's number only. The seed is part of each message.
     *
     * @param probability 0 to 1
     * @param seed any number
     * @return the plan
     * @throws ConfigurationException when {@code probability} is out of range
     */
    public static Failures random(double probability, long seed) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new ConfigurationException("probability is " + probability + ", allowed are 0 to 1");
        }
        return new Failures(
                call -> new SplittableRandom(seed ^ (call * 0x9E3779B97F4A7C15L)).nextDouble() < probability,
                message -> new LaboratoryException(message + " (at random, seed " + seed + ")"),
                new AtomicInteger());
    }

    /**
     * With another error; counts on from here.
     *
     * @param made makes the error from a message
     * @return a copy
     */
    public Failures throwing(Function<String, RuntimeException> made) {
        return new Failures(plan, made, calls);
    }

    /**
     * Calls so far.
     *
     * @return at least 0
     */
    public int calls() {
        return calls.get();
    }

    /** Counts a call; gives its number when it must fail, else 0. */
    int next() {
        int call = calls.incrementAndGet();
        return plan.fails(call) ? call : 0;
    }

    /** Counts a call and throws when it must fail. */
    void check(String what) {
        int call = next();
        if (call > 0) {
            throw error(what, call);
        }
    }

    RuntimeException error(String what, int call) {
        return error.apply("failure made for a test: call " + call + ", " + what);
    }
}
