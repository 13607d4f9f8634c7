package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.DeviceException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /**
     * Runs a batch on the first replica that can.
     *
     * @throws DeviceException when none can; then the batch is to blame or everything is down, and no replica is left out
     */
    void run(TokenBatch batch, FloatBuffer target) {
        int start = target.position();
        Map<Slot, DeviceException> failed = new LinkedHashMap<>();
        for (Slot slot = leastBusy(failed.keySet()); slot != null; slot = leastBusy(failed.keySet())) {
            slot.inFlight.incrementAndGet();
            try {
                slot.replica.run(batch, target);
                failed.forEach(Replicas::leaveOut);
                return;
            } catch (DeviceException e) {
                failed.put(slot, e);
                target.position(start);
            } finally {
                slot.inFlight.decrementAndGet();
            }
        }
        List<DeviceException> causes = List.copyOf(failed.values());
        if (causes.size() == 1) {
            throw causes.get(0);
        }
        DeviceException last = causes.get(causes.size() - 1);
        DeviceException all = new DeviceException(
                "a batch failed on each of " + causes.size() + " replicas, last with: " + last.getMessage(), last);
        causes.subList(0, causes.size() - 1).forEach(all::addSuppressed);
        throw all;
    }

    private static void leaveOut(Slot slot, DeviceException cause) {
        if (slot.failed.compareAndSet(false, true)) {
            LOG.warn("replica {} failed and is left out; its batch went to another: {}", slot.replica.name(), cause.getMessage());
        }
    }

    /** Those that were left out come last: better a second try than none. */
    private @Nullable Slot leastBusy(Set<Slot> tried) {
        return slots.stream()
                .filter(slot -> !tried.contains(slot))
                .min(Comparator.comparing((Slot slot) -> slot.failed.get()).thenComparingInt(slot -> slot.inFlight.get()))
                .orElse(null);
    }

    int alive() {
        return (int) slots.stream().filter(slot -> !slot.failed.get()).count();
    }

    @Override
    public void close() {
        DeviceException failure = null;
        for (Slot slot : slots) {
            try {
                slot.replica.close();
            } catch (DeviceException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
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
