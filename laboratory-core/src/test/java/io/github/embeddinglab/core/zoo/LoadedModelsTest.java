package io.github.embeddinglab.core.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.embeddinglab.api.DelegatingEmbedder;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.testkit.FakeEmbedder;
import io.github.embeddinglab.testkit.LeakCheck;
import io.github.embeddinglab.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("unit")
@Timeout(120)
class LoadedModelsTest {
    @RegisterExtension
    final LeakCheck leaks = new LeakCheck();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger loads = new AtomicInteger();
    private final AtomicInteger usedAfterClose = new AtomicInteger();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void oneLoaderForManyCallers() throws Exception {
        try (LoadedModels models = new LoadedModels(5, 1000)) {
            CountDownLatch slow = new CountDownLatch(1);
            List<Future<Embedder>> callers = each(12, () -> models.with("a", key -> {
                await(slow);
                return load(key, 1);
            }, embedder -> embedder));
            slow.countDown();
            Embedder first = callers.get(0).get();
            for (Future<Embedder> caller : callers) {
                assertThat(caller.get()).isSameAs(first);
            }
            assertThat(loads).hasValue(1);
        }
    }

    @Test
    void allWaitersGetTheErrorAndTheNextCallTriesAgain() throws Exception {
        try (LoadedModels models = new LoadedModels(5, 1000)) {
            CountDownLatch slow = new CountDownLatch(1);
            AtomicInteger tries = new AtomicInteger();
            Function<String, LoadedModels.Loaded> failing = key -> {
                tries.incrementAndGet();
                await(slow);
                throw new InvalidModelException("broken weights");
            };
            List<Future<Throwable>> callers =
                    each(6, () -> catchThrowable(() -> models.with("a", failing, Embedder::dimensions)));
            slow.countDown();
            for (Future<Throwable> caller : callers) {
                assertThat(caller.get()).isInstanceOf(InvalidModelException.class).hasMessage("broken weights");
            }
            assertThat(tries.get()).as("those that came later try again themselves").isBetween(1, 6);
            assertThat(models.size()).isZero();
            assertThat(models.<Integer>with("a", key -> load(key, 1), Embedder::dimensions)).isPositive();
            assertThatThrownBy(() -> models.with("b", key -> {
                        throw new NoClassDefFoundError("ai/onnxruntime/OrtEnvironment");
                    }, Embedder::dimensions))
                    .isInstanceOf(NoClassDefFoundError.class);
        }
    }

    @Test
    void leastRecentlyUsedGoesFirstByCount() {
        try (LoadedModels models = new LoadedModels(2, Long.MAX_VALUE)) {
            use(models, "a", 1);
            use(models, "b", 1);
            use(models, "a", 1);
            use(models, "c", 1);
            assertThat(leaks.openCount()).isEqualTo(2);
            assertThat(loads).hasValue(3);
            use(models, "a", 1);
            assertThat(loads).as("a stayed").hasValue(3);
            use(models, "b", 1);
            assertThat(loads).as("b had gone").hasValue(4);
        }
    }

    @Test
    void leastRecentlyUsedGoesFirstByBytes() {
        try (LoadedModels models = new LoadedModels(10, 100)) {
            use(models, "a", 40);
            use(models, "b", 40);
            use(models, "c", 40);
            assertThat(models.size()).isEqualTo(2);
            use(models, "large", 500);
            assertThat(models.size()).as("alone it may exceed the limit").isEqualTo(1);
            use(models, "a", 40);
            assertThat(models.size()).isEqualTo(1);
            assertThat(loads).hasValue(5);
        }
    }

    @Test
    void whatIsLeasedIsClosedAfterItsLastUse() {
        try (LoadedModels models = new LoadedModels(1, 1000)) {
            int width = models.with("a", key -> load(key, 1), held -> {
                use(models, "b", 1);
                assertThat(leaks.openCount()).as("a is evicted and still in use").isEqualTo(2);
                models.forget("b");
                assertThat(leaks.openCount()).isEqualTo(1);
                return held.dimensions();
            });
            assertThat(width).isPositive();
            assertThat(leaks.openCount()).isZero();
            assertThat(usedAfterClose).hasValue(0);
        }
    }

