package io.github.embeddinglab.examples.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class PassageCutterTest {
    @Test
    void sentencesEndAtStopsButNotAtAbbreviationsOrInitials() {
        assertThat(PassageCutter.sentences("See Chan, T. F. and J. G. Lewis 1979, e.g. Section 2. Then (\"why?\") stop! Next"))
                .containsExactly("See Chan, T. F. and J. G. Lewis 1979, e.g. Section 2.", "Then (\"why?\") stop!", "Next");
        assertThat(PassageCutter.sentences("Call Foo.bar() with 1.5. It returns. so it does")).containsExactly("Call Foo.bar() with 1.5.", "It returns. so it does");
    }

    @Test
    void estimateCountsHumpsDigitsAndSigns() {
        assertThat(PassageCutter.tokens("")).isZero();
        assertThat(PassageCutter.tokens("the index")).isEqualTo(1 + 2);
        assertThat(PassageCutter.tokens("maxNumSegments")).isEqualTo(1 + 2 + 4);
        assertThat(PassageCutter.tokens("x <= 1234, λ")).isEqualTo(1 + 2 + 2 + 1 + 1);
    }

    @Test
    void packsWholeSentencesUpToTheBudget() {
        PassageCutter cutter = new PassageCutter(10);
        assertThat(cutter.cut(List.of("One two six. Ten cat dog.", "Red sun."), 0)).containsExactly("One two six. Ten cat dog.", "Red sun.");
        assertThat(cutter.cut(List.of("One two six. Ten cat dog.", "Red sun."), 4)).containsExactly("One two six.", "Ten cat dog.", "Red sun.");
    }

    @Test
    void cutsALongSentenceBetweenWordsAndLosesNone() {
        PassageCutter cutter = new PassageCutter(5);
        List<String> passages = cutter.cut(List.of("a b c d e f g h i j k l m"), 0);
        assertThat(passages).containsExactly("a b c d e", "f g h i j", "k l m");
    }
}
