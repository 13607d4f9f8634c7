package io.github.embeddinglab.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Export;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.ModelFolderWriter;
import io.github.embeddinglab.core.tokenization.TokenIds;
import io.github.embeddinglab.core.tokenization.Tokenizer;
import io.github.embeddinglab.core.tokenization.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Any number of folders with {@code expected.json}, as {@code generate.py} makes them: ids, vectors, prompts. With
 * {@code -Dlaboratory.parity.exports=FOLDER} each is also exported and written anew, for {@code check_exports.py}.
 */
@Tag("soak")
class GeneratedFoldersTest {
    @TestFactory
    Stream<DynamicTest> generatedFoldersAgree() throws IOException {
        String root = System.getProperty("laboratory.parity", "");
        Assumptions.assumeTrue(!root.isEmpty(), "skipped: name generated folders with -Dlaboratory.parity=FOLDER");
        try (Stream<Path> folders = Files.list(Path.of(root))) {
            List<Path> models = folders.filter(folder -> Files.exists(folder.resolve("expected.json"))).sorted().toList();
            assertThat(models).isNotEmpty();
            return models.stream().map(model -> DynamicTest.dynamicTest(model.getFileName() + "", () -> agrees(model)));
        }
    }

    private static void agrees(Path path) throws IOException {
        JsonNode expected = ReferenceModels.json(path.resolve("expected.json"));
        List<String> texts = ReferenceModels.texts(expected.get("texts"));
        try (EmbeddingLaboratory laboratory = ReferenceModels.builder().build();
                ModelFolder folder = ModelFolder.open(path);
                Embedder model = laboratory.models().load(path.toString())) {
            if (expected.has("input_ids")) {
                sameIds(folder, texts, expected.get("input_ids"));
            }
            expected.fieldNames().forEachRemaining(field -> {
                if (field.startsWith("embeddings")) {
                    String prompt = field.replaceFirst("^embeddings(_prompt_)?", "");
                    EmbedOptions options = EmbedOptions.defaults();
                    compare(
                            model.embed(texts, prompt.isEmpty() ? options : options.role(Role.prompt(prompt))),
                            expected.get(field),
                            field);
                }
            });
            String exports = System.getProperty("laboratory.parity.exports", "");
            if (!exports.isEmpty()) {
                export(laboratory, folder, Path.of(exports));
            }
        } catch (InvalidModelException e) {
            Assumptions.abort("refused: " + e.getMessage());
        }
    }

    private static void sameIds(ModelFolder folder, List<String> texts, JsonNode expected) {
        Path natives = ReferenceModels.directory().resolve("natives");
        try (Tokenizer tokenizer = Tokenizers.open(folder.tokenizer(), natives, folder.lowerCase())) {
            for (int i = 0; i < texts.size(); i++) {
                TokenIds ids = tokenizer.encode(texts.get(i));
                ids = folder.architecture() == Architecture.STATIC ? ids.withoutSpecial() : ids;
                int[] reference = new int[expected.get(i).size()];
                for (int k = 0; k < reference.length; k++) {
                    reference[k] = expected.get(i).get(k).asInt();
                }
                assertThat(ids.truncate(folder.maxTokens()).toArray()).as("ids of text %d", i).isEqualTo(reference);
            }
        }
    }

    private static void compare(Embeddings embeddings, JsonNode expected, String what) {
        assertThat(embeddings.rows()).isEqualTo(expected.size()).isPositive();
        for (int row = 0; row < embeddings.rows(); row++) {
            float[] vector = ReferenceModels.vector(expected.get(row));
            double squares = 0;
            for (float value : vector) {
                squares += (double) value * value;
            }
            float[] ours = embeddings.vector(row);
            assertThat(ReferenceModels.difference(ours, vector) / Math.max(1, Math.sqrt(squares)))
                    .as("%s, text %d", what, row)
                    .isLessThan(1e-5);
            assertThat(ReferenceModels.cosine(ours, vector)).as("%s, text %d", what, row).isGreaterThan(0.99999);
        }
    }

    private static void export(EmbeddingLaboratory laboratory, ModelFolder folder, Path exports) throws IOException {
        String name = String.valueOf(folder.path().getFileName());
        ModelFolderWriter.write(
                folder.description(),
                folder.tensors(),
                Files.readAllBytes(folder.tokenizer()),
                exports.resolve("folder").resolve(name));
        if (folder.architecture() != Architecture.STATIC) {
            String model = folder.path().toString();
            laboratory.models().export(model, new Export.Onnx(true), exports.resolve("inside").resolve(name));
            laboratory.models().export(model, new Export.Onnx(false), exports.resolve("outside").resolve(name));
        }
    }
}
