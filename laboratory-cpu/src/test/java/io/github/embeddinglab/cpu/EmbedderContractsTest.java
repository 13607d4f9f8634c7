package io.github.embeddinglab.cpu;

import io.github.embeddinglab.api.DelegatingEmbedder;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embedder.Capability;
import io.github.embeddinglab.api.spi.EmbedderProvider;
import io.github.embeddinglab.testkit.EmbedderContract;
import io.github.embeddinglab.testkit.FakeEmbedder;
import io.github.embeddinglab.testkit.RemoteStandIn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** One contract for every way in which an embedder comes to a laboratory. */
@Tag("integration")
class EmbedderContractsTest {
    /** Closes the laboratory with the handle that it gave. */
    private static final class Handle extends DelegatingEmbedder {
        private final EmbeddingLaboratory laboratory;

        Handle(EmbeddingLaboratory laboratory, String model) {
            super(laboratory.models().load(model));
            this.laboratory = laboratory;
        }

        @Override
        public void close() {
            super.close();
            laboratory.close();
        }
    }

    @Nested
    class TransformerFolder extends EmbedderContract {
        @Override
        protected Embedder open() {
            return new Handle(ReferenceModels.builder().build(), ReferenceModels.folder("bert-cls-prompts").toString());
        }

        @Override
        protected Map<String, String> prompts() {
            return Map.of("query", "query: ", "passage", "passage: ");
        }
    }

    @Nested
    class StaticFolder extends EmbedderContract {
        @Override
        protected Embedder open() {
            return new Handle(ReferenceModels.builder().build(), ReferenceModels.folder("static-mean").toString());
        }

        @Override
        protected Map<String, String> prompts() {
            return Map.of();
        }

        @Override
        protected boolean hasTokenLimit() {
            return false;
        }
    }

    @Nested
    class ModelJar extends EmbedderContract {
        @Override
        protected Embedder open() {
            return new Handle(ReferenceModels.builder().build(), "minilm");
        }

        @Override
        protected Map<String, String> prompts() {
            return Map.of();
        }
    }

    /** Long texts through a real model, by the name that a user types. */
    @Nested
    class DecoratedFolder extends EmbedderContract {
        @Override
        protected Embedder open() {
            return new Handle(
                    ReferenceModels.builder().build(), "hierarchical:" + ReferenceModels.folder("bert-cls-prompts"));
        }

        @Override
        protected Map<String, String> prompts() {
            return Map.of("query", "query: ", "passage", "passage: ");
        }

        @Override
        protected boolean hasTokenLimit() {
            return false;
        }
    }

    /** Every call finds the model evicted by another one. */
    @Nested
    class EvictedBeforeEachCall extends EmbedderContract {
        @TempDir
        private Path folder;

        @Override
        protected Embedder open() {
            Path yaml;
            try {
                yaml = Files.writeString(folder.resolve("one-model.yaml"), "models: { cache_size: 1 }");
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            EmbeddingLaboratory laboratory = ReferenceModels.builder().configuration(yaml).build();
            Embedder other = laboratory.models().load(ReferenceModels.folder("static-mean").toString());
            return new DelegatingEmbedder(new Handle(laboratory, ReferenceModels.folder("bert-mean").toString())) {
                @Override
                public io.github.embeddinglab.api.Embeddings embed(
                        List<String> texts, io.github.embeddinglab.api.EmbedOptions options) {
                    if (other.embed(List.of("water")).rows() != 1) {
                        throw new IllegalStateException("the other model did not load");
                    }
                    return super.embed(texts, options);
                }
            };
        }

        @Override
        protected Map<String, String> prompts() {
            return Map.of();
        }
    }

    @Nested
    class HandedToTheBuilder extends EmbedderContract {
        @Override
        protected Embedder open() {
            return new Handle(
                    ReferenceModels.builder().embedder("mine", FakeEmbedder.open()).build(), "mine");
        }

        @Override
        protected Map<String, String> prompts() {
            return FakeModels.PROMPTS;
        }
    }

    @Nested
    class FromServiceLoader extends EmbedderContract {
        @Override
        protected Embedder open() {
            return new Handle(ReferenceModels.builder().build(), FakeModels.MODEL);
        }

        @Override
        protected Map<String, String> prompts() {
            return FakeModels.PROMPTS;
        }
    }

    @Nested
    class Remote extends EmbedderContract {
        private final RemoteStandIn service = RemoteStandIn.start();

        @Override
        protected Embedder open() {
            EmbedderProvider provider = service;
            return new Handle(
                    ReferenceModels.builder().embedderProvider(provider).build(), RemoteStandIn.MODEL);
        }

        @Override
        protected Set<Capability> capabilities() {
            return Set.of(Capability.DIMENSIONS);
        }

        @AfterEach
        void stop() {
            service.close();
        }
    }
}
