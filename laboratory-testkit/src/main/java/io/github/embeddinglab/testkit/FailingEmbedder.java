package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.DelegatingEmbedder;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.RemoteException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Fails as a {@link Failures} plan says, to test whoever calls an embedder. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class FailingEmbedder extends DelegatingEmbedder {
    private final Failures failures;
    private final Moment moment;

    private enum Moment {
        BEFORE,
        AFTER,
        PARTLY
    }

    private FailingEmbedder(Embedder delegate, Failures failures, Moment moment) {
        super(delegate);
        this.failures = failures;
        this.moment = moment;
    }

    /**
     * Fails before anything is embedded.
     *
     * @param delegate closed with this one
     * @param failures which calls of {@code embed} fail
     * @return the wrapper
     */
    public static FailingEmbedder before(Embedder delegate, Failures failures) {
        return new FailingEmbedder(delegate, failures, Moment.BEFORE);
    }

    /**
     * Fails when all is embedded: the work was done and its result is lost.
     *
     * @param delegate closed with this one
     * @param failures which calls of {@code embed} fail
     * @return the wrapper
     */
    public static FailingEmbedder after(Embedder delegate, Failures failures) {
        return new FailingEmbedder(delegate, failures, Moment.AFTER);
    }

    /**
     * Fails as a remote service does that embedded every row but each third: with a {@link RemoteException} that names
     * the rows and a delay of one millisecond.
     *
     * @param delegate closed with this one
     * @param failures which calls of {@code embed} fail
     * @return the wrapper
     */
    public static FailingEmbedder partly(Embedder delegate, Failures failures) {
        return new FailingEmbedder(delegate, failures, Moment.PARTLY);
    }

    @Override
    public Embeddings embed(List<String> texts, EmbedOptions options) {
        int call = failures.next();
        if (call > 0 && moment == Moment.BEFORE) {
            throw failures.error("embed of " + texts.size() + " texts", call);
        }
        if (call > 0 && moment == Moment.PARTLY) {
            List<Integer> rows = IntStream.range(0, texts.size()).filter(row -> row % 3 == 0).boxed().toList();
            throw new RemoteException(
                    "failure made for a test: call " + call + ", rows " + rows + " of " + texts.size()
                            + " texts have no vector",
                    Duration.ofMillis(1),
                    rows);
        }
        Embeddings rows = super.embed(texts, options);
        if (call > 0) {
            throw failures.error("embed of " + texts.size() + " texts, after the work", call);
        }
        return rows;
    }
}
