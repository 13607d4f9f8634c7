package io.github.embeddinglab.core.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.api.DeviceException;
import io.github.embeddinglab.api.Resources;
import java.nio.FloatBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("unit")
@Timeout(60)
class LoneBatchesTest {
    private static final TokenBatch BATCH =
            new TokenBatch(1, 1, new long[] {7}, new long[1], new long[1], new long[] {1});

    private final AtomicInteger opened = new AtomicInteger();
    private final Recorder recorder = new Recorder();

    private Replica open() {
        opened.incrementAndGet();
        return recorder;
    }

    @Test
    void theFirstBatchOpensNothingALaterOneRunsOnAllThreads() {
        try (Workers workers = new Workers(Resources.defaults().withThreads(2));
                LoneBatches lone = new LoneBatches(this::open)) {
            FloatBuffer target = FloatBuffer.allocate(1);
            workers.run(1, number -> assertThat(lone.run(BATCH, target, workers)).isFalse());
            assertThat(opened).hasValue(0);
            while (!lone.run(BATCH, target, workers)) {
                Thread.onSpinWait(); // the session is opened beside the work
            }
            assertThat(opened).hasValue(1);
            assertThat(target.get(0)).isEqualTo(5);
        }
        assertThat(recorder.closed).isTrue();
    }

    @Test
    void aBusyThreadKeepsItOnOne() throws Exception {
        try (Workers workers = new Workers(Resources.defaults().withThreads(2));
                LoneBatches lone = new LoneBatches(this::open)) {
            while (!lone.run(BATCH, FloatBuffer.allocate(1), workers)) {
                Thread.onSpinWait();
            }
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch done = new CountDownLatch(1);
            Thread other = new Thread(() -> workers.run(1, number -> {
                inside.countDown();
                done.await(30, TimeUnit.SECONDS);
            }));
            other.start();
            inside.await();
            workers.run(1, number -> assertThat(lone.run(BATCH, FloatBuffer.allocate(1), workers)).isFalse());
            done.countDown();
            other.join();
            assertThat(lone.run(BATCH, FloatBuffer.allocate(1), workers)).as("given back").isTrue();
        }
    }

    @Test
    void aFailureLeavesTheBatchToTheOthers() {
        recorder.failing = true;
        try (Workers workers = new Workers(Resources.defaults().withThreads(2));
                LoneBatches lone = new LoneBatches(this::open)) {
            FloatBuffer target = FloatBuffer.allocate(1);
            while (recorder.runs == 0) {
                assertThat(lone.run(BATCH, target, workers)).isFalse();
            }
            assertThat(target.position()).isZero();
            assertThat(workers.tryTakeOthers()).as("threads given back").isTrue();
        }
    }

    @Test
    void aSessionThatCannotBeOpenedIsNoFailureOfTheText() {
        try (Workers workers = new Workers(Resources.defaults().withThreads(2));
                LoneBatches lone = new LoneBatches(LoneBatches.telling(() -> {
                    opened.incrementAndGet();
                    throw new DeviceException("no memory");
                }))) {
            while (opened.get() == 0) {
                assertThat(lone.run(BATCH, FloatBuffer.allocate(1), workers)).isFalse();
            }
            assertThat(lone.run(BATCH, FloatBuffer.allocate(1), workers)).isFalse();
        }
        assertThat(opened).hasValue(1);
    }

    private static final class Recorder implements Replica {
        private volatile boolean failing;
        private volatile int runs;
        private volatile boolean closed;

        @Override
        public String name() {
            return "recorder:0";
        }

        @Override
        public void run(TokenBatch batch, FloatBuffer target) {
            target.put(5);
            runs = 1;
            if (failing) {
                throw new DeviceException("out of order");
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
