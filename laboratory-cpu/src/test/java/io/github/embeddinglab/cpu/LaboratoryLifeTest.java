package io.github.embeddinglab.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Resources;
import io.github.embeddinglab.core.inference.EmbedderFactory;
import io.github.embeddinglab.core.inference.ModelProfile;
import io.github.embeddinglab.core.inference.Workers;
import io.github.embeddinglab.core.laboratory.HostReport;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.tokenization.Tokenizers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a laboratory owes its users between loading and closing. */
@Tag("integration")
class LaboratoryLifeTest {
    /** A deadlock, not a measure of speed. */
    private static final Duration FOREVER = Duration.ofMinutes(3);

    private static final String FOLDER = ReferenceModels.folder("bert-cls-prompts").toString();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private Path yaml(String content) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "laboratory", ".yaml"), content);
    }

    private static Fingerprint fingerprint(EmbeddingLaboratory open) {
        try (EmbeddingLaboratory lab = open;
                Embedder model = lab.models().load(FOLDER)) {
            assertThat(model.embed(List.of("water")).fingerprint()).isEqualTo(model.fingerprint());
            return model.fingerprint();
        }
    }

    @Test
    void aLoweredLimitIsAnotherFingerprintAndAHigherOneIsNone() throws IOException {
        Fingerprint plain = fingerprint(ReferenceModels.builder().build());
        Path eight = yaml("optimization: { max_sequence_length: 8 }");
        Fingerprint lowered = fingerprint(ReferenceModels.builder().configuration(eight).build());
        assertThat(lowered).isNotEqualTo(plain);
        assertThat(fingerprint(ReferenceModels.builder().configuration(eight).build())).isEqualTo(lowered);
        assertThat(fingerprint(ReferenceModels.builder()
                        .configuration(yaml("optimization: { max_sequence_length: 9 }"))
                        .build()))
                .isNotEqualTo(lowered)
                .isNotEqualTo(plain);
        assertThat(fingerprint(ReferenceModels.builder()
                        .configuration(yaml("optimization: { max_sequence_length: 100000 }"))
                        .build()))
                .isEqualTo(plain);
    }

    private URL jar(String file, String index) throws IOException {
        Path jar = folder.resolve(file);
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("META-INF/embeddinglab/model.json"));
            zip.write(index.getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        }
        return jar.toUri().toURL();
    }

    @Test
    void aDamagedJarStandsInTheWayOfItsOwnModelOnly() throws IOException {
        URL cut = jar("some.jar", "{\"format\": 1, \"name\": \"cut-model\", \"finger");
        URL foreign = jar("newer-model-2.0.jar", "{\"format\": 7}");
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {cut, foreign}, LaboratoryLifeTest.class.getClassLoader())) {
            try (EmbeddingLaboratory lab = ReferenceModels.builder().classLoader(loader).build()) {
                assertThat(lab.embed(List.of("water"), EmbedOptions.model("minilm")).rows()).isEqualTo(1);
                assertThat(lab.models().list()).extracting(model -> model.id().value()).contains("all-MiniLM-L6-v2", "LaBSE");
                assertThatThrownBy(() -> lab.models().load("cut-model"))
                        .isInstanceOf(InvalidModelException.class)
                        .hasMessageContainingAll("some.jar", "cannot be read", "get the jar again");
                assertThatThrownBy(() -> lab.models().load("newer-model"))
                        .isInstanceOf(InvalidModelException.class)
                        .hasMessageContainingAll("newer-model-2.0.jar", "format 7");
            }
            assertThat(HostReport.read(loader, folder).problems())
                    .extracting(HostReport.Problem::fix)
                    .anyMatch(fix -> fix.contains("some.jar"))
                    .anyMatch(fix -> fix.contains("newer-model-2.0.jar"));
        }
    }

    @Test
    void anEmbedderMayBeClosedFromItsProgressListener() {
        assertTimeoutPreemptively(FOREVER, () -> {
            try (ModelFolder model = ModelFolder.open(ReferenceModels.folder("static-mean"));
                    Workers workers = new Workers(Resources.defaults().withThreads(2))) {
                ModelProfile profile = new ModelProfile(
                        "static", model.fingerprint(), model.dimensions(), model.maxTokens(), model.prompts(), model.modules(), null);
                Embedder embedder = EmbedderFactory.tokenTable(
                        profile,
                        Tokenizers.open(model.tokenizer(), ReferenceModels.directory().resolve("natives")),
                        model.tensors(),
                        workers);
                List<String> texts = new ArrayList<>(Collections.nCopies(2000, "water and stone"));
                // reports come from the caller and from a worker
                assertThat(embedder.embed(texts, EmbedOptions.defaults().progress(report -> embedder.close())).rows())
                        .isEqualTo(2000);
                assertThatThrownBy(() -> embedder.embed(texts))
                        .isInstanceOf(LaboratoryException.class)
                        .hasMessageContaining("closed");
                embedder.close();
            }
        });
    }

    private static String messageOfClosing(EmbeddingLaboratory lab) {
        try {
            lab.close();
            return "";
        } catch (LaboratoryException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void aLaboratoryCannotBeClosedFromAListenerOfItsOwnCallAndSaysSo() {
        assertTimeoutPreemptively(FOREVER, () -> {
            try (EmbeddingLaboratory lab = ReferenceModels.builder().build()) {
                AtomicReference<String> refused = new AtomicReference<>("");
                EmbedOptions options = EmbedOptions.model(FOLDER).progress(report -> {
                    refused.set(messageOfClosing(lab));
                });
                assertThat(lab.embed(List.of("water", "stone"), options).rows()).isEqualTo(2);
                assertThat(refused.get()).contains("progress listener").contains("when it has ended");
                assertThat(lab.embed(List.of("water")).rows()).as("it is still open").isEqualTo(1);
            }
        });
    }

    @Test
    void theNoticeOnPromptsIsGivenOnceAlsoWhenTheModelIsLoadedAgain() throws IOException {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        String other = ReferenceModels.folder("static-mean").toString();
        try (EmbeddingLaboratory lab = ReferenceModels.builder()
                .configuration(yaml("models: { cache_size: 1 }"))
                .build()) {
            System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
            for (int i = 0; i < 3; i++) {
                lab.embed(List.of("water"), EmbedOptions.model(FOLDER));
                lab.embed(List.of("water"), EmbedOptions.model(other)); // evicts it
            }
        } finally {
            System.setErr(before);
        }
        assertThat(log.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains("was trained with prompts"))).hasSize(1);
    }
}
