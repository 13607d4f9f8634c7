package io.github.embeddinglab.core.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("unit")
@Timeout(60)
class MemoryGateTest {
    @Test
    @ExtendWith(Seeds.class)
    void neverMoreThanTheCeiling(Seeds.Seed seed) throws Exception {
        MemoryGate gate = new MemoryGate(1000);
        AtomicLong inFlight = new AtomicLong();
        AtomicLong most = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < 6; number++) {
            Random random = seed.random(number);
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 3000; i++) {
                    long bytes = 1L + random.nextInt(i % 7 == 0 ? 1000 : 200);
                    enter(gate, bytes);
                    most.accumulateAndGet(inFlight.addAndGet(bytes), Math::max);
                    inFlight.addAndGet(-bytes);
                    gate.leave(bytes);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(most.get()).isBetween(201L, 1000L);
        assertThat(gate.most()).isGreaterThanOrEqualTo(most.get()).isLessThanOrEqualTo(1000);
        assertThatThrownBy(() -> gate.enter(1001)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLargeBatchIsNotOvertakenForEver() throws Exception {
        MemoryGate gate = new MemoryGate(100);
        gate.enter(60);
        CountDownLatch large = new CountDownLatch(1);
        Thread waiting = start(() -> {
            enter(gate, 90);
            large.countDown();
        });
        awaitWaiting(waiting);
        Thread small = start(() -> enter(gate, 10));
        awaitWaiting(small); // it would fit, but the large one came first
        gate.leave(60);
        assertThat(large.await(30, TimeUnit.SECONDS)).isTrue();
        small.join();
    }

    @Test
    void anInterruptedWaiterLetsTheNextOneIn() throws Exception {
        MemoryGate gate = new MemoryGate(100);
        gate.enter(60);
        Thread waiting = start(() -> assertThatThrownBy(() -> gate.enter(90)).isInstanceOf(InterruptedException.class));
        awaitWaiting(waiting);
        Thread small = start(() -> enter(gate, 10));
        awaitWaiting(small);
        waiting.interrupt();
        waiting.join();
        small.join();
    }

    private static Thread start(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    private static void enter(MemoryGate gate, long bytes) {
        try {
            gate.enter(bytes);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
