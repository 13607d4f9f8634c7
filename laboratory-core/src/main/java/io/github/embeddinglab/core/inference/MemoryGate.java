package io.github.embeddinglab.core.inference;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets batches in while their estimated bytes stay under a ceiling. First come, first served: a large batch is not
 * overtaken by small ones for ever.
 */
final class MemoryGate {
    private final long ceiling;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Object> waiting = new ArrayDeque<>();
    private long inFlight;
    private long most;

    MemoryGate(long ceiling) {
        this.ceiling = ceiling;
    }

    long ceiling() {
        return ceiling;
    }

    /** The most bytes that were in flight at one time. */
    long most() {
        lock.lock();
        try {
            return most;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the bytes fit.
     *
     * @throws IllegalArgumentException when they exceed the ceiling alone; the caller checks that first
     */
    void enter(long bytes) throws InterruptedException {
        if (bytes > ceiling) {
            throw new IllegalArgumentException(bytes + " bytes never fit under the ceiling of " + ceiling);
        }
        Object ticket = new Object();
        lock.lockInterruptibly();
        try {
            waiting.add(ticket);
            while (waiting.peek() != ticket || inFlight + bytes > ceiling) {
                changed.await();
            }
            inFlight += bytes;
            most = Math.max(most, inFlight);
        } finally {
            waiting.remove(ticket);
            changed.signalAll(); // the next in line may fit as well
            lock.unlock();
        }
    }

    void leave(long bytes) {
        lock.lock();
        try {
            inFlight -= bytes;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
