package io.github.embeddinglab.core.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.DownloadException;
import io.github.embeddinglab.api.InvalidInputException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class HubNamesTest {
    private static final String GIT = "ce013625030ba8dba906f756967f9e9ca394464a";

    @Test
    void digestsAreThoseOfGitAndSha256sum() {
        byte[] hello = "hello\n".getBytes(StandardCharsets.UTF_8);
        assertThat(HubServer.gitSha1(hello)).isEqualTo(GIT);  // git hash-object
        assertThat(HubServer.sha256(hello)).isEqualTo("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
    }

    @Test
    void tagsAreReadQuotedWeakAndPacked() {
        for (String tag : List.of(GIT, "\"" + GIT + "\"", "W/\"" + GIT + "\"", "\"" + GIT + "-gzip\"", "W/\"" + GIT.toUpperCase(Locale.ROOT) + "\"")) {
            assertThat(HubNames.tag(tag)).as(tag).isEqualTo(GIT);
        }
        assertThat(HubNames.tag("\"d41d8-7\"")).isEqualTo("d41d8-7");
    }

    @Test
    void namesThatWouldLeaveTheCacheAreRefused() {
        assertThat(HubNames.isId("sentence-transformers/all-MiniLM-L6-v2")).isTrue();
        for (String id : List.of("../x", "a/b/c", "a--b/c", "a/..", "/a", "a b", "C:\\x", "")) {
            assertThat(HubNames.isId(id)).as(id).isFalse();
        }
        for (String revision : List.of("../main", "a//b", "/etc", "", "a b", "refs/..")) {
            assertThatThrownBy(() -> HubNames.revision(revision)).as(revision).isInstanceOf(InvalidInputException.class);
        }
        assertThat(HubNames.revision("refs/pr/12")).isEqualTo("refs/pr/12");
        for (String path : List.of("../x", "a/../../x", "/etc/passwd", "a\\b", "C:x", "a//b", "", "a/./b", "a\nb")) {
            assertThatThrownBy(() -> HubNames.path(path, "org/name")).as(path).isInstanceOf(DownloadException.class)
                    .hasMessageContaining("leave the model's folder");
        }
        assertThat(HubNames.encode("1_Pooling/ü &.json", true)).isEqualTo("1_Pooling/%C3%BC%20%26.json");
        assertThat(HubNames.encode("refs/pr/1", false)).isEqualTo("refs%2Fpr%2F1");
    }

    @Test
    void settingsHideTheTokenAndAreCheckedTogether() {
        HubSettings settings = HubSettings.builder(Path.of("c")).token(" hf_secret\n").endpoint(URI.create("https://mirror.example/api/hub/")).build();
        assertThat(settings.toString()).doesNotContain("hf_secret").contains("***");
        assertThat(settings.token()).isEqualTo("hf_secret");
        assertThat(settings.endpoint()).hasToString("https://mirror.example/api/hub");
        assertThat(settings.downloadsAllowed()).isFalse();
        assertThatThrownBy(() -> HubSettings.builder(Path.of("c")).token("a b").endpoint(URI.create("ftp://x")).build())
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("ftp://x").hasMessageContaining("token")
                .hasMessageNotContaining("a b");
        assertThatThrownBy(() -> HubSettings.builder(Path.of("c")).token("t").endpoint(URI.create("http://mirror.example")).build())
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("unencrypted");
        assertThatThrownBy(() -> HubSettings.builder(Path.of("c")).proxy("", 0)).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> HubSettings.builder(Path.of("c")).timeouts(Duration.ZERO, Duration.ZERO).build())
                .isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> HubSettings.builder(Path.of("c")).maximumRetries(-1).build()).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void onlyWhatAnEmbeddingModelNeedsIsChosen() {
        List<HubFile> all = files("config.json", "modules.json", "sentence_bert_config.json", "config_sentence_transformers.json",
                "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "model.safetensors",
                "model-00001-of-00002.safetensors", "pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "rust_model.ot",
                "onnx/model.onnx", "onnx/config.json", "openvino/openvino_model.bin", "train_script.py", "data_config.json",
                ".gitattributes", "README.md", "1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors",
                "2_Dense/pytorch_model.bin", "encoder/config.json");
        assertThat(ModelFiles.wanted(all, Set.of("encoder"))).extracting(HubFile::path).containsExactlyInAnyOrder("config.json", "modules.json",
                "sentence_bert_config.json", "config_sentence_transformers.json", "tokenizer.json", "tokenizer_config.json",
                "special_tokens_map.json", "vocab.txt", "model.safetensors", "README.md", "1_Pooling/config.json",
                "2_Dense/config.json", "2_Dense/model.safetensors", "encoder/config.json");
        assertThat(ModelFiles.wanted(files("model.safetensors.index.json", "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors", "consolidated.safetensors"), Set.of())).extracting(HubFile::path)
                .containsExactly("model.safetensors.index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
    }

    private static List<HubFile> files(String... paths) {
        return Arrays.stream(paths).map(path -> new HubFile(path, 10, null, null)).toList();
    }
}
