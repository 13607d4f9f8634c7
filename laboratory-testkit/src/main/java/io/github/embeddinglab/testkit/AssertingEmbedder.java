package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.DelegatingEmbedder;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingSink;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.TokenUse;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Checks arguments, results and the order of calls of another embedder, and throws {@link AssertionError} at the first
 * fault. Not closing it fails its {@link LeakCheck}.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class AssertingEmbedder extends DelegatingEmbedder {
    private final LeakCheck.Ticket ticket;
    private final boolean judgesCaller;

    private AssertingEmbedder(Embedder delegate, LeakCheck leaks, boolean judgesCaller) {
        super(delegate);
        this.ticket = leaks.opened("embedder " + delegate.model());
        this.judgesCaller = judgesCaller;
    }

    /**
     * Judges whoever calls the embedder as well: a null text, an impossible option or a call after close is a failure of
     * the test, not an answer.
     *
     * @param delegate closed with this one
     * @param leaks notes that it is open
     * @return the wrapper
     */
    public static AssertingEmbedder judgingCallers(Embedder delegate, LeakCheck leaks) {
        return new AssertingEmbedder(delegate, leaks, true);
    }

    /**
     * Judges the embedder only: wrong calls are passed on, and must be refused.
     *
     * @param delegate closed with this one
     * @param leaks notes that it is open
     * @return the wrapper
     */
    public static AssertingEmbedder judgingResults(Embedder delegate, LeakCheck leaks) {
        return new AssertingEmbedder(delegate, leaks, false);
    }

    private static void check(boolean holds, String fault) {
        if (!holds) {
            throw new AssertionError(fault);
        }
    }

    private void checkOpen(String call) {
        check(ticket.isOpen() || !judgesCaller, call + " after close() of the embedder " + model());
    }

    private void checkCall(List<String> texts, EmbedOptions options) {
        checkOpen("embed");
        int row = 0;
        for (String text : texts) {
            check(text != null, "text " + row + " of " + texts.size() + " is null");
            row++;
        }
        check(
                options.model().isEmpty() || options.model().get().equals(model()),
                "a request for " + options.model().orElse("") + " went to " + model());
        check(
                options.dimensions() <= dimensions(),
                options.dimensions() + " dimensions asked of a model of " + dimensions());
        check(
                options.overflow() != Overflow.SPLIT || capabilities().contains(Capability.SPLIT),
                "SPLIT asked of " + model() + ", which cannot split");
        check(
                options.dimensions() == 0 || capabilities().contains(Capability.DIMENSIONS),
                "fewer dimensions asked of " + model() + ", which cannot cut them");
    }

    @Override
    public Embeddings embed(List<String> texts, EmbedOptions options) {
        if (judgesCaller) {
            checkCall(texts, options);
        }
        Embeddings rows = delegate().embed(texts, options.progress(new MonotonicListener(options.progress())));
        check(ticket.isOpen(), "embed was answered after close() of the embedder " + model());
        checkRows(rows, texts.size(), options);
        return rows;
    }

    @Override
    public void embed(Iterator<String> texts, EmbedOptions options, EmbeddingSink sink) {
        checkOpen("embed");
        long[] next = {0};
        delegate().embed(texts, options.progress(new MonotonicListener(options.progress())), (first, rows) -> {
            check(first == next[0], "the sink got row " + first + " where row " + next[0] + " is due");
            check(rows.rows() > 0, "the sink got no rows");
            checkRows(rows, rows.rows(), options);
            next[0] += rows.rows();
            sink.accept(first, rows);
        });
    }

    private void checkRows(Embeddings rows, int expected, EmbedOptions options) {
        check(rows.rows() == expected, rows.rows() + " rows for " + expected + " texts");
        int width = options.dimensions() == 0 ? dimensions() : options.dimensions();
        check(rows.dimensions() == width, rows.dimensions() + " dimensions where " + width + " are due");
        check(rows.fingerprint().equals(fingerprint()), "the rows carry another fingerprint than the embedder");
        for (int row = 0; row < rows.rows(); row++) {
            for (float value : rows.vector(row)) {
                check(Float.isFinite(value), "row " + row + " holds " + value);
            }
            TokenUse use = rows.tokenUse(row);
            check(use.used() >= 0 && use.dropped() >= 0 && use.windows() >= 1, "row " + row + " has " + use);
            check(
                    use.dropped() == 0 || options.overflow() == Overflow.TRUNCATE,
                    "row " + row + " was cut under " + options.overflow());
            check(
                    use.windows() == 1 || options.overflow() == Overflow.SPLIT,
                    "row " + row + " was split under " + options.overflow());
        }
    }

    @Override
    public int countTokens(String text) {
        checkOpen("countTokens");
        check(text != null || !judgesCaller, "countTokens(null)");
        int tokens = delegate().countTokens(text);
        check(tokens >= 0, tokens + " tokens");
        return tokens;
    }

    @Override
    public void close() {
        ticket.closed();
        super.close();
    }

    /** Progress must not go back, nor come from two threads at once. */
    private static final class MonotonicListener implements Progress.Listener {
        private final Progress.Listener listener;
        private final AtomicBoolean inside = new AtomicBoolean();
        private volatile long done;

        MonotonicListener(Progress.Listener listener) {
            this.listener = listener;
        }

        @Override
        public void report(Progress progress) {
            check(inside.compareAndSet(false, true), "two reports of progress at once");
            try {
                check(progress.done() >= done, "progress went from " + done + " back to " + progress.done());
                check(
                        progress.total() < 0 || progress.done() <= progress.total(),
                        "progress is " + progress.done() + " of " + progress.total());
                done = progress.done();
                listener.report(progress);
            } finally {
                inside.set(false);
            }
        }
    }
}
