package io.github.embeddinglab.core.tokenization;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.LaboratoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * BERT's tokenizer in plain Java: added tokens, BertNormalizer, BertPreTokenizer, WordPiece, special tokens. Its ids equal
 * the native library's; several times faster for short texts, where crossing into native code costs more than the work.
 */
final class WordPieceTokenizer implements Tokenizer {
    private final TokenizerFile file;
    private final BertNormalizer normalizer;
    private final WordPieceModel model;
    /** Looked for in the text as it comes. */
    private final AddedTokens raw = new AddedTokens();
    /** Looked for in the normalised text. */
    private final AddedTokens normalized = new AddedTokens();
    private final byte[] asciiKinds = new byte[128];
    private volatile boolean closed;

    private WordPieceTokenizer(TokenizerFile file) {
        this.file = file;
        this.normalizer = new BertNormalizer(file.tree().path("normalizer"));
        this.model = new WordPieceModel(file);
        for (int c = 0; c < asciiKinds.length; c++) {
            asciiKinds[c] = (byte) (UnicodeTables.get().flags(c) & (UnicodeTables.SPACE | UnicodeTables.PUNCTUATION));
        }
        addTokens();
    }

    static WordPieceTokenizer create(TokenizerFile file) {
        return new WordPieceTokenizer(file);
    }

    /** Tells why a file is not covered here, null if it is. */
    static @Nullable String refusal(TokenizerFile file) {
        JsonNode tree = file.tree();
        JsonNode model = tree.path("model");
        if (!supports(tree)) {
            return "its model, normalizer and pre_tokenizer are " + model.path("type") + ", "
                    + tree.path("normalizer").path("type") + ", " + tree.path("pre_tokenizer").path("type")
                    + ", not a complete WordPiece, BertNormalizer, BertPreTokenizer";
        }
        if (file.text().length() >= PieceTrie.MAX_NODES) {
            return "its vocabulary is larger than " + PieceTrie.MAX_NODES + " characters";
        }
        for (JsonNode token : tree.path("added_tokens")) {
            String content = token.path("content").asText();
            if (content.indexOf('\uFFFD') >= 0 || !WellFormed.of(content).equals(content)) {
                return "added token " + token.path("id") + " holds U+FFFD or a lone surrogate";
            }
        }
        return null;
    }

    /**
     * Tells whether a {@code tokenizer.json} is of the kind read here.
     *
     * @param tree the file, with or without its vocabulary
     * @return whether model, normaliser and pre-tokenizer are BERT's
     */
    static boolean supports(JsonNode tree) {
        JsonNode model = tree.path("model");
        JsonNode bert = tree.path("normalizer");
        JsonNode accents = bert.path("strip_accents");
        return model.path("type").asText().equals("WordPiece")
                && model.path("unk_token").isTextual()
                && model.path("continuing_subword_prefix").isTextual()
                && model.path("max_input_chars_per_word").canConvertToInt()
                && bert.path("type").asText().equals("BertNormalizer")
                && bert.path("clean_text").isBoolean()
                && bert.path("handle_chinese_chars").isBoolean()
                && bert.path("lowercase").isBoolean()
                && (accents.isNull() || accents.isBoolean())
                && tree.path("pre_tokenizer").path("type").asText().equals("BertPreTokenizer");
    }

    private void addTokens() {
        // A token that the vocabulary lacks gets the next free id, whatever the file says: so does the reference.
        int next = model.size();
        for (JsonNode token : file.tree().path("added_tokens")) {
            String content = token.path("content").asText();
            if (content.isEmpty()) {
                continue;
            }
            int known = model.find(content);
            AddedTokens.AddedToken added = new AddedTokens.AddedToken(
                    known == PieceTrie.NONE ? next++ : known,
                    token.path("single_word").booleanValue(),
                    token.path("lstrip").booleanValue(),
                    token.path("rstrip").booleanValue());
            if (token.path("normalized").booleanValue()) {
                NormalizedText text = new NormalizedText(content.length());
                normalizer.normalize(content, 0, content.length(), text);
                add(normalized, text.toString(), added);
            } else {
                add(raw, content, added);
            }
        }
    }

