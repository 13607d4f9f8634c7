package io.github.embeddinglab.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.ModelNotFoundException;
import io.github.embeddinglab.core.model.ModelModule.DenseActivation;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class ModelFolderTest {
    @TempDir
    Path temporary;

    private Path copy(String name) {
        return Fixtures.copy(name, temporary.resolve(name));
    }

    private static void refuses(Path folder, String... parts) {
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContainingAll(parts)
                .hasMessageNotContaining("\n");
    }

    /** Rewrites the weights of a folder's root. */
    private static void rewrite(Path folder, UnaryOperator<List<Tensors.Tensor>> change) {
        List<Tensors.Tensor> all = new ArrayList<>();
        try (Tensors tensors = Safetensors.open(folder)) {
            tensors.names().forEach(name -> all.add(tensors.tensor(name)));
        }
        SafetensorsWriter.write(change.apply(all), folder.resolve("model.safetensors"));
    }

    private static List<Tensors.Tensor> renamed(List<Tensors.Tensor> all, UnaryOperator<String> name) {
        return all.stream().map(t -> new Tensors.Tensor(name.apply(t.name()), t.type(), t.shape(), t.data())).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "bert-mean, BERT, 32, 128", "bert-cls-prompts, BERT, 32, 128", "bert-labse, BERT, 32, 128",
        "mpnet-mean, MPNET, 32, 128", "xlm-roberta-mean, XLM_ROBERTA, 32, 128", "roberta-max, ROBERTA, 32, 128",
        "distilbert-dense, DISTILBERT, 16, 128", "modernbert-mean, MODERNBERT, 32, 128", "static-mean, STATIC, 24, 2147483647"
    })
    void readsEachReferenceModel(String name, Architecture architecture, int dimensions, int maxTokens) {
        try (ModelFolder model = ModelFolder.open(Fixtures.folder(name))) {
            assertThat(model.architecture()).isEqualTo(architecture);
            assertThat(model.dimensions()).isEqualTo(dimensions);
            assertThat(model.maxTokens()).isEqualTo(maxTokens);
            assertThat(model.notes()).isEmpty();
            assertThat(model.lowerCase()).isFalse();
            assertThat(model.tokenizer()).exists();
            for (Map.Entry<String, long[]> expected : model.description().expectedTensors().entrySet()) {
                assertThat(model.tensors().floats(expected.getKey())).doesNotContain(Float.NaN).isNotEmpty();
            }
        }
    }

    @Test
    void readsTheEncoders() {
        try (ModelFolder bert = ModelFolder.open(Fixtures.folder("bert-mean"));
                ModelFolder mpnet = ModelFolder.open(Fixtures.folder("mpnet-mean"));
                ModelFolder modern = ModelFolder.open(Fixtures.folder("modernbert-mean"));
                ModelFolder distil = ModelFolder.open(Fixtures.folder("distilbert-dense"))) {
            assertThat(bert.encoder()).isEqualTo(new EncoderConfig(
                    Architecture.BERT, 3, 32, 4, 64, 1200, 128, 2, EncoderConfig.Activation.GELU, 1e-12f, 0, 0, null));
            assertThat(mpnet.encoder()).isEqualTo(new EncoderConfig(
                    Architecture.MPNET, 3, 32, 4, 64, 1200, 130, 0, EncoderConfig.Activation.GELU, 1e-12f, 1, 32, null));
            assertThat(distil.encoder()).isEqualTo(new EncoderConfig(
                    Architecture.DISTILBERT, 3, 32, 4, 64, 1200, 128, 0, EncoderConfig.Activation.GELU, 1e-12f, 0, 0, null));
            assertThat(modern.encoder()).isEqualTo(new EncoderConfig(
                    Architecture.MODERNBERT, 4, 32, 4, 48, 1500, 256, 0, EncoderConfig.Activation.GELU, 1e-5f, 1, 0,
                    new EncoderConfig.Rotary(160_000, 10_000, 16, List.of(true, false, false, true), false, false, false)));
            assertThat(distil.modules()).containsExactly(
                    new ModelModule.Pooling(List.of(PoolingMode.MEAN), true),
                    new ModelModule.Dense("2_Dense/linear.weight", "2_Dense/linear.bias", 32, 16, DenseActivation.TANH),
                    new ModelModule.Normalize());
        }
        try (ModelFolder prompts = ModelFolder.open(Fixtures.folder("bert-cls-prompts"));
                ModelFolder table = ModelFolder.open(Fixtures.folder("static-mean"))) {
            assertThat(prompts.prompts().byName())
                    .containsExactly(Map.entry("document", ""), Map.entry("passage", "passage: "), Map.entry("query", "query: "));
            assertThat(prompts.prompts().defaultName()).isNull();
            assertThatThrownBy(table::encoder).isInstanceOf(InvalidInputException.class).hasMessageContaining("static");
            assertThat(table.modules()).containsExactly(new ModelModule.Normalize());
        }
    }

    @Test
    void oldSpellingsMeanTheSameModel() throws IOException {
        Path old = copy("distilbert-dense");
        Files.writeString(old.resolve("1_Pooling/config.json"), """
                {"word_embedding_dimension": 32, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true,
                 "pooling_mode_max_tokens": false, "pooling_mode_mean_sqrt_len_tokens": false}""");
        Files.writeString(old.resolve("2_Dense/config.json"), """
                {"in_features": 32, "out_features": 16, "bias": true, "activation_function": "torch.nn.modules.activation.Tanh"}""");
        Files.delete(old.resolve("3_Normalize/config.json"));
        Files.writeString(old.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 128, \"do_lower_case\": false}");
        Files.delete(old.resolve("config_sentence_transformers.json"));
        Fixtures.edit(old.resolve("modules.json"), "sentence_transformers.base.modules.transformer.", "sentence_transformers.models.");
        Fixtures.edit(old.resolve("modules.json"), "sentence_transformers.base.modules.dense.", "sentence_transformers.models.");
        Fixtures.edit(old.resolve("config.json"), "\"dtype\"", "\"torch_dtype\"");
        Fixtures.edit(old.resolve("config.json"), "\"pad_token_id\": 0,", "\"pad_token_id\": null,");
        rewrite(old, all -> renamed(all, name -> "distilbert." + name));
        try (ModelFolder model = ModelFolder.open(old);
                ModelFolder today = ModelFolder.open(Fixtures.folder("distilbert-dense"))) {
            assertThat(model.encoder()).isEqualTo(today.encoder());
            assertThat(model.modules()).isEqualTo(today.modules());
            assertThat(model.fingerprint()).isEqualTo(today.fingerprint());
        }
    }

    @Test
    void firstYearsCheckpointsAreRead() {
        Path old = copy("bert-mean");
        rewrite(old, all -> {
            List<Tensors.Tensor> more = new ArrayList<>(renamed(all, name -> "bert." + name
                    .replace("LayerNorm.weight", "LayerNorm.gamma")
                    .replace("LayerNorm.bias", "LayerNorm.beta")));
            more.removeIf(tensor -> tensor.name().contains("pooler"));
            more.add(new Tensors.Tensor(
                    "bert.embeddings.position_ids", Tensors.Type.I64, new long[] {1, 128}, ByteBuffer.allocate(1024)));
            more.add(Tensors.Tensor.of("cls.predictions.bias", new long[] {1200}, new float[1200]));
            return more;
        });
        try (ModelFolder model = ModelFolder.open(old);
                ModelFolder today = ModelFolder.open(Fixtures.folder("bert-mean"))) {
            assertThat(model.tensors().names()).contains("cls.predictions.bias", "embeddings.LayerNorm.weight");
            assertThat(model.fingerprint()).isEqualTo(today.fingerprint());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.auto_model.", "auto_model.", "model.", "roberta.", "module.roberta.", "0.auto_model.roberta."})
    void wrappersPrefixesAreTakenOff(String prefix) {
        Path folder = copy("roberta-max");
        rewrite(folder, all -> renamed(all, name -> prefix + name));
        try (ModelFolder model = ModelFolder.open(folder)) {
            assertThat(model.tensors().names()).contains("encoder.layer.0.attention.self.query.weight");
        }
        rewrite(folder, all -> renamed(all, name -> "strange." + name));
        refuses(folder, "embeddings.word_embeddings.weight", "ROBERTA");
    }

    @Test
    void modernBertsOldSpellings() throws IOException {
        Path folder = copy("modernbert-mean");
        String config = Files.readString(folder.resolve("config.json"))
                .replaceAll("(?s)\"layer_types\": \\[.*?\\],", "")
                .replaceAll("(?s)\"rope_parameters\": \\{.*?\\}\\s*\\},",
                        "\"global_rope_theta\": 80000.0, \"local_rope_theta\": 5000, \"position_embedding_type\": \"absolute\",");
        Files.writeString(folder.resolve("config.json"), config);
        try (ModelFolder model = ModelFolder.open(folder)) {
            assertThat(model.encoder().rotary()).isEqualTo(new EncoderConfig.Rotary(
                    80_000, 5_000, 16, List.of(true, false, false, true), false, false, false));
        }
        Files.writeString(folder.resolve("config.json"), config.replace("\"local_rope_theta\": 5000", "\"local_rope_theta\": null"));
        try (ModelFolder model = ModelFolder.open(folder)) {
            assertThat(model.encoder().rotary()).extracting(EncoderConfig.Rotary::localTheta).isEqualTo(80_000.0);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "{\"pooling_mode\": \"weightedmean\"}; WEIGHTED_MEAN",
        "{\"pooling_mode\": [\"max\", \"cls\"]}; MAX CLS",
        "{\"pooling_mode_cls_token\": true, \"pooling_mode_lasttoken\": true, \"pooling_mode_max_tokens\": true}; CLS MAX LAST_TOKEN",
        "{\"pooling_mode\": \"mean_sqrt_len_tokens\", \"pooling_mode_cls_token\": true}; MEAN_SQRT_LEN",
        "{}; MEAN"
    })
    void poolingInEverySpelling(String config, String modes) throws IOException {
        Path folder = copy("bert-mean");
        Files.writeString(folder.resolve("1_Pooling/config.json"), config);
        try (ModelFolder model = ModelFolder.open(folder)) {
            assertThat(model.description().pooling().orElseThrow().modes())
                    .extracting(Enum::name)
                    .containsExactly(modes.split(" "));
            assertThat(model.dimensions()).isEqualTo(32 * modes.split(" ").length);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "bert-mean; {}; {\"model_max_length\": 1000000000000000019884624838656}; 128",
        "bert-mean; {}; {}; 128",
        "bert-mean; {\"max_seq_length\": 64}; {\"model_max_length\": 32}; 64",
        "bert-mean; {\"max_seq_length\": null}; {\"model_max_length\": 32}; 32",
        "bert-mean; {\"max_seq_length\": 64, \"tokenizer_args\": {\"model_max_length\": 16}}; {}; 16",
        "bert-mean; {\"max_seq_length\": 500}; {}; 128",
        "roberta-max; {}; {}; 128",
        "roberta-max; {\"max_seq_length\": 130}; {}; 128",
        "mpnet-mean; {}; {\"model_max_length\": 512}; 128",
        "modernbert-mean; {}; {}; 256"
    })
    void limitIsTheReferencesUnlessPositionsRunOut(String name, String settings, String tokenizer, int expected) throws IOException {
        Path folder = copy(name);
        Files.writeString(folder.resolve("sentence_bert_config.json"), settings);
        Files.writeString(folder.resolve("tokenizer_config.json"), tokenizer);
        try (ModelFolder model = ModelFolder.open(folder)) {
            assertThat(model.maxTokens()).isEqualTo(expected);
            boolean lowered = settings.contains("500") || settings.contains("130") || (!name.startsWith("b") && !name.startsWith("mod"));
            assertThat(model.notes()).hasSize(lowered ? 1 : 0);
        }
    }

    @Test
    void withoutModulesTheReferenceTakesTheMean() throws IOException {
        Path folder = copy("bert-mean");
        Files.delete(folder.resolve("modules.json"));
        try (ModelFolder model = ModelFolder.open(folder)) {
            assertThat(model.modules()).containsExactly(new ModelModule.Pooling(List.of(PoolingMode.MEAN), true));
            assertThat(model.notes()).singleElement().asString().contains("modules.json");
        }
    }

    @Test
    void staticModelsOfModel2Vec() throws IOException {
        Path folder = temporary.resolve("m2v");
        Fixtures.copy("static-mean", folder);
        rewrite(folder, all -> renamed(all, name -> "embeddings"));
        Fixtures.edit(folder.resolve("modules.json"), "\"path\": \"\"", "\"path\": \".\"");
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"model2vec\"}");
        try (ModelFolder model = ModelFolder.open(folder);
                ModelFolder today = ModelFolder.open(Fixtures.folder("static-mean"))) {
            assertThat(model.fingerprint()).isEqualTo(today.fingerprint());
        }
        rewrite(folder, all -> {
            List<Tensors.Tensor> more = new ArrayList<>(all);
            more.add(new Tensors.Tensor("mapping", Tensors.Type.I64, new long[] {2}, ByteBuffer.allocate(16)));
            return more;
        });
        refuses(folder, "mapping");
        Files.delete(folder.resolve("modules.json"));
        refuses(folder, "model2vec", "modules.json");
    }

    @Test
    void aStaticModelKeepsItsTokenizersLimit() {
        Path folder = copy("static-mean");
        Fixtures.edit(folder.resolve("tokenizer.json"), "\"truncation\": null",
                "\"truncation\": {\"direction\": \"Right\", \"max_length\": 77, \"strategy\": \"LongestFirst\", \"stride\": 0}");
        try (ModelFolder model = ModelFolder.open(folder)) {
            assertThat(model.maxTokens()).isEqualTo(77);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
        "bert-mean; config.json; \"model_type\": \"bert\"; \"model_type\": \"t5\"; t5",
        "bert-mean; config.json; \"hidden_act\": \"gelu\"; \"hidden_act\": \"xielu\"; xielu",
        "bert-mean; config.json; \"is_decoder\": false; \"is_decoder\": true; is_decoder",
        "bert-mean; config.json; \"add_cross_attention\": false; \"add_cross_attention\": true; add_cross_attention",
        "bert-mean; config.json; \"use_cache\": false; \"position_embedding_type\": \"relative_key\"; relative_key",
        "bert-mean; config.json; \"use_cache\": false; \"quantization_config\": {\"bits\": 4}; quantization_config",
        "bert-mean; config.json; \"use_cache\": false; \"auto_map\": {\"AutoModel\": \"x.Y\"}; AutoModel",
        "bert-mean; config.json; \"num_attention_heads\": 4; \"num_attention_heads\": 5; num_attention_heads",
        "bert-mean; config.json; \"num_attention_heads\": 4; \"num_attention_heads\": \"4\"; num_attention_heads",
        "bert-mean; config.json; \"hidden_size\": 32; \"hidden_size\": 64; width",
        "bert-mean; config.json; \"num_hidden_layers\": 3; \"num_hidden_layers\": 4; encoder.layer.3",
        "bert-mean; config.json; \"vocab_size\": 1200; \"vocab_size\": 1201; [1200, 32]",
        "mpnet-mean; config.json; \"relative_attention_num_buckets\": 32; \"relative_attention_num_buckets\": 16; relative_attention_num_buckets",
        "mpnet-mean; config.json; \"pad_token_id\": 1; \"pad_token_id\": 0; pad_token_id",
        "modernbert-mean; config.json; \"mlp_bias\": false; \"mlp_bias\": true; mlp.Wi.bias",
        "modernbert-mean; config.json; \"rope_type\": \"default\"; \"rope_type\": \"yarn\"; yarn",
        "modernbert-mean; config.json; \"sliding_attention\",; \"chunked_attention\",; chunked_attention",
        "bert-mean; modules.json; .pooling.Pooling; .pooling.WeightedLayerPooling; WeightedLayerPooling",
        "bert-mean; modules.json; .normalize.Normalize; .cnn.CNN; CNN",
        "bert-mean; modules.json; sentence_transformers.base.modules.normalize; my_code; my_code",
        "bert-mean; modules.json; \"path\": \"2_Normalize\"; \"path\": \"../x\"; ../x",
        "bert-mean; modules.json; \"path\": \"\"; \"kwargs\": [\"task\"], \"path\": \"\"; task",
        "bert-mean; 1_Pooling/config.json; \"mean\"; \"median\"; median",
        "bert-mean; 1_Pooling/config.json; 32; 31; width",
        "bert-mean; 1_Pooling/config.json; include_prompt; include_title; include_title",
        "bert-mean; 2_Normalize/config.json; sentence_embedding; token_embeddings; token_embeddings",
        "bert-labse; 2_Dense/config.json; activation.Tanh; activation.Hardshrink; Hardshrink",
        "bert-labse; 2_Dense/config.json; torch.nn.modules; own.modules; own.modules",
        "bert-labse; 2_Dense/config.json; \"bias\": true; \"bias\": true, \"use_residual\": true; use_residual",
        "bert-labse; 2_Dense/config.json; \"in_features\": 32; \"in_features\": 16; 16",
        "bert-labse; 2_Dense/config.json; \"out_features\": 32; \"out_features\": 16; 2_Dense/linear",
        "bert-mean; sentence_bert_config.json; feature-extraction; text-generation; text-generation",
        "bert-mean; sentence_bert_config.json; last_hidden_state; pooler_output; pooler_output",
        "bert-mean; sentence_bert_config.json; \"transformer_task\"; \"query_length\": 7, \"transformer_task\"; query_length",
        "bert-mean; sentence_bert_config.json; \"transformer_task\"; \"surprise\": 7, \"transformer_task\"; surprise",
        "bert-mean; config_sentence_transformers.json; \"default_prompt_name\": null; \"default_prompt_name\": \"q\"; default_prompt_name",
        "bert-mean; config_sentence_transformers.json; \"default_prompt_name\": null; \"truncate_dim\": 16; truncate_dim",
        "bert-mean; config_sentence_transformers.json; SentenceTransformer\"; CrossEncoder\"; CrossEncoder",
        "bert-mean; tokenizer_config.json; \"TokenizersBackend\"; \"BertTokenizer\", \"do_lower_case\": false; do_lower_case",
        "bert-mean; tokenizer.json; \"id\": 4,; \"id\": 1200,; 1200",
        "bert-mean; tokenizer.json; \"vocab\"; \"words\"; model.vocab",
        "bert-mean; config.json; \"use_cache\": false; \"vocab_size\": 1; vocab_size"
    })
    void whatIsNotUnderstoodIsRefusedByName(String name, String file, String from, String to, String said) {
        Path folder = copy(name);
        Fixtures.edit(folder.resolve(file), from, to);
        refuses(folder, said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "modules.json", "tokenizer.json", "1_Pooling/config.json", "sentence_bert_config.json"})
    void cutConfigurationNamesItsFile(String name) throws IOException {
        Path folder = copy("bert-mean");
        byte[] whole = Files.readAllBytes(folder.resolve(name));
        Files.write(folder.resolve(name), java.util.Arrays.copyOf(whole, whole.length * 2 / 3));
        refuses(folder, name);
    }

    @ParameterizedTest
    @CsvSource({
        "config.json, config.json", "tokenizer.json, tokenizer.json", "model.safetensors, model.safetensors",
        "2_Dense/model.safetensors, 2_Dense", "2_Dense/config.json, in_features"
    })
    void missingFilesAreNamed(String file, String said) throws IOException {
        Path folder = copy("bert-labse");
        Files.delete(folder.resolve(file));
        refuses(folder, said);
    }

    @Test
    void foldersThatAreNoModels() throws IOException {
        assertThatThrownBy(() -> ModelFolder.open(temporary.resolve("absent")))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("absent");
        refuses(temporary, "modules.json", "config.json");
        Path folder = copy("bert-mean");
        Files.writeString(folder.resolve("adapter_config.json"), "{}");
        refuses(folder, "adapter_config.json", "merge_and_unload");
    }

    @ParameterizedTest
    @FieldSource("io.github.embeddinglab.core.model.Fixtures#NAMES")
    void tokenizersOfOtherModelsAreRefused(String name) throws IOException {
        Path folder = copy(name);
        Path large = folder.resolve("tokenizer.json");
        int rows = TokenizerFile.read(large).rows();
        assertThat(rows).isIn(1200, 1500);
        if (rows == 1200) {
            Files.copy(Fixtures.folder("roberta-max").resolve("tokenizer.json"), large, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            refuses(folder, "tokenizer", "1499", "1200");
        }
    }

    @Test
    void lowerCasingIsReported() throws IOException {
        Path folder = copy("bert-labse");
        Files.writeString(folder.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 128, \"do_lower_case\": true}");
        try (ModelFolder model = ModelFolder.open(folder)) {
            assertThat(model.lowerCase()).isTrue();
        }
    }

    @Test
    void damagedFoldersNeverRaiseAnythingElse() throws IOException {
        long seed = System.nanoTime();
        java.util.Random random = new java.util.Random(seed);
        Path folder = copy("distilbert-dense");
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(file -> file.toString().endsWith(".json") && !file.endsWith("expected.json")).sorted().toList();
        }
        int refused = 0;
        for (int round = 0; round < 500; round++) {
            Path file = files.get(random.nextInt(files.size()));
            byte[] whole = Files.readAllBytes(file);
            byte[] damaged = whole.clone();
            damaged[random.nextInt(whole.length)] = (byte) random.nextInt(256);
            Files.write(file, damaged);
            try (ModelFolder model = ModelFolder.open(folder)) {
                model.fingerprint();
            } catch (InvalidModelException e) {
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + round + " " + file, e);
            }
            Files.write(file, whole);
        }
        assertThat(refused).as("seed %d", seed).isGreaterThan(100);
    }
}
