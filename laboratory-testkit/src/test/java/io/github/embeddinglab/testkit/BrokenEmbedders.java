package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.DelegatingEmbedder;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.TokenUse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Embedders with one fault each, and the suite on each of them; run by {@link BrokenEmbedderTest} only. */
final class BrokenEmbedders {
    private BrokenEmbedders() {}

    private static Embeddings with(Embeddings rows, float[] values, List<TokenUse> uses) {
        return Embeddings.of(values, rows.dimensions(), uses, rows.fingerprint());
    }

    private static List<TokenUse> uses(Embeddings rows) {
        List<TokenUse> uses = new ArrayList<>();
        for (int row = 0; row < rows.rows(); row++) {
            uses.add(rows.tokenUse(row));
        }
        return uses;
    }

    static class WrongOrder extends EmbedderContract {
        @Override
        protected Embedder open() {
            return new DelegatingEmbedder(FakeEmbedder.open()) {
                @Override
                public Embeddings embed(List<String> texts, EmbedOptions options) {
                    List<String> reversed = new ArrayList<>(texts);
                    Collections.reverse(reversed);
                    return super.embed(texts.contains(null) ? texts : reversed, options);
                }
            };
        }
    }

    static class BatchDependent extends EmbedderContract {
        @Override
        protected Embedder open() {
            return new DelegatingEmbedder(FakeEmbedder.open()) {
                @Override
                public Embeddings embed(List<String> texts, EmbedOptions options) {
                    Embeddings rows = super.embed(texts, options);
                    float[] values = rows.toArray();
                    for (int i = 0; i < values.length; i++) {
                        values[i] += (float) (1e-5 * Math.sqrt(rows.rows()) * (i % 2 == 0 ? 1 : -1));
                    }
                    return with(rows, values, uses(rows));
                }
            };
        }
    }

    static class SilentTruncation extends EmbedderContract {
        @Override
        protected Embedder open() {
            return new DelegatingEmbedder(FakeEmbedder.open()) {
                @Override
                public Embeddings embed(List<String> texts, EmbedOptions options) {
                    Embeddings rows = super.embed(texts, options.overflow(Overflow.TRUNCATE));
                    List<TokenUse> silent =
                            uses(rows).stream().map(use -> TokenUse.whole(use.used())).toList();
                    return with(rows, rows.toArray(), silent);
                }
            };
        }
    }

    static class LeakingPrompts extends EmbedderContract {
        @Override
        protected Embedder open() {
            return new DelegatingEmbedder(FakeEmbedder.open()) {
                private volatile Role last = Role.NONE;

                @Override
                public Embeddings embed(List<String> texts, EmbedOptions options) {
                    Embeddings rows = super.embed(texts, options.role().equals(Role.NONE) ? options.role(last) : options);
                    last = options.role();
                    return rows;
                }
            };
        }
    }

    static class NotANumber extends EmbedderContract {
        @Override
        protected Embedder open() {
            return new DelegatingEmbedder(FakeEmbedder.open()) {
                @Override
                public Embeddings embed(List<String> texts, EmbedOptions options) {
                    Embeddings rows = super.embed(texts, options);
                    float[] values = rows.toArray();
                    int empty = texts.indexOf("");
                    if (empty >= 0) {
                        values[empty * rows.dimensions()] = Float.NaN;
                    }
                    return with(rows, values, uses(rows));
                }
            };
        }
    }

    static class NotThreadSafe extends EmbedderContract {
        @Override
        protected Embedder open() {
            return new DelegatingEmbedder(FakeEmbedder.open()) {
                private volatile float[] scratch = new float[0];

                @Override
                public Embeddings embed(List<String> texts, EmbedOptions options) {
                    Embeddings rows = super.embed(texts, options);
                    scratch = rows.toArray();
                    LockSupport.parkNanos(2_000_000);
                    float[] values = scratch;
                    return values.length == rows.rows() * rows.dimensions() ? with(rows, values, uses(rows)) : rows;
                }
            };
        }
    }

    static class IgnoresInterrupts extends EmbedderContract {
        @Override
        protected Embedder open() {
            return new DelegatingEmbedder(FakeEmbedder.open()) {
                @Override
                public Embeddings embed(List<String> texts, EmbedOptions options) {
                    Thread.interrupted();
                    return super.embed(texts, options);
                }
            };
        }
    }

    /** Forgets to say that it has no prompts: the defaults demand everything. */
    static class ForgottenSwitch extends EmbedderContract {
        @Override
        protected Embedder open() {
            return FakeEmbedder.builder().prompts(Map.of()).build();
        }
    }

    static class UsableAfterClose extends EmbedderContract {
        @Override
        protected Embedder open() {
            return new DelegatingEmbedder(FakeEmbedder.open()) {
                @Override
                public void close() {}
            };
        }
    }
}
