package io.github.embeddinglab.core.decoration;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embedder.Capability;
import io.github.embeddinglab.testkit.EmbedderContract;
import io.github.embeddinglab.testkit.FakeEmbedder;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** Decorators keep the contract of what they decorate. */
@Tag("unit")
class DecorationContractsTest {
    static List<String> background() {
        return Sentences.random(17, 200, 6);
    }

    @Nested
    class Hierarchical extends EmbedderContract {
        @Override
        protected Embedder open() {
            return HierarchicalEmbedder.over(FakeEmbedder.open());
        }

        @Override
        protected boolean hasTokenLimit() {
            return false;
        }
    }

    @Nested
    class Contrastive extends EmbedderContract {
        @Override
        protected Embedder open() {
            return ContrastiveEmbedder.against(background(), FakeEmbedder.open());
        }

        @Override
        protected Set<Capability> capabilities() {
            return Set.of(Capability.COUNT_TOKENS, Capability.DIMENSIONS, Capability.LOCAL);
        }
    }

    @Nested
    class ContrastiveOverHierarchical extends EmbedderContract {
        @Override
        protected Embedder open() {
            return ContrastiveEmbedder.against(background(), HierarchicalEmbedder.over(FakeEmbedder.open()));
        }

        @Override
        protected Set<Capability> capabilities() {
            return Set.of(Capability.COUNT_TOKENS, Capability.DIMENSIONS, Capability.LOCAL);
        }

        @Override
        protected boolean hasTokenLimit() {
            return false;
        }
    }
}
