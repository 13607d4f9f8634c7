package io.github.embeddinglab.evaluation.load;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.OverloadedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Load from concurrent callers. {@link #run} is open: requests arrive by a Poisson process whether or not earlier ones are
 * answered, and a latency counts from the time a request was meant to start. So a pause of the system delays all that
 * arrive during it, as it would delay users, and is not hidden by callers that wait (coordinated omission). {@link #closed}
 * lets each caller send the next request when the last one is answered, which finds the peak.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class OpenLoop {
    private static final double NANOS = 1e9;
    private static final long END = -1;
    private static final int REFUSED = 1;
    private static final int ANSWERED = 0;

    private final IntConsumer request;
    private final int callers;
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private final ConcurrentLinkedQueue<long[]> outcomes = new ConcurrentLinkedQueue<>();

    private OpenLoop(IntConsumer request, int callers) {
        this.request = request;
        this.callers = callers;
    }

    /**
     * Sends requests at a rate, on {@code callers} threads. Requests that find no free thread wait, and their wait counts.
     *
     * @param request does request number i; {@link OverloadedException} counts as refused, any other error ends the run
     * @param perSecond mean of the arrivals, above 0
     * @param length of the arrivals; the run ends when the last request has ended
     * @param callers threads, at least 1
     * @return what happened; the arrivals are those of a fixed seed
     * @throws CancelledException when the calling thread is interrupted
     */
    public static LoadStep run(IntConsumer request, double perSecond, Duration length, int callers) {
        return new OpenLoop(request, callers).open(perSecond, length.toNanos());
    }

    /**
     * Lets each caller send its requests one after the other.
     *
     * @param request does request number i
     * @param length of the measurement
     * @param callers threads, at least 1
     * @return answered requests a second
     */
    public static double closed(IntConsumer request, Duration length, int callers) {
        return new OpenLoop(request, callers).saturated(length.toNanos());
    }

    private LoadStep open(double perSecond, long length) {
        BlockingQueue<Long> arrivals = new LinkedBlockingQueue<>();
        AtomicLong number = new AtomicLong();
        List<Thread> threads = start(() -> {
            for (long intended = take(arrivals); intended != END; intended = take(arrivals)) {
                answer((int) number.getAndIncrement(), intended);
            }
        });
        SplittableRandom random = new SplittableRandom(1);
        long start = System.nanoTime();
        long offset = 0;
        int sent = 0;
        while (failure.get() == null) {
            offset += (long) (-Math.log(1 - random.nextDouble()) / perSecond * NANOS);
            if (offset >= length) {
                break;
            }
            long intended = start + offset;
            waitUntil(intended, threads);
            arrivals.add(intended);
            sent++;
        }
        for (int i = 0; i < callers; i++) {
            arrivals.add(END);
        }
        join(threads);
        return step(sent, start, length);
    }

    private double saturated(long length) {
        AtomicLong number = new AtomicLong();
        long start = System.nanoTime();
        List<Thread> threads = start(() -> {
            while (System.nanoTime() - start < length && failure.get() == null) {
                answer((int) number.getAndIncrement(), System.nanoTime());
            }
        });
        join(threads);
        double seconds = (System.nanoTime() - start) / NANOS;
        return outcomes.stream().filter(outcome -> outcome[0] == ANSWERED).count() / seconds;
    }

    private void answer(int number, long intended) {
        try {
            request.accept(number);
            long now = System.nanoTime();
            outcomes.add(new long[] {ANSWERED, now - intended, now});
        } catch (OverloadedException e) {
            outcomes.add(new long[] {REFUSED, 0, 0});
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private LoadStep step(int sent, long start, long length) {
        List<long[]> answered = outcomes.stream().filter(outcome -> outcome[0] == ANSWERED).toList();
        long inTime = answered.stream().filter(outcome -> outcome[2] - start <= length).count();
        double seconds = length / NANOS;
        return new LoadStep(
                sent / seconds,
                inTime / seconds,
                sent == 0 ? 0 : (double) (outcomes.size() - answered.size()) / sent,
                Latencies.of(answered.stream().mapToLong(outcome -> outcome[1]).toArray()));
    }

    private List<Thread> start(Runnable work) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            Thread thread = new Thread(work, "load-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        return threads;
    }

    private static long take(BlockingQueue<Long> arrivals) {
        try {
            return arrivals.take();
        } catch (InterruptedException e) {
            return END;
        }
    }

    private static void waitUntil(long time, List<Thread> threads) {
        for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.currentThread().isInterrupted()) {
                throw cancelled(threads);
            }
        }
    }

    private void join(List<Thread> threads) {
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw cancelled(threads);
            }
        }
        RuntimeException first = failure.get();
        if (first != null) {
            throw first instanceof LaboratoryException
                    ? first
                    : new LaboratoryException("a request under load failed: " + first.getMessage(), first);
        }
    }

    private static CancelledException cancelled(List<Thread> threads) {
        threads.forEach(Thread::interrupt);
        return new CancelledException("the load was cancelled by an interrupt");
    }
}
