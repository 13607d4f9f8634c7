package io.github.embeddinglab.core.tokenization;

import java.util.Arrays;

/**
 * Strings with ids, walked a char at a time: a trie whose edges lie in one open-addressing hash table of longs
 * (40 bits of node and char, 24 bits of child), so a step is one multiplication and mostly one cache line.
 */
final class PieceTrie {
    /** What a walk starts with. */
    static final int ROOT = 0;
    /** No node, or no id. */
    static final int NONE = -1;

    /** Greatest number of nodes. */
    static final int MAX_NODES = 1 << 24;

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private long[] edges;
    private int shift;
    private int[] ids = new int[1024];
    private int nodes = 1;

    PieceTrie() {
        edges = new long[1 << 12];
        shift = 64 - 12;
        Arrays.fill(ids, NONE);
    }

    /** Adds a string; the last id given to it counts. */
    void add(CharSequence piece, int id) {
        int node = ROOT;
        for (int i = 0; i < piece.length(); i++) {
            int next = child(node, piece.charAt(i));
            if (next == NONE) {
                next = nodes++;
                if (next == ids.length) {
                    ids = Arrays.copyOf(ids, 2 * next);
                    Arrays.fill(ids, next, ids.length, NONE);
                }
                put((key(node, piece.charAt(i)) << 24) | next);
                if (nodes > edges.length / 2) {
                    grow();
                }
            }
            node = next;
        }
        ids[node] = id;
    }

    /** Walks from a node along a string. */
    int walk(int node, CharSequence path) {
        int at = node;
        for (int i = 0; i < path.length() && at != NONE; i++) {
            at = child(at, path.charAt(i));
        }
        return at;
    }

    /** Walks one char from a node. */
    int child(int node, char c) {
        long key = key(node, c);
        int mask = edges.length - 1;
        int slot = (int) ((key * GOLDEN) >>> shift);
        while (true) {
            long edge = edges[slot];
            if (edge >>> 24 == key) {
                // An empty slot looks like key 0, which is the root's edge for NUL, whose child is never 0.
                return edge == 0 ? NONE : (int) edge & 0xFFFFFF;
            }
            if (edge == 0) {
                return NONE;
            }
            slot = (slot + 1) & mask;
        }
    }

    /** Gives the id of the string that ends in a node. */
    int id(int node) {
        return ids[node];
    }

    /** Gives the id of a string. */
    int find(CharSequence piece) {
        int node = walk(ROOT, piece);
        return node == NONE ? NONE : ids[node];
    }

    private static long key(int node, char c) {
        return ((long) node << 16) | c;
    }

    private void put(long edge) {
        int mask = edges.length - 1;
        int slot = (int) (((edge >>> 24) * GOLDEN) >>> shift);
        while (edges[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        edges[slot] = edge;
    }

    private void grow() {
        long[] old = edges;
        edges = new long[2 * old.length];
        shift--;
        for (long edge : old) {
            if (edge != 0) {
                put(edge);
            }
        }
    }
}
