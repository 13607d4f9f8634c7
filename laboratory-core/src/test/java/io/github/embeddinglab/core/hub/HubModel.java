package io.github.embeddinglab.core.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Puts a model of the usual shape on a {@link HubServer} and compares what came down. */
final class HubModel {
    static final String ID = "laboratory/tiny-model";
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    static final String WEIGHTS = "model.safetensors";

    private HubModel() {}

    static HubServer serve(int weightBytes) throws IOException {
        HubServer server = new HubServer(ID);
        server.refs.put("main", COMMIT);
        text(server, "modules.json", "[{\"idx\":0,\"name\":\"0\",\"path\":\"\",\"type\":\"sentence_transformers.models.Transformer\"},"
                + "{\"idx\":1,\"name\":\"1\",\"path\":\"1_Pooling\",\"type\":\"sentence_transformers.models.Pooling\"},"
                + "{\"idx\":2,\"name\":\"2\",\"path\":\"2_Normalize\",\"type\":\"sentence_transformers.models.Normalize\"}]");
        text(server, "config.json", "{\"model_type\": \"bert\"}");
        text(server, "1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": true}");
        text(server, "tokenizer.json", "{\"version\": \"1.0\"}");
        text(server, "vocab.txt", "[PAD]\n[UNK]\n");
        text(server, "README.md", "<html is fine in a model card>");
        text(server, "train.py", "print('not needed')");
        server.content.put(WEIGHTS, tensors(weightBytes, 7));
        server.content.put("pytorch_model.bin", new byte[1000]);
        server.content.put("onnx/model.onnx", new byte[1000]);
        server.large.add(WEIGHTS);
        server.large.add("pytorch_model.bin");
        server.large.add("onnx/model.onnx");
        return server;
    }

    static void text(HubServer server, String path, String text) {
        server.content.put(path, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] tensors(int dataBytes, long seed) {
        byte[] header = ("{\"w\":{\"dtype\":\"U8\",\"shape\":[" + dataBytes + "],\"data_offsets\":[0," + dataBytes + "]}}")
                .getBytes(StandardCharsets.UTF_8);
        byte[] data = new byte[dataBytes];
        new Random(seed).nextBytes(data);
        return ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length)
                .put(header).put(data).array();
    }

    static HubSettings.Builder settings(HubServer server, Path cache) {
        return HubSettings.builder(cache).endpoint(server.endpoint()).allowDownloads(true);
    }

    static void assertWhole(HubServer server, Path folder) throws IOException {
        for (String path : new String[] {"modules.json", "config.json", "1_Pooling/config.json", "tokenizer.json", "vocab.txt", "README.md", WEIGHTS}) {
            assertThat(Files.readAllBytes(folder.resolve(path))).as(path).isEqualTo(server.bytes(path));
        }
        for (String path : new String[] {"pytorch_model.bin", "onnx", "train.py"}) {
            assertThat(folder.resolve(path)).doesNotExist();
        }
    }

    /** The partial file of the weights. */
    static Path partial(HubServer server, Path cache) {
        return blob(server, cache).resolveSibling(HubServer.sha256(server.bytes(WEIGHTS)) + ".laboratory.incomplete");
    }

    static Path blob(HubServer server, Path cache) {
        return cache.resolve("models--laboratory--tiny-model").resolve("blobs").resolve(HubServer.sha256(server.bytes(WEIGHTS)));
    }
}
