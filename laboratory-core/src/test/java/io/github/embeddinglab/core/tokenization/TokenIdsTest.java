package io.github.embeddinglab.core.tokenization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class TokenIdsTest {
    private static final SpecialTokens SPECIAL = SpecialTokens.of(new int[] {101, 7}, new int[] {102});

    private static TokenIds ids(int n) {
        return TokenIds.of(SPECIAL, IntStream.range(0, n).toArray());
    }

    @Test
    void wrapsContent() {
        TokenIds ids = ids(3);
        assertThat(ids.toArray()).containsExactly(101, 7, 0, 1, 2, 102);
        assertThat(ids.length()).isEqualTo(6);
        assertThat(ids.contentLength()).isEqualTo(3);
        assertThat(ids.withoutSpecial().toArray()).containsExactly(0, 1, 2);
        long[] row = {9, 9, 9, 9, 9, 9, 9, 9};
        ids.copyTo(row, 1);
        assertThat(row).containsExactly(9, 101, 7, 0, 1, 2, 102, 9);
        assertThat(TokenIds.of(SpecialTokens.NONE, new int[0]).length()).isZero();
    }

    @Test
    void cutsOnTheRightAndKeepsSpecialTokens() {
        assertThat(ids(3).truncate(6)).isEqualTo(ids(3));
        assertThat(ids(3).truncate(5).toArray()).containsExactly(101, 7, 0, 1, 102);
        assertThat(ids(3).truncate(3).toArray()).containsExactly(101, 7, 102);
        assertThat(ids(9).truncate(7).truncate(5).toArray()).containsExactly(101, 7, 0, 1, 102);
        assertThatThrownBy(() -> ids(3).truncate(2)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("limit of 2").hasMessageContaining("3 special tokens");
    }

    @Test
    void windowsHoldEveryIdOnceAndThePromptEach() {
        for (int n = 0; n < 40; n++) {
            for (int prompt = 0; prompt <= Math.min(4, n); prompt++) {
                for (int limit = 3 + prompt + 1; limit < 12; limit++) {
                    check(n, prompt, limit);
                }
            }
        }
    }

    private static void check(int n, int prompt, int limit) {
        List<TokenIds> windows = ids(n).windows(limit, prompt);
        int next = prompt;
        for (TokenIds window : windows) {
            assertThat(window.length()).isLessThanOrEqualTo(limit);
            int[] all = window.toArray();
            assertThat(all).startsWith(101, 7).endsWith(102);
            for (int i = 0; i < all.length; i++) {
                assertThat(window.id(i)).isEqualTo(all[i]);
            }
            for (int i = 0; i < prompt; i++) {
                assertThat(all[2 + i]).isEqualTo(i);
            }
            for (int i = 2 + prompt; i < all.length - 1; i++) {
                assertThat(all[i]).isEqualTo(next++);
            }
            // Cutting a window keeps its prompt first.
            assertThat(window.truncate(3 + prompt).withoutSpecial().toArray())
                    .isEqualTo(IntStream.range(0, prompt).toArray());
        }
        assertThat(next).isEqualTo(n);
    }

    @Test
    void windowsNeedRoom() {
        assertThatThrownBy(() -> ids(30).windows(7, 4)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("prompt of 4");
        assertThatThrownBy(() -> ids(3).windows(100, 4)).isInstanceOf(InvalidInputException.class);
        assertThat(ids(30).windows(8, 4)).hasSize(26);
    }
}
