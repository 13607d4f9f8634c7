package io.github.embeddinglab.core.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A response's body. Unlike the client's own stream it ends when the server falls silent, and an interrupt ends it on
 * every JDK.
 */
final class ResponseBody extends InputStream implements Flow.Subscriber<List<ByteBuffer>> {
    private static final Object END = new Object();
    private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();  // at most one batch is on its way
    private final AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();
    private final Duration patience;
    private List<ByteBuffer> current = List.of();
    private int next;
    private boolean requested = true;  // the first batch, on subscription
    private boolean ended;

    ResponseBody(Duration patience) {
        this.patience = patience;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription.set(subscription);
        subscription.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        arrived.add(item);
    }

    @Override
    public void onError(Throwable throwable) {
        arrived.add(throwable);
    }

    @Override
    public void onComplete() {
        arrived.add(END);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
        while (!ended) {
            while (next < current.size()) {
                ByteBuffer buffer = current.get(next);
                if (buffer.hasRemaining()) {
                    int count = Math.min(length, buffer.remaining());
                    buffer.get(target, offset, count);
                    return count;
                }
                next++;
            }
            fetch();
        }
        return -1;
    }

    private void fetch() throws IOException {
        Flow.Subscription source = subscription.get();
        if (!requested && source != null) {
            requested = true;
            source.request(1);
        }
        next = 0;
        current = List.of();
        Object item;
        try {
            item = arrived.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
        if (item == null) {
            throw new HttpTimeoutException("the server was silent for " + patience.toMillis() + " ms");
        }
        if (item == END) {
            ended = true;
        } else if (item instanceof Throwable failure) {
            throw failure instanceof IOException io ? io : new IOException(failure);
        } else {
            requested = false;
            current = buffers(item);
        }
    }

    private static List<ByteBuffer> buffers(Object item) {
        return ((List<?>) item).stream().map(ByteBuffer.class::cast).toList();
    }

    /** Drops what has not been read, and the connection with it. */
    @Override
    public void close() {
        Flow.Subscription source = subscription.get();
        if (source != null) {
            source.cancel();
        }
    }
}
