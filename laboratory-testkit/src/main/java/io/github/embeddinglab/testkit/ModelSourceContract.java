package io.github.embeddinglab.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.api.ModelRef;
import io.github.embeddinglab.api.spi.ModelSource;
import io.github.embeddinglab.api.spi.NamedProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.junit.jupiter.api.Test;

/** What every {@link ModelSource} keeps. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public abstract class ModelSourceContract {
    /** For subclasses. */
    protected ModelSourceContract() {}

    /**
     * The source that is judged.
     *
     * @return a source that can give {@link #present()}
     */
    protected abstract ModelSource source();

    /**
     * A model that the source has.
     *
     * @return its reference
     */
    protected abstract ModelRef present();

    /**
     * A model that the source does not have.
     *
     * @return a reference of the form {@code org/name} by default
     */
    protected ModelRef absent() {
        return ModelRef.parse("no-such-organisation/no-such-model");
    }

    /**
     * Whether {@link #present()} is at hand, without connections or long work.
     *
     * @return true by default
     */
    protected boolean atHand() {
        return true;
    }

    /** Name and version pass discovery. */
    @Test
    protected void passesDiscovery() {
        assertThat(NamedProvider.check(ModelSource.class, List.of(source()))).hasSize(1);
        assertThat(source().apiVersion()).isEqualTo(NamedProvider.API_VERSION);
    }

    /** What it has, it gives: a folder of a model, the same each time; afterwards it is at hand. */
    @Test
    protected void givesTheFolderOfAModel() {
        ModelSource source = source();
        assertThat(source.has(present())).as("has %s", present()).isEqualTo(atHand());
        Optional<Path> folder = source.find(present());
        assertThat(folder).as("folder of %s", present()).isPresent();
        assertThat(folder.orElseThrow()).isDirectory();
        assertThat(Files.exists(folder.orElseThrow().resolve("config.json"))
                        || Files.exists(folder.orElseThrow().resolve("modules.json")))
                .as("%s holds config.json or modules.json", folder.orElseThrow())
                .isTrue();
        assertThat(source.find(present())).isEqualTo(folder);
        assertThat(source.has(present())).as("has %s after it was found", present()).isTrue();
    }

    /** What it does not have is an empty answer, not an error. */
    @Test
    protected void absentModelIsEmpty() {
        assertThat(source().has(absent())).isFalse();
        assertThat(source().find(absent())).isEmpty();
        assertThat(source().has(absent())).as("has it after it was looked for").isFalse();
    }

    /** {@code has} answers for odd references, and never finds anything outside of the source. */
    @Test
    protected void oddReferencesAreAnswered() {
        List<String> odd = List.of(
                "no-such-model", "no/such@revision", "..", "../..", "a b", "no-such-model".repeat(50), "C:\\no\\such", "ünïcode");
        for (String text : odd) {
            ModelRef reference = ModelRef.parse(text);
            if (!source().has(reference)) {
                continue;
            }
            assertThat(source().find(reference)).as("has and find agree on \"%s\"", text).isPresent();
        }
    }

    /** Four callers at once get one folder. */
    @Test
    protected void concurrentCallersGetOneFolder() throws InterruptedException, ExecutionException {
        ModelSource source = source();
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            CyclicBarrier together = new CyclicBarrier(4);
            List<Future<Optional<Path>>> calls = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                calls.add(pool.submit(() -> {
                    together.await();
                    return source.find(present());
                }));
            }
            Optional<Path> first = calls.get(0).get();
            assertThat(first).isPresent();
            for (Future<Optional<Path>> call : calls) {
                assertThat(call.get()).isEqualTo(first);
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