    private void add(AddedTokens tokens, String content, AddedTokens.AddedToken token) {
        if (content.isEmpty() || tokens.contains(content)) {
            throw file.invalid("added token " + token.id() + " is empty or equal to another one: remove it");
        }
        tokens.add(content, token);
    }

    @Override
    public TokenIds encode(String text) {
        if (closed) {
            throw new LaboratoryException("the tokenizer of " + file.name() + " is closed: open it again");
        }
        Objects.requireNonNull(text, "text");
        Run run = new Run(text.length());
        raw.cut(text, 0, text.length(), run);
        return TokenIds.wrap(file.special(), run.ids.toArray());
    }

    /** The work on one text: pieces between added tokens are normalised, cut again, made words, made ids. */
    private final class Run implements AddedTokens.Sink {
        private final IdList ids;
        private final NormalizedText buffer;

        Run(int length) {
            ids = new IdList(length / 4 + 8);
            buffer = new NormalizedText(length + 8);
        }

        @Override
        public void token(int id) {
            ids.add(id);
        }

        @Override
        public void text(CharSequence text, int from, int to) {
            buffer.clear();
            normalizer.normalize(text, from, to, buffer);
            if (normalized.isEmpty()) {
                words(0, buffer.length());
            } else {
                normalized.cut(buffer, 0, buffer.length(), new AddedTokens.Sink() {
                    @Override
                    public void token(int id) {
                        ids.add(id);
                    }

                    @Override
                    public void text(CharSequence text, int from, int to) {
                        words(from, to);
                    }
                });
            }
        }

        private void words(int from, int to) {
            WordPieceTokenizer.this.words(buffer.array(), from, to, (chars, start, end) -> model.tokenize(chars, start, end, ids));
        }
    }

    /** Receives a word. */
    @FunctionalInterface
    interface WordSink {
        /** The word {@code chars[from, to)}, not empty. */
        void word(char[] chars, int from, int to);
    }

    /** BertPreTokenizer: white space separates words and goes, punctuation is a word of its own. */
    private void words(char[] chars, int from, int to, WordSink sink) {
        int start = from;
        int i = from;
        while (i < to) {
            char c = chars[i];
            int size = 1;
            int kind;
            if (c < 128) {
                kind = asciiKinds[c];
            } else {
                int cp = c;
                if (Character.isHighSurrogate(c)) {
                    cp = Character.toCodePoint(c, chars[i + 1]);
                    size = 2;
                }
                kind = UnicodeTables.get().flags(cp) & (UnicodeTables.SPACE | UnicodeTables.PUNCTUATION);
            }
            if (kind != 0) {
                if (start < i) {
                    sink.word(chars, start, i);
                }
                start = i + size;
                if (kind != UnicodeTables.SPACE) {
                    sink.word(chars, i, start);
                }
            }
            i += size;
        }
        if (start < to) {
            sink.word(chars, start, to);
        }
    }

    /** Normalises and cuts into words, as the tests look at it. */
    List<String> words(String text) {
        NormalizedText buffer = new NormalizedText(text.length());
        normalizer.normalize(text, 0, text.length(), buffer);
        List<String> words = new ArrayList<>();
        words(buffer.array(), 0, buffer.length(), (chars, from, to) -> words.add(new String(chars, from, to - from)));
        return words;
    }

    @Override
    public SpecialTokens special() {
        return file.special();
    }

    @Override
    public int vocabularySize() {
        return file.vocabularySize();
    }

    @Override
    public int padId() {
        return file.padId();
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public String toString() {
        return "Java WordPiece tokenizer of " + file.name();
    }
}
