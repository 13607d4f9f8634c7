package io.github.embeddinglab.training.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.engine.TrainingBatch;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Batches that another thread makes ahead come in order, tell their faults, and leave no thread. */
@Tag("unit")
@Timeout(60)
class BatchAheadTest {
    private static RowBatches.Batch batch(int step) {
        return new RowBatches.Batch(List.of(step), TrainingBatch.of(List.of(TokenBatch.of(List.of(new int[] {1, 2}), 0))));
    }

    @Test
    void eachStepGetsItsOwnBatchAlsoAfterAJump() throws Exception {
        Set<Integer> made = new ConcurrentSkipListSet<>();
        CountDownLatch ahead = new CountDownLatch(4);
        try (BatchAhead batches = new BatchAhead(step -> {
            made.add(step);
            ahead.countDown();
            return batch(step);
        })) {
            for (int step = 0; step < 3; step++) {
                assertThat(batches.take(step).rows()).containsExactly(step);
            }
            assertThat(ahead.await(30, TimeUnit.SECONDS)).as("the next one is made before it is asked for").isTrue();
            assertThat(made).containsExactly(0, 1, 2, 3);
            assertThat(batches.take(7).rows()).containsExactly(7); // as a resumed training begins
            assertThat(batches.take(8).rows()).containsExactly(8);
        }
    }

    @Test
    void aFaultComesWithItsStepAndItsCause() {
        IllegalStateException fault = new IllegalStateException("the teacher is gone");
        try (BatchAhead batches = new BatchAhead(step -> {
            if (step == 1) {
                throw fault;
            }
            if (step == 3) {
                throw new InvalidInputException("row 5 is empty");
            }
            return batch(step);
        })) {
            assertThat(batches.take(0).rows()).as("the fault of the next is not that of this one").containsExactly(0);
            assertThatThrownBy(() -> batches.take(1))
                    .isExactlyInstanceOf(LaboratoryException.class)
                    .hasMessageContaining("the batch of step 1 could not be made")
                    .hasMessageContaining("the teacher is gone")
                    .hasRootCause(fault);
            assertThat(batches.take(2).rows()).as("it is told once").containsExactly(2);
            assertThatThrownBy(() -> batches.take(3)).isInstanceOf(InvalidInputException.class).hasMessage("row 5 is empty");
        }
    }

    @Test
    void closingWaitsForTheBatchThatIsBeingMade() throws Exception {
        AtomicReference<Thread> maker = new AtomicReference<>();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        BatchAhead batches = new BatchAhead(step -> {
            maker.set(Thread.currentThread());
            if (step == 1) {
                begun.countDown();
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException("ended early", e);
                }
            }
            return batch(step);
        });
        batches.take(0);
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        Thread.currentThread().interrupt(); // as a training that is cancelled closes it
        batches.close();
        assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
        Thread thread = java.util.Objects.requireNonNull(maker.get());
        thread.join(30_000);
        assertThat(thread.isAlive()).isFalse();
    }
}
