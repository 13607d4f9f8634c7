package io.github.embeddinglab.core.zoo;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.core.inference.ListeningThreads;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models in memory: loaded by one caller for all, leased for each call, and evicted least recently used first when
 * there are too many or too large ones. What is leased is never closed.
 */
final class LoadedModels implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadedModels.class);

    /**
     * A loaded model.
     *
     * @param embedder what callers use
     * @param bytes of memory that it takes, about
     */
    record Loaded(Embedder embedder, long bytes) {}

    private final int count;
    private final long bytes;
    private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private final ListeningThreads listening = new ListeningThreads();
    private int leases;
    private int closing;
    private boolean closed;

    /**
     * Sets the bounds.
     *
     * @param count models kept at most, at least 1
     * @param bytes of all models kept at most; one model alone may exceed it
     */
    LoadedModels(int count, long bytes) {
        this.count = count;
        this.bytes = bytes;
    }

    /**
     * Uses a model, loading it first where needed.
     *
     * @param key identifies it
     * @param loader loads it; called by one caller at a time for a key
     * @param use what to do with it
     */
    <T> T with(String key, Function<String, Loaded> loader, Function<Embedder, T> use) {
        while (true) {
            Entry entry = acquire(key, loader);
            try {
                Optional<Embedder> embedder = entry.await();
                if (embedder.isPresent()) {
                    return use.apply(embedder.get());
                }
                // another caller was interrupted while it loaded for this one as well: try again here
            } finally {
                release(entry);
            }
        }
    }

    private Entry acquire(String key, Function<String, Loaded> loader) {
        Entry entry;
        boolean mine = false;
        synchronized (entries) {
            if (closed) {
                throw new LaboratoryException("the laboratory was closed; open another");
            }
            entry = entries.get(key);
            if (entry == null) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancelledException("loading model " + key + " was cancelled by an interrupt");
                }
                entry = new Entry(key);
                entries.put(key, entry);
                mine = true;
            }
            lease(entry);
        }
        if (mine) {
            try {
                entry.loaded.complete(loadOrCancel(key, loader));
            } catch (RuntimeException | Error e) {
                synchronized (entries) {
                    entries.remove(key, entry); // the next call tries again
                }
                entry.loaded.completeExceptionally(e);
                release(entry);
                throw e;
            }
            closeAll(evict());
        }
        return entry;
    }

    /** A channel that an interrupt closed looks like damage; it is none. */
    private static Loaded loadOrCancel(String key, Function<String, Loaded> loader) {
        try {
            return loader.apply(key);
        } catch (RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof ClosedByInterruptException) {
                    throw new CancelledException("loading model " + key + " was cancelled by an interrupt", e);
                }
            }
            throw e;
        }
    }

    private void lease(Entry entry) {
        entry.leases++;
        leases++;
    }

    private void release(Entry entry) {
        boolean last;
        synchronized (entries) {
            entry.leases--;
            leases--;
            last = entry.evicted && entry.leases == 0;
            closing += last ? 1 : 0;
            entries.notifyAll();
        }
        if (last) {
            closeAll(List.of(entry));
        }
    }

    /** Takes out what is too much; returns what nobody uses, to be closed outside the lock. */
    private List<Entry> evict() {
        List<Entry> unused = new ArrayList<>();
        synchronized (entries) {
            long total = entries.values().stream().mapToLong(Entry::bytes).sum();
            int left = entries.size();
            for (Iterator<Entry> eldest = entries.values().iterator();
                    eldest.hasNext() && left > 1 && (left > count || total > bytes); ) {
                Entry entry = eldest.next();
                if (!entry.loaded.isDone()) {
                    continue;
                }
                eldest.remove();
                left--;
                total -= entry.bytes();
                takeOut(entry, unused);
            }
        }
        return unused;
    }

    /** Under the lock; an entry in use is closed by the last that uses it. */
    private void takeOut(Entry entry, List<Entry> unused) {
        entry.evicted = true;
        LOG.debug("evicting model {}", entry.key);
        if (entry.leases == 0) {
            unused.add(entry);
            closing++;
        }
    }

    /** Closes entries that were counted as closing; one that fails neither keeps others open nor fails a call of another. */
    private void closeAll(List<Entry> unused) {
        for (Entry entry : unused) {
            try {
                entry.close();
            } catch (RuntimeException e) {
                LOG.warn("model {} did not close: {}", entry.key, e.toString());
            } finally {
                synchronized (entries) {
                    closing--;
                    entries.notifyAll();
                }
            }
        }
    }

    /** The listener, told in a way that {@link #requireNoListener} recognises. */
    Progress.Listener guarded(Progress.Listener listener) {
        return listening.guarded(listener);
    }

    /**
     * Sees that closing would not wait for its own caller.
     *
     * @throws LaboratoryException when the thread is in a progress listener of a call in flight
     */
    void requireNoListener() {
        if (listening.holdCaller()) {
            throw new LaboratoryException("a laboratory cannot be closed from the progress listener of a call that it runs;"
                    + " interrupt the call, and close when it has ended");
        }
    }

    /** Number of models in memory. */
    int size() {
        synchronized (entries) {
            return entries.size();
        }
    }

    /** Forgets a model, so that the next use loads it again. */
    void forget(String key) {
        List<Entry> unused = new ArrayList<>();
        synchronized (entries) {
            Entry entry = entries.remove(key);
            if (entry != null) {
                takeOut(entry, unused);
            }
        }
        closeAll(unused);
    }

    /** Refuses new calls, waits for those in flight, of evicted models as well, and closes everything. */
    @Override
    public void close() {
        requireNoListener();
        List<Entry> unused = new ArrayList<>();
        synchronized (entries) {
            closed = true;
            while (leases > 0 || closing > 0) {
                try {
                    entries.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new LaboratoryException("closing was interrupted while models were in use; close again", e);
                }
            }
            entries.values().forEach(entry -> takeOut(entry, unused));
            entries.clear();
        }
        closeAll(unused);
    }

    private static final class Entry {
        private final String key;
        private final CompletableFuture<Loaded> loaded = new CompletableFuture<>();
        private int leases;
        private boolean evicted;

        Entry(String key) {
            this.key = key;
        }

        /** Waits for the model; empty when the caller that loaded it was cancelled. */
        Optional<Embedder> await() {
            try {
                return Optional.of(loaded.join().embedder());
            } catch (CompletionException e) {
                if (e.getCause() instanceof CancelledException) {
                    return Optional.empty();
                }
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                if (e.getCause() instanceof Error cause) {
                    throw cause;
                }
                throw e;
            }
        }

        /** One that failed to load holds nothing. */
        void close() {
            if (!loaded.isCompletedExceptionally()) {
                loaded.join().embedder().close();
            }
        }

        long bytes() {
            return loaded.isDone() && !loaded.isCompletedExceptionally() ? loaded.join().bytes() : 0;
        }
    }
}
