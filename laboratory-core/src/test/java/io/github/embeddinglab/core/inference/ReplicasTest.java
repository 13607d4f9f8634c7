package io.github.embeddinglab.core.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.DeviceException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class ReplicasTest {
    private static final TokenBatch BATCH = new TokenBatch(1, 1, new long[] {7}, new long[1], new long[1], new long[] {1});

    @Test
    void aFailingReplicaIsLeftOutAndItsBatchGoesOn() {
        Stub broken = new Stub(true);
        Stub whole = new Stub(false);
        try (Replicas replicas = new Replicas(List.of(broken, whole))) {
            for (int i = 0; i < 10; i++) {
                float[] target = new float[2];
                replicas.run(BATCH, FloatBuffer.wrap(target));
                assertThat(target).as("nothing of the failed run").containsExactly(7, 8);
            }
            assertThat(broken.runs).hasValue(1);
            assertThat(replicas.alive()).isEqualTo(1);
        }
        assertThat(broken.closed && whole.closed).isTrue();
    }

    @Test
    void aBatchThatFailsEverywhereLeavesNoReplicaOut() {
        Stub one = new Stub(true);
        Stub other = new Stub(true);
        try (Replicas replicas = new Replicas(List.of(one, other))) {
            assertThatThrownBy(() -> replicas.run(BATCH, FloatBuffer.allocate(2)))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("each of 2 replicas", "out of order");
            assertThat(replicas.alive()).isEqualTo(2);
            one.failing = false;
            float[] target = new float[2];
            replicas.run(BATCH, FloatBuffer.wrap(target));
            assertThat(target).containsExactly(7, 8);
        }
    }

    @Test
    void aReplicaLeftOutIsTriedWhenNothingElseIsLeft() {
        Stub first = new Stub(true);
        Stub second = new Stub(false);
        try (Replicas replicas = new Replicas(List.of(first, second))) {
            replicas.run(BATCH, FloatBuffer.allocate(2));
            assertThat(replicas.alive()).isEqualTo(1);
            second.failing = true;
            first.failing = false;
            replicas.run(BATCH, FloatBuffer.allocate(2));
            assertThat(replicas.alive()).isZero();
            second.failing = false;
            replicas.run(BATCH, FloatBuffer.allocate(2));
        }
    }

    @Test
    void allAreClosedThoughOneFails() {
        Stub one = new Stub(false);
        one.failsToClose = true;
        Stub other = new Stub(false);
        assertThatThrownBy(() -> new Replicas(List.of(one, other)).close()).isInstanceOf(DeviceException.class);
        assertThat(other.closed).isTrue();
    }

    private static final class Stub implements Replica {
        private final AtomicInteger runs = new AtomicInteger();
        private volatile boolean failing;
        private boolean failsToClose;
        private boolean closed;

        Stub(boolean failing) {
            this.failing = failing;
        }

        @Override
        public String name() {
            return "stub:0";
        }

        @Override
        public void run(TokenBatch batch, FloatBuffer target) {
            runs.incrementAndGet();
            target.put(failing ? -1 : 7);
            if (failing) {
                throw new DeviceException("out of order");
            }
            target.put(8);
        }

        @Override
        public void close() {
            closed = true;
            if (failsToClose) {
                throw new DeviceException("stuck");
            }
        }
    }
}
