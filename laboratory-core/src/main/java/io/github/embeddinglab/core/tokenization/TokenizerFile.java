package io.github.embeddinglab.core.tokenization;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.json.JsonTrees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A parsed {@code tokenizer.json}. Vocabulary and merges, which are nearly all of it, are left out of the tree and
 * streamed to whoever needs them: a tree of 250,000 pieces would take some 100 MB.
 */
final class TokenizerFile {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(1 << 24)
                    .maxNameLength(1 << 20)
                    .build())
            // Hundreds of thousands of different names: neither worth a symbol table nor interning.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final List<String> PAD_TOKENS = List.of("[PAD]", "<pad>");

    private final String name;
    private final String text;
    private final ObjectNode tree;
    private final SpecialTokens special;
    private final int vocabularySize;

    private TokenizerFile(String name, String text) {
        this.name = name;
        this.text = text;
        Vocabulary greatest = new Vocabulary();
        this.tree = parse(greatest);
        for (JsonNode token : tree.path("added_tokens")) {
            greatest.entry("", token.path("id").asInt(-1));
        }
        if (tree.path("truncation").path("direction").asText("Right").equals("Left")) {
            throw invalid("truncation.direction is Left: only texts cut on the right are supported");
        }
        this.vocabularySize = greatest.size;
        this.special = new TemplateReader(this).read(tree.path("post_processor"));
    }

    static TokenizerFile read(Path file) {
        try {
            return of(file.toString(), Files.readAllBytes(file));
        } catch (IOException e) {
            throw new InvalidModelException(file + " cannot be read: " + e + "; a model folder needs its tokenizer.json", e);
        }
    }

    static TokenizerFile of(String name, byte[] json) {
        try {
            return new TokenizerFile(
                    name, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString());
        } catch (CharacterCodingException e) {
            throw new InvalidModelException(name + " is not UTF-8: get the file anew", e);
        }
    }

    String name() {
        return name;
    }

    /** The file as it is: numbers and escapes reach the native parser as the reference's does. */
    String text() {
        return text;
    }

    /** The file without {@code model.vocab} and {@code model.merges}. */
    ObjectNode tree() {
        return tree;
    }

    SpecialTokens special() {
        return special;
    }

    int vocabularySize() {
        return vocabularySize;
    }

    int padId() {
        JsonNode padding = tree.path("padding").path("pad_id");
        if (padding.isInt()) {
            return padding.intValue();
        }
        for (JsonNode token : tree.path("added_tokens")) {
            if (PAD_TOKENS.contains(token.path("content").asText())) {
                return token.path("id").asInt();
            }
        }
        return 0;
    }

    /** The same file with a lower-casing step before its normaliser; this one where it has such a step already. */
    TokenizerFile lowerCased() {
        JsonNode before = tree.path("normalizer");
        ArrayNode steps = NODES.arrayNode();
        if (before.path("type").asText().equals("Sequence")) {
            before.path("normalizers").forEach(steps::add);
        } else if (before.isObject()) {
            steps.add(before);
        }
        for (JsonNode step : steps) {
            if (step.path("type").asText().equals("Lowercase")) {
                return this;
            }
        }
        steps.insertObject(0).put("type", "Lowercase");
        ObjectNode after = NODES.objectNode().put("type", "Sequence").set("normalizers", steps);
        return new TokenizerFile(name, replaced("normalizer", after.toString()));
    }

    /** The text with another value of a top-level field; everything else stays to the letter. */
    private String replaced(String field, String value) {
        try (JsonParser parser = JSON.createParser(text)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean here = parser.currentName().equals(field);
                parser.nextToken();
                int from = (int) parser.currentTokenLocation().getCharOffset();
                parser.skipChildren();
                if (here) {
                    parser.finishToken();
                    return text.substring(0, from) + value + text.substring((int) parser.currentLocation().getCharOffset());
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("the text was read before", e);
        }
        int open = text.indexOf('{') + 1;
        return text.substring(0, open) + NODES.textNode(field) + ":" + value + "," + text.substring(open);
    }

    InvalidModelException invalid(String problem) {
        return new InvalidModelException(name + ": " + problem);
    }

    /** Streams {@code model.vocab}. */
    void vocabulary(VocabularySink sink) {
        parse(sink);
    }

    /** Receives the pieces of a vocabulary. */
    @FunctionalInterface
    interface VocabularySink {
        /**
         * One piece.
         *
         * @param piece its text
         * @param id its id; of a list of pieces (Unigram) its place
         */
        void entry(String piece, int id);
    }

    private static final class Vocabulary implements VocabularySink {
        private int size;

        @Override
        public void entry(String piece, int id) {
            size = Math.max(size, id + 1);
        }
    }

    private ObjectNode parse(VocabularySink sink) {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw invalid("not a JSON object: get the file anew");
            }
            ObjectNode root = NODES.objectNode();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                if (field.equals("model") && value == JsonToken.START_OBJECT) {
                    root.set(field, model(parser, sink));
                } else {
                    root.set(field, JsonTrees.value(parser));
                }
            }
            if (parser.nextToken() != null) {
                throw invalid("more than one JSON value: get the file anew");
            }
            if (!root.path("model").isObject()) {
                throw invalid("no object `model`: get the file anew");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw new InvalidModelException(name + ": broken JSON at line " + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr() + ": " + e.getOriginalMessage().replaceAll("\\s+", " ")
                    + "; get the file anew", e);
        } catch (IOException e) {
            throw new IllegalStateException("a string cannot fail to be read", e);
        }
    }

    private ObjectNode model(JsonParser parser, VocabularySink sink) throws IOException {
        ObjectNode model = NODES.objectNode();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (field.equals("vocab")) {
                pieces(parser, value, sink);
            } else if (field.equals("merges")) {
                parser.skipChildren();
            } else {
                model.set(field, JsonTrees.value(parser));
            }
        }
        return model;
    }

    private void pieces(JsonParser parser, JsonToken start, VocabularySink sink) throws IOException {
        if (start == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String piece = parser.currentName();
                if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT || parser.getLongValue() < 0
                        || parser.getLongValue() >= Integer.MAX_VALUE) {
                    throw invalid("the id of piece `" + piece + "` is no number from 0 to 2^31-2: get the file anew");
                }
                sink.entry(piece, parser.getIntValue());
            }
        } else if (start == JsonToken.START_ARRAY) {
            int id = 0;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                ArrayNode piece = JsonTrees.value(parser) instanceof ArrayNode pair ? pair : NODES.arrayNode();
                sink.entry(piece.path(0).asText(), id++);
            }
        } else {
            throw invalid("model.vocab is neither an object nor a list: get the file anew");
        }
    }
}
