package io.github.embeddinglab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class EmbeddingsTest {
    private static final Fingerprint PRINT = new Fingerprint("ab".repeat(32));
    private static final Fingerprint OTHER = new Fingerprint("cd".repeat(32));
    private static final List<TokenUse> USES =
            List.of(TokenUse.whole(4), new TokenUse(8, 3, 1), new TokenUse(20, 0, 3));

    private static Embeddings sample() {
        return Embeddings.of(new float[] {1, 2, 3, 4, 5, 6}, 2, USES, PRINT);
    }

    @Test
    void viewsShowTheSameNumbers() {
        Embeddings rows = sample();
        assertThat(rows.rows()).isEqualTo(3);
        assertThat(rows.dimensions()).isEqualTo(2);
        assertThat(rows.value(1, 0)).isEqualTo(3);
        assertThat(rows.vector(2)).containsExactly(5, 6);
        assertThat(rows.toArray()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(rows.toArrays()).isDeepEqualTo(new float[][] {{1, 2}, {3, 4}, {5, 6}});
        FloatBuffer row = rows.row(1);
        assertThat(row.remaining()).isEqualTo(2);
        assertThat(row.get(0)).isEqualTo(3);
        assertThat(row.get(1)).isEqualTo(4);
        float[] target = new float[6];
        rows.copyRows(1, 2, target, 1);
        assertThat(target).containsExactly(0, 3, 4, 5, 6, 0);
        assertThat(rows.asList()).hasSize(3);
        assertThat(rows.asList().get(2)).isEqualTo(rows.embedding(2));
    }

    @Test
    void nothingChangesIt() {
        float[] given = {1, 2, 3, 4, 5, 6};
        List<TokenUse> uses = new ArrayList<>(USES);
        Embeddings rows = Embeddings.of(given, 2, uses, PRINT);
        given[0] = 99;
        uses.clear();
        rows.toArray()[1] = 99;
        rows.vector(0)[1] = 99;
        rows.toArrays()[0][1] = 99;
        rows.embedding(0).vector()[1] = 99;
        assertThat(rows).isEqualTo(sample());
        assertThatThrownBy(() -> rows.row(0).put(0, 99)).isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> rows.asList().remove(0)).isInstanceOf(UnsupportedOperationException.class);
        assertThat(rows.row(0).hasArray()).as("the view gives its array away").isFalse();
    }

    @Test
    void boundsAreChecked() {
        Embeddings rows = sample();
        for (int row : new int[] {-1, 3}) {
            assertThatThrownBy(() -> rows.row(row)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> rows.vector(row)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> rows.value(row, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> rows.embedding(row)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> rows.tokenUse(row)).isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThatThrownBy(() -> rows.value(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> rows.row(1).get(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> rows.copyRows(2, 2, new float[9], 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void shapeMustFit() {
        assertThatThrownBy(() -> Embeddings.of(new float[5], 2, USES, PRINT))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("5 numbers are not 3 rows of 2 dimensions");
        assertThatThrownBy(() -> Embeddings.of(new float[0], 0, List.of(), PRINT)).isInstanceOf(InvalidInputException.class);
        assertThat(Embeddings.of(new float[0], 7, List.of(), PRINT).rows()).isZero();
    }

    @Test
    void truncationIsReported() {
        Embeddings rows = sample();
        assertThat(rows.truncated()).containsExactly(new Embeddings.Truncation(1, 11, 8));
        assertThat(rows.tokens()).isEqualTo(32);
        assertThat(rows.embedding(1).tokens()).isEqualTo(8);
        assertThat(rows.embedding(1).dropped()).isEqualTo(3);
        assertThat(rows.embedding(1)).hasToString("Embedding[2 dimensions, 8 tokens, 3 dropped]");
    }

    @Test
    void equalityLooksAtEverything() {
        float[] values = {1, 2, 3, 4, 5, 6};
        assertThat(sample()).isEqualTo(sample()).hasSameHashCodeAs(sample());
        assertThat(sample()).isNotEqualTo(Embeddings.of(values, 2, USES, OTHER));
        assertThat(sample())
                .isNotEqualTo(Embeddings.of(
                        values, 2, List.of(TokenUse.whole(4), TokenUse.whole(8), TokenUse.whole(20)), PRINT));
        assertThat(sample()).isNotEqualTo(Embeddings.of(new float[] {1, 2, 3, 4, 5, 7}, 2, USES, PRINT));
        assertThat(Embeddings.of(new float[0], 2, List.of(), PRINT))
                .isNotEqualTo(Embeddings.of(new float[0], 3, List.of(), PRINT));
    }

    @Test
    void cosineIsOfOneModel() {
        Embeddings rows = Embeddings.of(new float[] {3, 0, 0, 5, 1, 1}, 2, USES, PRINT);
        assertThat(rows.cosine(0, 1)).isZero();
        assertThat(rows.cosine(0, 2)).isEqualTo(Math.sqrt(.5), within(1e-12));
        assertThat(rows.cosine(1, 1)).isEqualTo(1, within(1e-12));
        Embedding foreign = new Embedding(new float[] {1, 1}, TokenUse.whole(2), OTHER);
        assertThatThrownBy(() -> rows.embedding(0).cosine(foreign))
                .isInstanceOf(FingerprintMismatchException.class)
                .hasMessageContaining("abababababab")
                .hasMessageContaining("cdcdcdcdcdcd");
    }

    @Test
    void cosineOfAnotherWidthIsRefused() {
        Embedding one = new Embedding(new float[] {1, 1}, TokenUse.whole(2), PRINT);
        Embedding wide = new Embedding(new float[] {1, 1, 5}, TokenUse.whole(2), PRINT);
        assertThatThrownBy(() -> one.cosine(wide)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> wide.cosine(one)).isInstanceOf(InvalidInputException.class);
    }
}
