package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.DeviceException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The same graph on several devices. A batch goes to the replica with the least batches in flight; a replica that fails
 * is left out from then on, and its batch goes to another, so no text is lost.
 */
final class Replicas implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replicas.class);

    private final List<Slot> slots;

    Replicas(List<? extends Replica> replicas) {
        List<Slot> list = new ArrayList<>();
        replicas.forEach(replica -> list.add(new Slot(replica)));
        this.slots = List.copyOf(list);
    }

    void run(TokenBatch batch, FloatBuffer target) {
        int start = target.position();
        DeviceException last = null;
        for (Slot slot = leastBusy(); slot != null; slot = leastBusy()) {
            slot.inFlight.incrementAndGet();
            try {
                slot.replica.run(batch, target);
                return;
            } catch (DeviceException e) {
                last = e;
                target.position(start);
                if (slots.size() == 1) {
                    break;
                }
                if (slot.failed.compareAndSet(false, true)) {
                    LOG.warn("replica {} failed and is left out; its batch goes to another: {}", slot.replica.name(), e.getMessage());
                }
            } finally {
                slot.inFlight.decrementAndGet();
            }
        }
        throw last != null
                ? last
                : new DeviceException("all " + slots.size() + " replicas of the model have failed; load it again");
    }

    private @Nullable Slot leastBusy() {
        Slot best = null;
        for (Slot slot : slots) {
            if (!slot.failed.get() && (best == null || slot.inFlight.get() < best.inFlight.get())) {
                best = slot;
            }
        }
        return best;
    }

    int alive() {
        return (int) slots.stream().filter(slot -> !slot.failed.get()).count();
    }

    @Override
    public void close() {
        slots.forEach(slot -> slot.replica.close());
    }

    private static final class Slot {
        private final Replica replica;
        private final AtomicInteger inFlight = new AtomicInteger();
        private final AtomicBoolean failed = new AtomicBoolean();

        Slot(Replica replica) {
            this.replica = replica;
        }
    }
}
