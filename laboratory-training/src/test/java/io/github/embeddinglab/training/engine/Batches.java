package io.github.embeddinglab.training.engine;

import io.github.embeddinglab.training.encoder.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Random batches of token ids. */
final class Batches {
    private Batches() {}

    /** Rows of random lengths, ids from 5 to 60. */
    static TokenBatch column(SplittableRandom random, int rows, int least, int most) {
        List<int[]> sequences = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            int[] ids = new int[random.nextInt(least, most + 1)];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = random.nextInt(5, 60);
            }
            sequences.add(ids);
        }
        return TokenBatch.of(sequences, 0);
    }

    static TrainingBatch of(SplittableRandom random, int rows, int columns) {
        List<TokenBatch> out = new ArrayList<>();
        for (int column = 0; column < columns; column++) {
            out.add(column(random, rows, 2, 9));
        }
        return TrainingBatch.of(out);
    }
}
