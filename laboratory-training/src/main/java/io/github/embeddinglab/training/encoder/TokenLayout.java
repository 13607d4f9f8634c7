package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.spi.DropoutMask;
import org.jspecify.annotations.Nullable;

/**
 * How the tokens of a batch lie outside attention: one below the other (N x h). Where enough of the batch is padding, N counts real
 * tokens alone, so that all but attention is computed for them alone; attention sees the batch's square (n x t x h).
 */
final class TokenLayout {
    /** Padding that is worth the way there and back, which costs about a hundredth of a layer. */
    private static final double PADDING = 0.05;

    private final TokenBatch batch;
    /** Place in the square of each token; null where the square itself is taken. */
    private final int @Nullable [] places;
    /** Token of each place in the square; padding has the first, which nobody sees: its scores are masked and its result is not read. */
    private final int @Nullable [] tokens;

    private TokenLayout(TokenBatch batch, int @Nullable [] places, int @Nullable [] tokens) {
        this.batch = batch;
        this.places = places;
        this.tokens = tokens;
    }

    static TokenLayout of(TokenBatch batch) {
        int t = batch.length();
        int square = batch.rows() * t;
        int real = 0;
        for (int row = 0; row < batch.rows(); row++) {
            real += batch.tokens(row);
        }
        if (real == 0 || real > (1 - PADDING) * square) {
            return new TokenLayout(batch, null, null);
        }
        int[] places = new int[real];
        int[] tokens = new int[square];
        int next = 0;
        for (int row = 0; row < batch.rows(); row++) {
            for (int column = 0; column < batch.tokens(row); column++) {
                places[next] = row * t + column;
                tokens[row * t + column] = next++;
            }
        }
        return new TokenLayout(batch, places, tokens);
    }

    /** Numbers of the square, n x t, for each token. */
    int[] of(int[] square) {
        int[] at = places;
        if (at == null) {
            return square;
        }
        int[] out = new int[at.length];
        for (int i = 0; i < at.length; i++) {
            out[i] = square[at[i]];
        }
        return out;
    }

    /** Column of each token in its text. */
    int[] columns() {
        int t = batch.length();
        int[] out = new int[batch.rows() * t];
        for (int i = 0; i < out.length; i++) {
            out[i] = i % t;
        }
        return of(out);
    }

    /** (N x h) to (n x t x h). */
    Tensor square(Tensor x) {
        int width = x.size(1);
        // of three axes: the gradient of a table lookup is made for large tables and would cost twice as much
        Tensor all = tokens == null ? x : x.reshape(x.size(0), 1, width).rows(tokens);
        return all.reshape(batch.rows(), batch.length(), width);
    }

    /** (n x t x h) to (N x h). */
    Tensor tokens(Tensor square) {
        int width = square.size(2);
        int count = batch.rows() * batch.length();
        return places == null
                ? square.reshape(count, width)
                : square.reshape(count, 1, width).rows(places).reshape(places.length, width);
    }

    /** Seeds of dropout by token: the part of its row's stream that it has in the square, so that the layout changes no mask. */
    long[] seeds(DropoutKey key, int layer, int place, int width) {
        int t = batch.length();
        long[] rows = key.seeds(batch.rows(), layer, place);
        int[] at = places;
        long[] out = new long[at == null ? rows.length * t : at.length];
        for (int i = 0; i < out.length; i++) {
            int where = at == null ? i : at[i];
            out[i] = DropoutMask.later(rows[where / t], where % t * width);
        }
        return out;
    }
}
