package io.github.embeddinglab.core.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.api.ModelId;
import io.github.embeddinglab.api.ModelNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryTest {
    private static final ModelFacts FACTS =
            new ModelFacts("mine", 3, 7, List.of("de"), "Apache-2.0", "mean", Map.of("query", "q: "), List.of());

    @TempDir
    Path directory;

    static RegistryEntry entry(String id) {
        return RegistryEntry.ofUser(ModelId.of(id), "/models/" + id, false, FACTS);
    }

    @Test
    @Tag("unit")
    void addedModelsPersistAndGo() {
        new Registry(directory).add(entry("tuned"));
        Registry again = new Registry(directory);
        assertThat(again.find("tuned")).contains(entry("tuned"));
        assertThat(again.find("tuned").orElseThrow().facts()).isEqualTo(FACTS);
        assertThat(again.isBuiltIn(entry("tuned"))).isFalse();
        assertThat(again.remove(ModelId.of("tuned"))).isEqualTo(entry("tuned"));
        assertThat(new Registry(directory).find("tuned")).isEmpty();
        assertThatThrownBy(() -> again.remove(ModelId.of("tuned")))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("tuned");
        assertThatThrownBy(() -> again.remove(ModelId.of("all-MiniLM-L6-v2")))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("built in");
    }

    @ParameterizedTest
    @Tag("unit")
    @ValueSource(strings = {"all-MiniLM-L6-v2", "minilm", "sentence-transformers/all-MiniLM-L6-v2", "technical_bert", "tuned"})
    void takenNamesAreRefused(String name) {
        Registry registry = new Registry(directory);
        registry.add(entry("tuned"));
        assertThatThrownBy(() -> registry.add(entry(name)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll(name, "taken", "choose another");
        assertThat(registry.entries()).filteredOn(entry -> entry.path() != null).hasSize(1);
    }

    @Test
    @Tag("unit")
    void everyBuiltInNameLeadsToOneModel() {
        Registry registry = new Registry(directory);
        List<String> names = new ArrayList<>();
        for (RegistryEntry entry : registry.entries()) {
            names.add(entry.id());
            names.addAll(entry.aliasList());
            assertThat(registry.isBuiltIn(entry)).isTrue();
        }
        assertThat(names).doesNotHaveDuplicates().contains(
                "all-MiniLM-L6-v2", "minilm", "all-MiniLM-L12-v2", "all-mpnet-base-v2", "mpnet", "bge-small-en-v1.5",
                "bge-base-en-v1.5", "gte-small", "e5-small-v2", "multilingual-e5-small", "multilingual-e5-base",
                "paraphrase-multilingual-MiniLM-L12-v2", "multilingual", "paraphrase-multilingual-mpnet-base-v2", "LaBSE",
                "labse", "bert-base-multilingual-cased", "mbert", "xlm-roberta-base", "xlm-roberta", "potion-base-8M",
                "static-similarity-mrl-multilingual-v1", "technical", "technical_bert", "custom-technical", "code",
                "code_embedder", "text-embedding-ada-002", "text-embedding-3-small", "text-embedding-3-large");
    }

    @ParameterizedTest
    @Tag("unit")
    @ValueSource(strings = {"", "{", "null", "{}", "{\"models\": null}", "{\"models\": [null]}", "{\"models\": [{\"id\": \"a\"}]}",
        "{\"models\": 3}", "[1,\n2}"})
    void damageIsNamedAndNothingIsOverwritten(String content) throws Exception {
        Path file = Files.writeString(directory.resolve("registry.json"), content);
        Registry registry = new Registry(directory);
        assertThatThrownBy(registry::entries)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("registry.json", "damaged", "move it away");
        assertThatThrownBy(() -> registry.add(entry("tuned"))).isInstanceOf(ConfigurationException.class);
        assertThat(file).hasContent(content);
    }

    @Test
    @Tag("unit")
    void aDirectoryThatCannotBeMadeIsNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "x");
        assertThatThrownBy(() -> new Registry(file.resolve("models")).add(entry("tuned")))
                .isInstanceOf(LaboratoryException.class)
                .hasMessageContainingAll("registry", "nothing was changed");
    }

    @Test
    @Tag("unit")
    void threadsDoNotLoseEachOthersModels() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> all = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            int number = thread;
            all.add(threads.submit(() -> addTen(directory, "t" + number)));
        }
        for (Future<?> one : all) {
            one.get();
        }
        threads.shutdown();
        assertThat(users()).hasSize(40);
    }

    @Test
    @Tag("integration")
    void processesDoNotLoseEachOthersModels() throws Exception {
        List<Process> children = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            children.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            RegistryTest.class.getName(),
                            directory.toString(),
                            name)
                    .inheritIO()
                    .start());
        }
        addTen(directory, "c");
        for (Process child : children) {
            assertThat(child.waitFor()).isZero();
        }
        assertThat(users()).hasSize(30);
    }

    private List<RegistryEntry> users() {
        return new Registry(directory).entries().stream().filter(entry -> entry.path() != null).toList();
    }

    private static void addTen(Path directory, String prefix) {
        for (int i = 0; i < 10; i++) {
            new Registry(directory).add(entry(prefix + "-" + i));
        }
    }

    /** Another process that adds models. */
    public static void main(String[] args) {
        addTen(Path.of(args[0]), args[1]);
    }
}
