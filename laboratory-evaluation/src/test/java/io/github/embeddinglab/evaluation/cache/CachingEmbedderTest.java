package io.github.embeddinglab.evaluation.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.testkit.FakeEmbedder;
import io.github.embeddinglab.testkit.Seeds;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
@ExtendWith(Seeds.class)
class CachingEmbedderTest {
    @TempDir
    private Path folder = Path.of(".");

    /** Counts the texts that reach the model. */
    private static final class Counting implements Embedder {
        private final FakeEmbedder model = FakeEmbedder.open();
        private int texts;

        @Override
        public Embeddings embed(List<String> list, EmbedOptions options) {
            texts += list.size();
            return model.embed(list, options);
        }

        @Override
        public String model() {
            return model.model();
        }

        @Override
        public int dimensions() {
            return model.dimensions();
        }

        @Override
        public int maxTokens() {
            return model.maxTokens();
        }

        @Override
        public int countTokens(String text) {
            return model.countTokens(text);
        }

        @Override
        public Fingerprint fingerprint() {
            return model.fingerprint();
        }

        @Override
        public Set<Capability> capabilities() {
            return model.capabilities();
        }

        @Override
        public void close() {
            model.close();
        }
    }

    private static List<String> texts(int n) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            texts.add("text " + i % 900 + " \ud800");
        }
        return texts;
    }

    @Test
    void computesEachTextOnceForEachRole() {
        try (Counting model = new Counting()) {
            Embedder cached = CachingEmbedder.over(model, folder);
            List<String> texts = texts(1_000);
            Embeddings direct = model.model.embed(texts, EmbedOptions.defaults());
            assertThat(cached.embed(texts, EmbedOptions.defaults())).isEqualTo(direct);
            assertThat(model.texts).isEqualTo(900);
            assertThat(CachingEmbedder.over(model, folder).embed(texts, EmbedOptions.defaults())).isEqualTo(direct);
            assertThat(model.texts).isEqualTo(900);
            cached.embed(texts.subList(0, 5), EmbedOptions.defaults().role(Role.QUERY));
            assertThat(model.texts).isEqualTo(905);
        }
    }

    @Test
    void aFileCutOrSpoiltAnywhereCostsOnlyWhatFollows(Seeds.Seed seed) throws IOException {
        try (Counting model = new Counting()) {
            List<String> texts = texts(600);
            Embeddings whole = CachingEmbedder.over(model, folder).embed(texts, EmbedOptions.defaults());
            Path file;
            try (Stream<Path> files = Files.list(folder)) {
                file = files.findFirst().orElseThrow();
            }
            for (int round = 0; round < 10; round++) {
                Random random = seed.random(round);
                long size = Files.size(file);
                long place = (long) (random.nextDouble() * size);
                try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
                    if (round % 2 == 0) {
                        damaged.setLength(place);
                    } else {
                        damaged.seek(place);
                        int old = damaged.read();
                        damaged.seek(place);
                        damaged.write(old ^ 0x10);
                    }
                }
                int before = model.texts;
                assertThat(CachingEmbedder.over(model, folder).embed(texts, EmbedOptions.defaults()))
                        .as(seed::toString)
                        .isEqualTo(whole);
                assertThat(model.texts - before)
                        .isBetween((int) ((size - place) * 600 / size), (int) ((size - place) * 600 / size) + 2);
            }
        }
    }
}
