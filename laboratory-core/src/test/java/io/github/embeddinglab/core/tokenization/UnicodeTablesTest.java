package io.github.embeddinglab.core.tokenization;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every code point, alone and between letters, becomes the same words as natively, on whatever JDK this runs. */
@Tag("integration")
class UnicodeTablesTest {
    private static final int CHUNK = 256;

    @TempDir
    static Path nativeDirectory;

    @BeforeAll
    static void load() {
        NativeLibrary.load(nativeDirectory);
    }

    @ParameterizedTest
    @CsvSource({"true,true,true,true", "true,true,false,false"})
    void everyCodePoint(boolean clean, boolean chinese, boolean strip, boolean lower) {
        compare(NativeUnicode.bert(clean, chinese, strip, lower), false);
    }

    @ParameterizedTest
    @CsvSource({"true,true,true,true", "true,true,false,false", "false,false,true,false", "false,false,false,true"})
    @Tag("soak")
    void everyCodePointAmongMarks(boolean clean, boolean chinese, boolean strip, boolean lower) {
        compare(NativeUnicode.bert(clean, chinese, strip, lower), true);
    }

    private static void compare(String normalizer, boolean marks) {
        WordPieceTokenizer ours = WordPieceTokenizer.create(TokenizerFile.of("test", """
                {"added_tokens": [], "normalizer": %s, "pre_tokenizer": {"type": "BertPreTokenizer"},
                 "model": {"type": "WordPiece", "unk_token": "u", "continuing_subword_prefix": "##",
                           "max_input_chars_per_word": 100, "vocab": {"u": 0}}}""".formatted(normalizer)
                .getBytes(StandardCharsets.UTF_8)));
        try (NativeUnicode theirs = new NativeUnicode(normalizer, "{\"type\":\"BertPreTokenizer\"}", "[]")) {
            for (int from = 0; from < NativeUnicode.CODE_POINTS; from += CHUNK) {
                StringBuilder text = new StringBuilder();
                for (int cp = from; cp < from + CHUNK; cp++) {
                    text.append('a').appendCodePoint(cp).append("b ");
                    if (marks || from < 0x33000) {
                        text.appendCodePoint(cp).append(' ');
                    }
                    if (marks) {
                        // Marks of a high and of a low class on either side show reordering as well.
                        text.append("A\u302E").appendCodePoint(cp).append("\u1B44 ");
                    }
                }
                // The observer needs UTF-8; the Java side gets lone surrogates as they are.
                List<String> expected = theirs.words(WellFormed.of(text.toString()));
                assertThat(ours.words(text.toString())).as("block %x", from).isEqualTo(expected);
            }
        }
    }

    @Test
    @Tag("soak")
    void tableIsWhatTheLibraryShows() {
        byte[] table = TokenizerFixtures.bytes("unicode.txt");
        assertThat(NativeUnicode.table()).isEqualTo(new String(table, StandardCharsets.US_ASCII));
    }
}
