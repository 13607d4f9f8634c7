package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.LaboratoryException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Makes the next batch on another thread while the present one is computed; tensors stay on the training's thread. */
final class BatchAhead implements AutoCloseable {
    private final IntFunction<RowBatches.Batch> batches;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread made = new Thread(task, "laboratory-batches");
        made.setDaemon(true);
        return made;
    });
    private @Nullable Future<RowBatches.Batch> next;
    private int nextStep = -1;

    /**
     * Makes none yet.
     *
     * @param batches by step, from 0
     */
    BatchAhead(IntFunction<RowBatches.Batch> batches) {
        this.batches = batches;
    }

    RowBatches.Batch take(int step) {
        Future<RowBatches.Batch> ready = next != null && nextStep == step ? next : thread.submit(() -> batches.apply(step));
        try {
            RowBatches.Batch batch = ready.get();
            nextStep = step + 1;
            next = thread.submit(() -> batches.apply(step + 1));
            return batch;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("training was interrupted at step " + step, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LaboratoryException cause) {
                throw cause;
            }
            throw new LaboratoryException("the batch of step " + step + " could not be made: " + e.getCause(), e);
        }
    }

    /** Waits for the batch that is being made: what it reads, as the tokenizer, is closed next. */
    @Override
    public void close() {
        thread.shutdownNow();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = thread.awaitTermination(1, TimeUnit.HOURS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
