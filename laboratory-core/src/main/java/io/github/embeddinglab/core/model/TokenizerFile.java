package io.github.embeddinglab.core.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.github.embeddinglab.api.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a {@code tokenizer.json} says about ids and truncation, read as a stream: vocabularies have up to a million entries.
 *
 * @param rows one more than the largest id
 * @param truncation its own limit in tokens, {@link Integer#MAX_VALUE} for none
 * @param truncationSide where it cuts
 * @param bertLowerCase what a BERT normaliser does with capitals: "true", "false" or "" where there is none
 * @param added contents of added tokens, in the order of the file
 */
record TokenizerFile(int rows, int truncation, String truncationSide, String bertLowerCase, List<Added> added) {

    /**
     * A token outside the model's vocabulary.
     *
     * @param id row of the embedding table
     * @param content as written in text
     */
    record Added(int id, String content) {}

    static TokenizerFile read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidModelException("tokenizer " + file
                    + " does not exist; save the model with its fast tokenizer (tokenizer.json) and copy the file here");
        }
        try (JsonParser parser = JsonObjects.VOCABULARIES.createParser(file.toFile())) {
            return new Walk(parser, file).run();
        } catch (JsonProcessingException e) {
            throw broken(file, "is no valid JSON (" + JsonObjects.reason(e) + ")", e);
        } catch (IOException e) {
            throw broken(file, "cannot be read (" + JsonObjects.reason(e) + ")", e);
        }
    }

    static TokenizerFile parse(byte[] json) {
        Path file = Path.of("tokenizer.json");
        try (JsonParser parser = JsonObjects.VOCABULARIES.createParser(json)) {
            return new Walk(parser, file).run();
        } catch (IOException e) {
            throw broken(file, "is no valid JSON (" + JsonObjects.reason(e) + ")", e);
        }
    }

    private static InvalidModelException broken(Path file, String what, Throwable cause) {
        return new InvalidModelException("tokenizer " + file + " " + what + "; copy the file again from the original model", cause);
    }

    /** One pass over the file. */
    private static final class Walk {
        private final JsonParser parser;
        private final Path file;
        private final List<Added> added = new ArrayList<>();
        private int largest = -1;
        private boolean vocabulary;
        private int truncation = Integer.MAX_VALUE;
        private String truncationSide = "Right";
        private String bertLowerCase = "";

        Walk(JsonParser parser, Path file) {
            this.parser = parser;
            this.file = file;
        }

        TokenizerFile run() throws IOException {
            expect(parser.nextToken() == JsonToken.START_OBJECT, "holds no JSON object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String section = parser.currentName();
                JsonToken value = parser.nextToken();
                if (section.equals("model") && value == JsonToken.START_OBJECT) {
                    model();
                } else if (section.equals("added_tokens") && value == JsonToken.START_ARRAY) {
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        addedToken();
                    }
                } else if (section.equals("truncation") && value == JsonToken.START_OBJECT) {
                    truncation();
                } else if (section.equals("normalizer") && value == JsonToken.START_OBJECT) {
                    normalizer();
                } else {
                    parser.skipChildren();
                }
            }
            expect(parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null, "has text after its end");
            expect(vocabulary, "has no model.vocab");
            return new TokenizerFile(largest + 1, truncation, truncationSide, bertLowerCase, List.copyOf(added));
        }

        private void model() throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean vocab = parser.currentName().equals("vocab");
                JsonToken value = parser.nextToken();
                if (vocab && value == JsonToken.START_OBJECT) {
                    vocabulary = true;
                    while (parser.nextToken() == JsonToken.FIELD_NAME) {
                        expect(parser.nextToken() == JsonToken.VALUE_NUMBER_INT, "has a vocabulary id that is no whole number");
                        id(parser.getIntValue());
                    }
                } else if (vocab && value == JsonToken.START_ARRAY) {
                    vocabulary = true;
                    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                        expect(parser.currentToken() != null, "ends inside its vocabulary");
                        parser.skipChildren();
                        id(i);
                    }
                } else {
                    parser.skipChildren();
                }
            }
        }

        private void addedToken() throws IOException {
            int id = -1;
            String content = "";
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                parser.nextToken();
                if (key.equals("id")) {
                    id = parser.getIntValue();
                } else if (key.equals("content")) {
                    content = parser.getText();
                } else {
                    parser.skipChildren();
                }
            }
            id(id);
            added.add(new Added(id, content));
        }

        private void truncation() throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                parser.nextToken();
                if (key.equals("max_length")) {
                    truncation = parser.getIntValue();
                } else if (key.equals("direction")) {
                    truncationSide = parser.getText();
                } else {
                    parser.skipChildren();
                }
            }
        }

        private void normalizer() throws IOException {
            boolean bert = false;
            String lower = "";
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                JsonToken value = parser.nextToken();
                if (key.equals("type") && value == JsonToken.VALUE_STRING) {
                    bert = parser.getText().equals("BertNormalizer");
                } else if (key.equals("lowercase")) {
                    lower = parser.getText();
                } else {
                    parser.skipChildren();
                }
            }
            bertLowerCase = bert ? lower : "";
        }

        private void id(int id) {
            expect(id >= 0, "has the id " + id + ", which is below 0");
            largest = Math.max(largest, id);
        }

        private void expect(boolean holds, String otherwise) {
            if (!holds) {
                throw new InvalidModelException(
                        "tokenizer " + file + " " + otherwise + "; copy the file again from the original model");
            }
        }
    }
}
