package io.github.embeddinglab.core.tokenization;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Greedy longest-match-first WordPiece (Wu et al. 2016, as in BERT): a word is cut into the longest piece that it starts
 * with, then the longest continuation, and so on; a word that cannot be cut up, or is too long, is one unknown token.
 */
final class WordPieceModel {
    private final PieceTrie pieces = new PieceTrie();
    private final int continuation;
    private final int unknown;
    private final int maxWord;
    private int size;

    WordPieceModel(TokenizerFile file) {
        JsonNode model = file.tree().path("model");
        file.vocabulary((piece, id) -> {
            if (!WellFormed.of(piece).equals(piece)) {
                throw file.invalid("piece " + id + " holds a lone surrogate: get the file anew");
            }
            pieces.add(piece, id);
            size++;
        });
        String unknownToken = model.path("unk_token").textValue();
        unknown = pieces.find(unknownToken);
        if (unknown == PieceTrie.NONE) {
            throw file.invalid("unk_token `" + unknownToken + "` is not in the vocabulary: get the file anew");
        }
        continuation = pieces.walk(PieceTrie.ROOT, model.path("continuing_subword_prefix").textValue());
        maxWord = model.path("max_input_chars_per_word").intValue();
    }

    /** Counts the pieces. */
    int size() {
        return size;
    }

    /** Gives the id of a piece, {@link PieceTrie#NONE} if there is none. */
    int find(String piece) {
        return pieces.find(piece);
    }

    /** Appends the ids of one word. */
    void tokenize(char[] text, int from, int to, IdList out) {
        if (to - from > maxWord && Character.codePointCount(text, from, to - from) > maxWord) {
            out.add(unknown);
            return;
        }
        int before = out.size();
        int start = from;
        while (start < to) {
            int node = start == from ? PieceTrie.ROOT : continuation;
            int best = PieceTrie.NONE;
            int end = start;
            for (int i = start; i < to && node != PieceTrie.NONE; i++) {
                node = pieces.child(node, text[i]);
                if (node != PieceTrie.NONE && pieces.id(node) != PieceTrie.NONE) {
                    best = pieces.id(node);
                    end = i + 1;
                }
            }
            if (best == PieceTrie.NONE) {
                out.cut(before);
                out.add(unknown);
                return;
            }
            out.add(best);
            start = end;
        }
    }
}
