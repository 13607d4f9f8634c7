package io.github.embeddinglab.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.BoundedEmbedder;
import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.DelegatingEmbedder;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.OverloadedException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bounded front: who runs, who waits, who is refused. */
@Tag("unit")
@Timeout(60)
class BoundedEmbedderTest {
    private final Semaphore gate = new Semaphore(0);
    private final List<String> order = Collections.synchronizedList(new ArrayList<>());
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final BoundedEmbedder front = BoundedEmbedder.over(
            new DelegatingEmbedder(FakeEmbedder.open()) {
                @Override
                public Embeddings embed(List<String> texts, EmbedOptions options) {
                    order.add(texts.get(0));
                    gate.acquireUninterruptibly();
                    return delegate().embed(texts, options);
                }
            },
            1,
            2);

    @AfterEach
    void close() throws InterruptedException {
        gate.release(1000);
        callers.shutdownNow();
        assertThat(callers.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        front.close();
    }

    private Future<Embeddings> call(String text) {
        return callers.submit(() -> front.embed(List.of(text)));
    }

    private void start(String text) {
        callers.execute(() -> front.embed(List.of(text)));
    }

    private void waitFor(int running, int waiting) throws InterruptedException {
        while (order.size() < running || front.waiting() < waiting) {
            Thread.sleep(1);
        }
    }

    @Test
    void oneRunsTwoWaitInOrderTheRestIsRefused() throws InterruptedException, ExecutionException {
        Future<Embeddings> first = call("first");
        waitFor(1, 0);
        Future<Embeddings> second = call("second");
        waitFor(1, 1);
        Future<Embeddings> third = call("third");
        waitFor(1, 2);
        assertThatThrownBy(() -> front.embed(List.of("fourth")))
                .isInstanceOf(OverloadedException.class)
                .hasMessageContaining("1 calls running and 2 waiting")
                .hasMessageContaining("try again later");
        assertThat(front.waiting()).as("the refused one left the queue").isEqualTo(2);
        gate.release(3);
        assertThat(first.get().rows() + second.get().rows() + third.get().rows()).isEqualTo(3);
        assertThat(order).containsExactly("first", "second", "third");
        gate.release(1);
        assertThat(front.embed(List.of("later")).rows()).as("there is room again").isEqualTo(1);
    }

    @Test
    void aStreamIsRefusedBeforeItIsRead() throws InterruptedException {
        start("runs");
        waitFor(1, 0);
        start("waits");
        start("waits too");
        waitFor(1, 2);
        Iterator<String> texts = new Iterator<>() {
            @Override
            public boolean hasNext() {
                throw new AssertionError("read");
            }

            @Override
            public String next() {
                throw new AssertionError("read");
            }
        };
        assertThatThrownBy(() -> front.embed(texts, EmbedOptions.defaults(), (row, rows) -> {}))
                .isInstanceOf(OverloadedException.class);
    }

    @Test
    void anInterruptEndsTheWaitAndFreesThePlace() throws InterruptedException {
        start("runs");
        waitFor(1, 0);
        Future<Embeddings> waits = call("waits");
        waitFor(1, 1);
        waits.cancel(true);
        while (front.waiting() > 0) {
            Thread.sleep(1);
        }
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> front.embed(List.of("never"))).isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
        gate.release(1);
        gate.release(1);
        assertThat(front.embed(List.of("after")).rows()).isEqualTo(1);
    }

    @Test
    void aFailureFreesThePlace() {
        try (BoundedEmbedder failing = BoundedEmbedder.over(
                new DelegatingEmbedder(FakeEmbedder.open()) {
                    @Override
                    public Embeddings embed(List<String> texts, EmbedOptions options) {
                        throw new IllegalStateException("broken");
                    }
                },
                1,
                0)) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> failing.embed(List.of("a"))).hasMessage("broken");
            }
        }
    }

    @Test
    void limitsAreChecked() {
        assertThatThrownBy(() -> BoundedEmbedder.over(FakeEmbedder.open(), 0, 1)).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> BoundedEmbedder.over(FakeEmbedder.open(), 1, -1)).isInstanceOf(ConfigurationException.class);
    }
}
