package io.github.embeddinglab.core.tokenization;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds added tokens such as {@code [MASK]} in a text before words are made of it: leftmost, longest, as the reference
 * does, with its rules for tokens that stand alone or swallow the white space beside them.
 */
final class AddedTokens {
    private final PieceTrie trie = new PieceTrie();
    private final List<AddedToken> tokens = new ArrayList<>();
    private final boolean[] asciiStarts = new boolean[128];
    private boolean otherStarts;

    /**
     * A token.
     *
     * @param id its id
     * @param singleWord no word character may touch it
     * @param leftStrip white space before it belongs to it
     * @param rightStrip white space after it belongs to it
     */
    record AddedToken(int id, boolean singleWord, boolean leftStrip, boolean rightStrip) {}

    /** Receives a text cut at added tokens, in order. */
    interface Sink {
        /** Ordinary text, not empty. */
        void text(CharSequence text, int from, int to);

        /** An added token. */
        void token(int id);
    }

    void add(String content, AddedToken token) {
        trie.add(content, tokens.size());
        tokens.add(token);
        char first = content.charAt(0);
        if (first < 128) {
            asciiStarts[first] = true;
        } else {
            otherStarts = true;
        }
    }

    boolean isEmpty() {
        return tokens.isEmpty();
    }

    boolean contains(String content) {
        return trie.find(content) != PieceTrie.NONE;
    }

    /** Cuts {@code text[from, to)}. */
    void cut(CharSequence text, int from, int to, Sink sink) {
        int done = from;
        int i = from;
        while (i < to) {
            char c = text.charAt(i);
            int end = (c < 128 ? asciiStarts[c] : otherStarts) ? longest(text, i, to) : -1;
            if (end < 0) {
                i++;
                continue;
            }
            AddedToken token = tokens.get(trie.id(trie.walk(PieceTrie.ROOT, text.subSequence(i, end))));
            if (!token.singleWord() || standsAlone(text, i, end, from, to)) {
                int start = i;
                int stop = end;
                if (token.leftStrip()) {
                    while (start > from && space(text.charAt(start - 1))) {
                        start--;
                    }
                    start = Math.max(start, done);
                }
                if (token.rightStrip()) {
                    while (stop < to && space(text.charAt(stop))) {
                        stop++;
                    }
                }
                if (done < start) {
                    sink.text(text, done, start);
                }
                sink.token(token.id());
                done = stop;
            }
            i = end;
        }
        if (done < to) {
            sink.text(text, done, to);
        }
    }

    private int longest(CharSequence text, int from, int to) {
        int end = -1;
        int node = PieceTrie.ROOT;
        for (int i = from; i < to; i++) {
            node = trie.child(node, text.charAt(i));
            if (node == PieceTrie.NONE) {
                break;
            }
            if (trie.id(node) != PieceTrie.NONE) {
                end = i + 1;
            }
        }
        return end;
    }

    /** Whether no word character touches {@code text[start, end)} within {@code text[from, to)}. */
    private static boolean standsAlone(CharSequence text, int start, int end, int from, int to) {
        return (start == from || !word(Character.codePointBefore(text, start)))
                && (end == to || !word(Character.codePointAt(text, end)));
    }

    private static boolean word(int cp) {
        return (UnicodeTables.get().flags(cp) & UnicodeTables.WORD) != 0;
    }

    /** All white space lies in the basic plane. */
    private static boolean space(char c) {
        return (UnicodeTables.get().flags(c) & UnicodeTables.SPACE) != 0;
    }
}
