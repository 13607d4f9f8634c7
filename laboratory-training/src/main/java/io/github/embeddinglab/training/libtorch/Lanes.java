package io.github.embeddinglab.training.libtorch;

import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.training.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
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
    /** Elements below which work that belongs to no pass is done where it is asked for. */
    private static final long WORTH_SHARING = 1 << 18;

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
        boolean done = false;
        try {
            List<List<Tensor>> out = sideBySide(passes);
            giveGradients();
            done = true;
            return out;
        } finally {
            if (!done) {
                views.forEach(ParameterView::dropGradients);
            }
        }
    }

    /** For each parameter in the order of the lanes, so that sums are the same each time. */
    private void giveGradients() {
        Set<LibtorchParameter> seen = new LinkedHashSet<>();
        views.forEach(view -> seen.addAll(view.seen()));
        inShares(List.copyOf(seen), parameter -> parameter.stored().numel(), share -> share.forEach(parameter -> {
            try (PointerScope scope = new PointerScope()) {
                views.forEach(view -> view.giveGradient(parameter));
            }
        }));
    }

    /**
     * Does work that belongs to no pass, in shares of about equal size. libtorch's own threads would go on spinning after it, in the way of
     * the next passes.
     *
     * @param all that is to be worked on
     * @param size of one
     * @param work on a share, in a scope of its own
     */
    <T> void inShares(List<T> all, ToLongFunction<T> size, Consumer<List<T>> work) {
        if (count < 2 || all.stream().mapToLong(size).sum() < WORTH_SHARING) {
            try (PointerScope scope = new PointerScope()) {
                work.accept(all);
            }
            return;
        }
        long[] filled = new long[count];
        List<List<T>> shares = new ArrayList<>();
        for (int share = 0; share < count; share++) {
            shares.add(new ArrayList<>());
        }
        for (T one : all.stream().sorted(Comparator.comparingLong(size).reversed()).toList()) {
            int least = 0;
            for (int share = 1; share < count; share++) {
                least = filled[share] < filled[least] ? share : least;
            }
            filled[least] += size.applyAsLong(one);
            shares.get(least).add(one);
        }
        sideBySide(shares.stream().<Supplier<List<Tensor>>>map(share -> () -> {
            work.accept(share);
            return List.of();
        }).toList());
    }

    private List<List<Tensor>> sideBySide(List<Supplier<List<Tensor>>> passes) {
        start();
        openblas_full.openblas_set_num_threads(1);
        try {
            List<Future<List<Tensor>>> running = new ArrayList<>();
            for (int lane = 0; lane < passes.size(); lane++) {
                Supplier<List<Tensor>> pass = passes.get(lane);
                ParameterView view = views.get(lane);
                running.add(threads.get(lane).submit(() -> pass(pass, view)));
            }
            return finish(running);
        } finally {
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