    @Test
    void closeWaitsForLeasesEvenOfEvictedModelsAndThenRefuses() throws Exception {
        LoadedModels models = new LoadedModels(1, 1000);
        CountDownLatch using = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        Future<Integer> caller = threads.submit(() -> models.with("a", key -> load(key, 1), held -> {
            use(models, "b", 1);
            using.countDown();
            await(finish);
            return held.dimensions();
        }));
        using.await();
        Thread closing = new Thread(models::close);
        closing.start();
        while (closing.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThatThrownBy(() -> use(models, "b", 1)).isInstanceOf(LaboratoryException.class).hasMessageContaining("closed");
        assertThat(leaks.openCount()).isEqualTo(2);
        finish.countDown();
        assertThat(caller.get()).isPositive();
        closing.join();
        assertThat(leaks.openCount()).isZero();
        models.close();
    }

    @Test
    void closeIsNotHeldUpByALoaderThatFails() throws Exception {
        LoadedModels models = new LoadedModels(1, 1000);
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        Future<Throwable> caller = threads.submit(() -> catchThrowable(() -> models.with("a", key -> {
            loading.countDown();
            await(finish);
            throw new InvalidModelException("broken weights");
        }, Embedder::dimensions)));
        loading.await();
        Thread closing = new Thread(models::close);
        closing.start();
        while (closing.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        finish.countDown();
        assertThat(caller.get()).isInstanceOf(InvalidModelException.class);
        closing.join();
    }

    @Test
    @ExtendWith(Seeds.class)
    void nothingLeasedIsEverClosed(Seeds.Seed seed) throws Exception {
        LoadedModels models = new LoadedModels(3, 300);
        AtomicInteger failures = new AtomicInteger();
        AtomicInteger numbers = new AtomicInteger();
        List<Future<Void>> callers = each(6, () -> {
            Random random = seed.random(numbers.getAndIncrement());
            for (int i = 0; i < 3000; i++) {
                String name = "m" + random.nextInt(7);
                if (random.nextInt(40) == 0) {
                    models.forget(name);
                }
                boolean broken = random.nextInt(50) == 0;
                try {
                    models.with(name, key -> {
                        if (broken) {
                            throw new InvalidModelException("broken weights");
                        }
                        return load(key, 1L + random.nextInt(200));
                    }, embedder -> {
                        embedder.embed(List.of("water"));
                        if (random.nextInt(10) == 0) {
                            Thread.onSpinWait();
                        }
                        return embedder.embed(List.of("stone")).rows();
                    });
                } catch (InvalidModelException e) {
                    failures.incrementAndGet();
                }
            }
            return null;
        });
        for (Future<Void> caller : callers) {
            caller.get();
        }
        assertThat(usedAfterClose).hasValue(0);
        assertThat(models.size()).isLessThanOrEqualTo(3);
        assertThat(leaks.openCount()).isEqualTo(models.size());
        assertThat(loads.get()).as("models went and came back").isGreaterThan(7);
        models.close();
        assertThat(leaks.openCount()).isZero();
    }

    private void use(LoadedModels models, String name, long bytes) {
        models.with(name, key -> load(key, bytes), embedder -> embedder.embed(List.of("water")));
    }

    private LoadedModels.Loaded load(String key, long bytes) {
        loads.incrementAndGet();
        return new LoadedModels.Loaded(new Tracked(key), bytes);
    }

    private <T> List<Future<T>> each(int count, Callable<T> task) {
        List<Future<T>> futures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            futures.add(threads.submit(task));
        }
        return futures;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Counts calls that come after closing; closing twice is a failure as well. */
    private final class Tracked extends DelegatingEmbedder {
        private final LeakCheck.Ticket ticket;

        Tracked(String name) {
            super(FakeEmbedder.builder().model(name).build());
            this.ticket = leaks.opened(name);
        }

        @Override
        public Embeddings embed(List<String> texts, EmbedOptions options) {
            Embeddings embeddings = super.embed(texts, options);
            if (!ticket.isOpen()) {
                usedAfterClose.incrementAndGet();
            }
            return embeddings;
        }

        @Override
        public void close() {
            if (!ticket.closed()) {
                usedAfterClose.incrementAndGet();
            }
        }
    }
}
