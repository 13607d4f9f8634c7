package io.github.embeddinglab.core.tokenization;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Text to token ids as the model's own tokenizer makes them: the whole text, special tokens added, never cut and never
 * padded. Cut with {@link TokenIds#truncate(int)} or {@link TokenIds#windows(int, int)}.
 *
 * <p>Lone surrogates count as U+FFFD. Safe for concurrent use; time is linear in the text. After {@link #close()} every
 * call fails with a {@link LaboratoryException}; closing waits for calls in progress.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Tokenizer extends AutoCloseable {
    /**
     * Tokenizes one text on the calling thread.
     *
     * @param text any string, the empty one included
     * @return its ids, special tokens included
     * @throws InvalidInputException if the text is longer than the implementation can take (hundreds of millions of
     *     characters)
     */
    TokenIds encode(String text);

    /**
     * Tokenizes texts one after the other on the calling thread; use more callers for more threads.
     *
     * @param texts n texts
     * @return n results, in order
     */
    default List<TokenIds> encode(List<String> texts) {
        List<TokenIds> all = new ArrayList<>(texts.size());
        for (String text : texts) {
            all.add(encode(text));
        }
        return all;
    }

    /**
     * Counts tokens.
     *
     * @param text any string
     * @return number of ids of the whole text, special tokens included
     */
    default int count(String text) {
        return encode(text).length();
    }

    /**
     * Tells what is put around a single text.
     *
     * @return the special tokens of the single-sequence template
     */
    SpecialTokens special();

    /**
     * Tells how many rows a token table needs.
     *
     * @return the greatest id of vocabulary and added tokens, plus one
     */
    int vocabularySize();

    /**
     * Tells what fills a batch.
     *
     * @return id of the padding token: from the file's padding section, else the added token {@code [PAD]} or
     *     {@code <pad>}, else 0 (padding is masked out)
     */
    int padId();

    /** Frees native memory, if there is any. A second call does nothing. */
    @Override
    void close();
}
