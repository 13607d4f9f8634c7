package io.github.embeddinglab.core.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.DeviceException;
import io.github.embeddinglab.api.Resources;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.tokenization.SpecialTokens;
import io.github.embeddinglab.core.tokenization.TokenIds;
import io.github.embeddinglab.testkit.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Callers that contend for one or two threads; the runner stands for a session and gives each text its number. */
@Tag("unit")
@Timeout(60)
class SingleTextsTest {
    private static final ActivationMemory COST = new ActivationMemory(new EncoderConfig(
            Architecture.BERT, 6, 384, 12, 1536, 30522, 512, 2, EncoderConfig.Activation.GELU, 1e-12f, 0, 0, null));
    private static final int POISON = 666;
    private static final int INTERRUPTED_INSIDE = 777;

    private final Workers workers = new Workers(Resources.defaults().withThreads(1));
    private final List<List<Integer>> batches = Collections.synchronizedList(new ArrayList<>());
    private Runnable inside = () -> {};
    private final List<Boolean> alone = Collections.synchronizedList(new ArrayList<>());
    private final SingleTexts singles =
            new SingleTexts(workers, new BatchPlan.Limits(512, 128, 512L << 20, COST), this::embed);

    @AfterEach
    void everyThreadIsGivenBack() {
        assertThat(workers.idle()).isEqualTo(workers.resources().threads());
        assertThat(singles.waiting()).isZero();
        workers.close();
    }

    /** The vector of a text is its first token and its length. */
    private float[] embed(List<Sequence> sequences, boolean nobodyElse) throws InterruptedException {
        List<Integer> names = sequences.stream().map(sequence -> sequence.ids().id(0)).toList();
        batches.add(names);
        alone.add(nobodyElse);
        if (names.contains(POISON)) {
            throw new DeviceException("poisoned");
        }
        if (names.get(0) == INTERRUPTED_INSIDE) {
            inside.run();
            throw new InterruptedException("while waiting for memory");
        }
        float[] rows = new float[2 * sequences.size()];
        for (int i = 0; i < sequences.size(); i++) {
            rows[2 * i] = names.get(i);
            rows[2 * i + 1] = sequences.get(i).length();
        }
        return rows;
    }

    private static Sequence text(int name, int length) {
        int[] ids = new int[length];
        ids[0] = name;
        return new Sequence(0, TokenIds.of(SpecialTokens.NONE, ids), 0, length);
    }

    /** A caller on a thread of its own. */
    private final class Caller {
        private final FutureTask<float[]> task;
        private final Thread thread;

        Caller(int name, int length) {
            this.task = new FutureTask<>((Callable<float[]>) () -> singles.run(text(name, length)));
            this.thread = new Thread(task);
            thread.start();
        }

        Throwable failure() throws InterruptedException {
            try {
                task.get();
                return new AssertionError("it did not fail");
            } catch (ExecutionException e) {
                return Objects.requireNonNull(e.getCause());
            }
        }
    }

    /** Starts callers one after the other, so that they stand in line in this order. */
    private List<Caller> line(int length, int... names) {
        List<Caller> callers = new ArrayList<>();
        for (int name : names) {
            int before = singles.waiting();
            callers.add(new Caller(name, length));
            await(before + 1);
        }
        return callers;
    }

