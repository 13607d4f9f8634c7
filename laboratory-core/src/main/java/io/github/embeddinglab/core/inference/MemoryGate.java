package io.github.embeddinglab.core.inference;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Lets batches in while their estimated bytes stay under a ceiling. First come, first served. */
final class MemoryGate {
    private final long ceiling;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition freed = lock.newCondition();
    private long inFlight;

    MemoryGate(long ceiling) {
        this.ceiling = ceiling;
    }

    long ceiling() {
        return ceiling;
    }

    /** Waits until the bytes fit; the caller has checked that they fit alone. */
    void enter(long bytes) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (inFlight > 0 && inFlight + bytes > ceiling) {
                freed.await();
            }
            inFlight += bytes;
        } finally {
            lock.unlock();
        }
    }

    void leave(long bytes) {
        lock.lock();
        try {
            inFlight -= bytes;
            freed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
