package io.github.embeddinglab.training.libtorch;

import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.training.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas_full;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Threads that compute passes side by side, each on one processor.
 *
 * <p>One pass on all processors is slower: libtorch's threads (OpenMP) and OpenBLAS's wait for each other by spinning, each in the
 * way of the other's work. Side by side neither has anything to wait for.
 */
@SuppressWarnings("try") // scopes are closed, not read
final class Lanes {
    private final List<ExecutorService> threads = new ArrayList<>();
    private final List<ParameterView> views = new ArrayList<>();
    private final int outside;
    private final int count;

    /** A thread that knows what it sees. */
    private static final class Lane extends Thread {
        private final Lanes owner;
        private final ParameterView view;

        Lane(Runnable work, String name, Lanes owner, ParameterView view) {
            super(work, name);
            this.owner = owner;
            this.view = view;
            setDaemon(true);
        }
    }

    /**
     * Makes lanes; threads start when they are first needed.
     *
     * @param threads outside them
     * @param count of lanes
     */
    Lanes(int threads, int count) {
        this.outside = threads;
        this.count = count;
    }

    int count() {
        return count;
    }

    /** The view of the lane that asks; null outside lanes. */
    @Nullable ParameterView view() {
        return Thread.currentThread() instanceof Lane lane && lane.owner == this ? lane.view : null;
    }

    private void start() {
        for (int lane = threads.size(); lane < count; lane++) {
            String name = "laboratory-training-" + lane;
            ParameterView view = new ParameterView(true);
            ExecutorService thread = Executors.newSingleThreadExecutor(work -> new Lane(work, name, this, view));
            threads.add(thread);
            views.add(view);
            finish(List.of(thread.submit(() -> {
                torch.get_num_threads(); // takes the count of the process over once; later it would undo what is set here
                torch.set_num_threads(1);
                return List.of();
            })));
        }
        torch.set_num_threads(outside); // the last word is the process's
    }

    /**
     * Runs passes, each on a lane, and waits for all of them.
     *
     * @param passes no more than lanes
     * @return what they gave, in the caller's scope
     */
    List<List<Tensor>> run(List<Supplier<List<Tensor>>> passes) {
        start();
        openblas_full.openblas_set_num_threads(1);
        boolean done = false;
        try {
            List<Future<List<Tensor>>> running = new ArrayList<>();
            for (int lane = 0; lane < passes.size(); lane++) {
                Supplier<List<Tensor>> pass = passes.get(lane);
                ParameterView view = views.get(lane);
                running.add(threads.get(lane).submit(() -> pass(pass, view)));
            }
            List<List<Tensor>> out = finish(running);
            views.forEach(ParameterView::giveGradients); // in the order of the lanes, so that sums are the same each time
            done = true;
            return out;
        } finally {
            if (!done) {
                views.forEach(ParameterView::dropGradients);
            }
            openblas_full.openblas_set_num_threads(outside);
        }
    }

    private static List<Tensor> pass(Supplier<List<Tensor>> pass, ParameterView view) {
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> made = pass.get();
            made.forEach(tensor -> LibtorchTensor.of(tensor).retainReference());
            return made;
        } finally {
            view.forgetNarrowed();
        }
    }

    /** Waits for all, whatever happens to one: none may run on when the caller goes on. */
    private static List<List<Tensor>> finish(List<Future<List<Tensor>>> running) {
        List<List<Tensor>> out = new ArrayList<>();
        @Nullable Throwable fault = null;
        boolean interrupted = false;
        for (Future<List<Tensor>> one : running) {
            while (true) {
                try {
                    out.add(adopt(one.get()));
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    fault = fault == null ? e.getCause() : fault;
                    break;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (fault instanceof RuntimeException known) {
            throw known;
        }
        if (fault != null) {
            throw new LaboratoryException("a pass of the training ended: " + fault, fault);
        }
        return out;
    }

    /** What was retained in a scope that is closed belongs to the scope of the caller from now on. */
    static List<Tensor> adopt(List<Tensor> made) {
        PointerScope scope = PointerScope.getInnerScope();
        for (Tensor tensor : made) {
            org.bytedeco.pytorch.Tensor value = LibtorchTensor.of(tensor);
            scope.attach(value);
            value.releaseReference();
        }
        return made;
    }

    void close() {
        threads.forEach(ExecutorService::shutdown);
        views.forEach(ParameterView::close);
        threads.clear();
        views.clear();
    }
}