    private void await(int waiting) {
        while (singles.waiting() != waiting) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aTextRunsAtOnceWhereAThreadIsIdle() {
        assertThat(singles.run(text(3, 10))).containsExactly(3, 10);
        assertThat(batches).containsExactly(List.of(3));
        assertThat(alone).containsExactly(true);
    }

    @Test
    void thoseThatWaitShareABatchAndEachGetsItsOwn() throws Exception {
        workers.take();
        List<Caller> callers = line(10, 1, 2, 3, 4, 5);
        assertThat(batches).isEmpty();
        workers.give();
        for (int i = 0; i < 5; i++) {
            assertThat(callers.get(i).task.get()).containsExactly(i + 1, 10);
        }
        assertThat(batches).containsExactly(List.of(1, 2, 3, 4, 5));
        assertThat(alone).containsExactly(false);
    }

    @Test
    void aBatchEndsWhereMoreTextsMakeItNoFaster() throws Exception {
        workers.take();
        List<Caller> callers = line(50, 1, 2, 3, 4, 5);
        workers.give();
        for (Caller caller : callers) {
            caller.task.get();
        }
        assertThat(batches).containsExactly(List.of(1, 2), List.of(3, 4), List.of(5));
        assertThat(alone).containsExactly(false, false, true);
    }

    @Test
    void aWaitingCallerThatIsInterruptedLeavesAlone() throws Exception {
        workers.take();
        List<Caller> callers = line(10, 1, 2, 3);
        callers.get(1).thread.interrupt();
        assertThat(callers.get(1).failure()).isInstanceOf(CancelledException.class);
        callers.get(0).thread.interrupt(); // it leads
        assertThat(callers.get(0).failure()).isInstanceOf(CancelledException.class);
        assertThat(singles.waiting()).isEqualTo(1);
        workers.give();
        assertThat(callers.get(2).task.get()).containsExactly(3, 10);
        assertThat(batches).containsExactly(List.of(3));
    }

    @Test
    void aLeaderThatIsInterruptedInsideLosesNobody() throws Exception {
        workers.take();
        List<Caller> callers = line(10, INTERRUPTED_INSIDE, 2, 3);
        workers.give();
        assertThat(callers.get(0).failure()).isInstanceOf(CancelledException.class);
        assertThat(callers.get(1).task.get()).containsExactly(2, 10);
        assertThat(callers.get(2).task.get()).containsExactly(3, 10);
        assertThat(batches).containsExactly(List.of(INTERRUPTED_INSIDE, 2, 3), List.of(2, 3));
    }

    @Test
    void companyThatLeftMeanwhileIsNotPutBack() throws Exception {
        workers.take();
        List<Caller> callers = line(10, INTERRUPTED_INSIDE, 2, 3);
        inside = () -> {
            callers.get(1).thread.interrupt();
            while (!callers.get(1).task.isDone()) {
                Thread.onSpinWait();
            }
        };
        workers.give();
        assertThat(callers.get(0).failure()).isInstanceOf(CancelledException.class);
        assertThat(callers.get(1).failure()).isInstanceOf(CancelledException.class);
        assertThat(callers.get(2).task.get()).containsExactly(3, 10);
        assertThat(batches).containsExactly(List.of(INTERRUPTED_INSIDE, 2, 3), List.of(3));
        assertThat(singles.run(text(8, 1))).containsExactly(8, 1);
    }

    @Test
    void aFailureIsItsOwnersAlone() throws Exception {
        workers.take();
        List<Caller> callers = line(10, 1, POISON, 3);
        workers.give();
        assertThat(callers.get(0).task.get()).containsExactly(1, 10);
        assertThat(callers.get(1).failure()).isInstanceOf(DeviceException.class).hasMessage("poisoned");
        assertThat(callers.get(2).task.get()).containsExactly(3, 10);
        assertThat(batches).containsExactly(List.of(1, POISON, 3), List.of(1), List.of(POISON), List.of(3));
        assertThatThrownBy(() -> singles.run(text(POISON, 1))).isInstanceOf(DeviceException.class);
        assertThat(singles.run(text(8, 1))).containsExactly(8, 1);
    }

    @Test
    @ExtendWith(Seeds.class)
    void manyCallersWithFailuresAndInterrupts(Seeds.Seed seed) throws Exception {
        Random random = seed.random();
        AtomicInteger right = new AtomicInteger();
        AtomicInteger cancelled = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        List<FutureTask<Void>> tasks = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        int calls = 500;
        for (int caller = 0; caller < 12; caller++) {
            Random own = seed.random(caller);
            FutureTask<Void> task = new FutureTask<>(() -> {
                for (int call = 0; call < calls; call++) {
                    int kind = own.nextInt(40);
                    int name = kind == 0 ? POISON : kind == 1 ? INTERRUPTED_INSIDE : 1 + own.nextInt(500);
                    int length = 1 + own.nextInt(200);
                    try {
                        float[] vector = singles.run(text(name, length));
                        assertThat(vector).containsExactly(name, length);
                        right.incrementAndGet();
                    } catch (CancelledException e) {
                        assertThat(Thread.interrupted()).isTrue();
                        cancelled.incrementAndGet();
                    } catch (DeviceException e) {
                        assertThat(name).isEqualTo(POISON);
                        failed.incrementAndGet();
                    }
                }
                return null;
            });
            tasks.add(task);
            threads.add(new Thread(task));
        }
        threads.forEach(Thread::start);
        // a number of interrupts, not a rate: a slow machine must not have more of them to a call than a fast one
        int interrupts = 0;
        while (threads.stream().anyMatch(Thread::isAlive)) {
            if (interrupts++ < 3 * calls) {
                threads.get(random.nextInt(threads.size())).interrupt();
            }
            Thread.sleep(0, 200_000);
        }
        for (FutureTask<Void> task : tasks) {
            task.get();
        }
        assertThat(right.get() + cancelled.get() + failed.get()).isEqualTo(12 * calls);
        assertThat(right).hasValueGreaterThan(12 * calls / 2);
        assertThat(failed).hasPositiveValue();
        assertThat(cancelled).hasPositiveValue();
        assertThat(batches).as("some were gathered").anyMatch(batch -> batch.size() > 1);
        assertThat(batches).allMatch(batch -> batch.size() <= BatchPlan.FULL_ENOUGH);
    }
}
