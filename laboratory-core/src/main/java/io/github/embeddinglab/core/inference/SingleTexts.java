package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.CancelledException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the single texts of concurrent callers. Nobody waits for company: a text runs at once where a thread of the budget
 * is idle, and those that come while all are busy share the next batch.
 *
 * <p>One of the waiting callers leads: it waits for a thread on behalf of all, runs what has come by then, and names the next
 * leader before it begins. A batch stops growing where matrix products reach full speed, for then company only delays. A
 * caller that is interrupted leaves alone; a batch that fails is run again text by text, so each caller gets what is its own.
 */
final class SingleTexts {
    private final Workers workers;
    private final BatchPlan.Limits limits;
    private final Runner runner;
    private final Deque<Call> waiting = new ArrayDeque<>();
    private boolean led;

    /** Runs some sequences as one batch. */
    @FunctionalInterface
    interface Runner {
        /**
         * Runs them.
         *
         * @param sequences not empty
         * @param alone whether nobody else waits
         * @return one vector for each, one after the other
         */
        float[] run(List<Sequence> sequences, boolean alone) throws InterruptedException;
    }

    SingleTexts(Workers workers, BatchPlan.Limits limits, Runner runner) {
        this.workers = workers;
        this.limits = limits;
        this.runner = runner;
    }

    /**
     * Embeds a text, in a batch with whoever waits as well.
     *
     * @throws CancelledException when the caller is interrupted while it waits
     */
    float[] run(Sequence sequence) {
        Call call = new Call(sequence);
        synchronized (this) {
            waiting.add(call);
            if (!led) {
                led = true;
                call.lead();
            }
        }
        try {
            call.turn.await();
            if (call.leads) {
                lead(call);
            }
        } catch (InterruptedException e) {
            leave(call);
            Thread.currentThread().interrupt();
            throw new CancelledException("embedding was cancelled by an interrupt", e);
        }
        return call.result();
    }

    private void lead(Call own) throws InterruptedException {
        workers.take();
        try {
            List<Call> batch;
            boolean alone;
            synchronized (this) {
                batch = gather(own);
                alone = batch.size() == 1 && waiting.isEmpty();
                own.leads = false;
                nameLeader();
            }
            compute(batch, alone);
        } finally {
            workers.give();
        }
    }

    /** The leader's text and those next in line, their fair share where other threads are idle. */
    private List<Call> gather(Call own) {
        waiting.remove(own);
        int share = waiting.size() / (1 + workers.idle());
        List<Call> batch = new ArrayList<>(List.of(own));
        int longest = own.length();
        long tokens = longest;
        while (batch.size() <= share) {
            Call next = waiting.element();
            longest = Math.max(longest, next.length());
            tokens += next.length();
            if (tokens > Math.min(BatchPlan.FULL_ENOUGH, limits.tokens()) || batch.size() >= limits.most(longest)) {
                break;
            }
            batch.add(waiting.remove());
        }
        return batch;
    }

    private void compute(List<Call> batch, boolean alone) throws InterruptedException {
        try {
            float[] rows = runner.run(batch.stream().map(call -> call.sequence).toList(), alone);
            int width = rows.length / batch.size();
            for (int i = 0; i < batch.size(); i++) {
                float[] row = new float[width];
                System.arraycopy(rows, i * width, row, 0, width);
                batch.get(i).end(row, null);
            }
        } catch (InterruptedException e) {
            putBack(batch.subList(1, batch.size()));
            throw e;
        } catch (RuntimeException e) {
            if (batch.size() == 1) {
                batch.get(0).end(null, e);
                return;
            }
            for (int i = 0; i < batch.size(); i++) {
                try {
                    compute(List.of(batch.get(i)), false);
                } catch (InterruptedException interrupt) {
                    // the leader is the one that was interrupted, whoever's turn it is
                    putBack(batch.subList(Math.max(1, i), batch.size()));
                    throw interrupt;
                }
            }
        } catch (Error e) {
            batch.forEach(call -> call.end(null, e));
        }
    }

    /** An interrupted leader's company is the first in line again, but for callers that have left meanwhile. */
    private synchronized void putBack(List<Call> calls) {
        for (int i = calls.size() - 1; i >= 0; i--) {
            if (!calls.get(i).left) {
                waiting.addFirst(calls.get(i));
            }
        }
        if (!led) {
            nameLeader();
        }
    }

    private synchronized void leave(Call call) {
        waiting.remove(call);
        call.left = true; // it may stand in a batch that is put back
        if (call.leads) {
            call.leads = false;
            nameLeader();
        }
    }

    private void nameLeader() {
        Call next = waiting.peek();
        led = next != null;
        if (next != null) {
            next.lead();
        }
    }

    /** How many wait for a thread just now. */
    synchronized int waiting() {
        return waiting.size();
    }

    /** One caller's text. It is woken once: to lead, or with its outcome. */
    private static final class Call {
        private final Sequence sequence;
        private final CountDownLatch turn = new CountDownLatch(1);
        private volatile boolean leads;
        private boolean left;
        private volatile float @Nullable [] vector;
        private volatile @Nullable Throwable failure;

        Call(Sequence sequence) {
            this.sequence = sequence;
        }

        int length() {
            return Math.max(1, sequence.length());
        }

        void lead() {
            leads = true;
            turn.countDown();
        }

        void end(float @Nullable [] row, @Nullable Throwable cause) {
            vector = row;
            failure = cause;
            turn.countDown();
        }

        float[] result() {
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            if (failure instanceof Error e) {
                throw e;
            }
            float[] row = vector;
            if (row == null) {
                throw new IllegalStateException("a text was gathered and has no outcome");
            }
            return row;
        }
    }
}
