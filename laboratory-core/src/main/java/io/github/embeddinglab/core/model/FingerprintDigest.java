package io.github.embeddinglab.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidModelException;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Computes fingerprints. Three parts, each with its length in front, so that no two models share a byte stream: the version
 * of this scheme, the description with the tokenizer as canonical JSON (keys sorted, no white space, numbers in Java's
 * shortest form), and the needed tensors in the order of their names.
 */
final class FingerprintDigest {
    private static final String SCHEME = "embeddinglab-model-1";
    private static final int CHUNK = 1 << 16;

    /** Off in this library and overridden by the reference for transformers: what a tokenizer's file says does not count. */
    private static final Set<String> TOKENIZER_IGNORED = Set.of("truncation", "padding");

    private final MessageDigest digest;
    private final byte[] chunk = new byte[CHUNK];

    private FingerprintDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static Fingerprint of(ModelDescription description, Tensors tensors, Path tokenizer) {
        return new FingerprintDigest().run(description, tensors, tokenizer);
    }

    private Fingerprint run(ModelDescription description, Tensors tensors, Path tokenizer) {
        text(SCHEME);
        text(canonical(description));
        tokenizer(tokenizer);
        labels(description).forEach((label, name) -> {
            Tensors.Tensor tensor = tensors.tensor(name);
            text(label + " " + tensor.type() + " " + Arrays.toString(tensor.shape()));
            bytes(tensor.bytes());
        });
        return new Fingerprint(HexFormat.of().formatHex(digest.digest()));
    }

    /** Needed tensors by what they are; a module's number stands for its folder, which is a matter of layout. */
    private static SortedMap<String, String> labels(ModelDescription description) {
        SortedMap<String, String> out = new TreeMap<>();
        description.expectedTensors().keySet().forEach(name -> out.put(name, name));
        List<ModelModule> modules = description.modules();
        for (int i = 0; i < modules.size(); i++) {
            for (String name : ExpectedTensors.modules(List.of(modules.get(i))).keySet()) {
                out.remove(name);
                out.put("modules." + i + "." + name.substring(name.lastIndexOf('/') + 1), name);
            }
        }
        return out;
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(8).putLong(bytes.length).flip());
        digest.update(bytes);
    }

    /** Through one heap chunk: the processor's SHA instructions are used for arrays. */
    private void bytes(ByteBuffer data) {
        digest.update(ByteBuffer.allocate(8).putLong(data.remaining()).flip());
        while (data.hasRemaining()) {
            int n = Math.min(CHUNK, data.remaining());
            data.get(chunk, 0, n);
            digest.update(chunk, 0, n);
        }
    }

    private void tokenizer(Path file) {
        ObjectNode root = JsonObjects.read(file);
        TOKENIZER_IGNORED.forEach(root::remove);
        try (OutputStream out = new BufferedOutputStream(
                new DigestOutputStream(OutputStream.nullOutputStream(), digest), CHUNK)) {
            write(root, out);
        } catch (IOException e) {
            throw new InvalidModelException("tokenizer " + file + " cannot be digested; copy it again from the original model", e);
        }
    }

    private static String canonical(ModelDescription description) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        EncoderConfig encoder = description.encoder();
        root.put("architecture", description.architecture().name());
        if (encoder != null) {
            root.set("encoder", encoder(encoder));
        }
        root.put("dimensions", description.dimensions());
        root.put("max_tokens", description.maxTokens());
        root.put("lower_case", description.lowerCase());
        description.modules().forEach(module -> root.withArray("modules").add(module(module)));
        ObjectNode prompts = root.putObject("prompts");
        description.prompts().byName().forEach((name, text) -> {
            if (!text.isEmpty()) {
                prompts.put(name, text);
            }
        });
        String defaultName = description.prompts().defaultName();
        if (defaultName != null && prompts.has(defaultName)) {
            root.put("default_prompt", defaultName);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            write(root, out);
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot refuse bytes", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static ObjectNode encoder(EncoderConfig c) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        out.put("layers", c.layers()).put("hidden", c.hidden()).put("heads", c.heads()).put("intermediate", c.intermediate());
        out.put("vocabulary", c.vocabulary()).put("positions", c.positions()).put("token_types", c.tokenTypes());
        out.put("activation", c.activation().name()).put("norm_epsilon", c.normEpsilon()).put("pad", c.padTokenId());
        out.put("relative_buckets", c.relativeBuckets());
        EncoderConfig.Rotary rotary = c.rotary();
        if (rotary != null) {
            ObjectNode node = out.putObject("rotary");
            node.put("global_theta", rotary.globalTheta()).put("local_theta", rotary.localTheta()).put("window", rotary.window());
            rotary.globalLayer().forEach(global -> node.withArray("global_layer").add(global));
            node.put("attention_bias", rotary.attentionBias()).put("mlp_bias", rotary.mlpBias()).put("norm_bias", rotary.normBias());
        }
        return out;
    }

    private static ObjectNode module(ModelModule module) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        if (module instanceof ModelModule.Pooling pooling) {
            pooling.modes().forEach(mode -> out.withArray("pooling").add(mode.name()));
            out.put("include_prompt", pooling.includePrompt());
        } else if (module instanceof ModelModule.Dense dense) {
            out.put("dense", dense.activation().name()).put("in", dense.in()).put("out", dense.out());
            out.put("bias", !dense.bias().isEmpty());
        } else if (module instanceof ModelModule.LayerNorm norm) {
            out.put("layer_norm", norm.dimensions()).put("epsilon", norm.epsilon());
        } else {
            out.put("normalize", "l2");
        }
        return out;
    }

    /** Canonical form: keys in the order of their UTF-16 units, no white space. */
    private static void write(JsonNode node, OutputStream out) throws IOException {
        if (node.isObject()) {
            out.write('{');
            TreeMap<String, JsonNode> sorted = new TreeMap<>();
            node.properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
            boolean first = true;
            for (var entry : sorted.entrySet()) {
                if (!first) {
                    out.write(',');
                }
                first = false;
                quoted(entry.getKey(), out);
                out.write(':');
                write(entry.getValue(), out);
            }
            out.write('}');
        } else if (node.isArray()) {
            out.write('[');
            for (int i = 0; i < node.size(); i++) {
                if (i > 0) {
                    out.write(',');
                }
                write(node.get(i), out);
            }
            out.write(']');
        } else if (node.isTextual()) {
            quoted(node.textValue(), out);
        } else {
            out.write(node.asText().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Quotes and backslashes are escaped; nothing else has to be for the form to be unambiguous. */
    private static void quoted(String text, OutputStream out) throws IOException {
        out.write('"');
        out.write(text.replace("\\", "\\\\").replace("\"", "\\\"").getBytes(StandardCharsets.UTF_8));
        out.write('"');
    }
}
