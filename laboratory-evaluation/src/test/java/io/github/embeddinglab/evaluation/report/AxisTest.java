package io.github.embeddinglab.evaluation.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
class AxisTest {
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "-3, -3", "0.5, 0.50000000000000011", "1e-12, 2e-12", "0, 1", "-1, 1", "12345.5, 12345.5000001", "1e9, 1000000001"})
    void everyRangeHasLengthAndFewTicks(double least, double greatest) {
        Axis axis = Axis.linear(least, greatest, 10, 110);
        assertThat(axis.ticks()).hasSizeBetween(2, 12);
        assertThat(axis.at(least)).isBetween(10.0, 110.0);
        assertThat(axis.at(greatest)).isBetween(axis.at(least), 110.0);
    }

    @Test
    void ticksAreRoundAndReachBeyondTheValues() {
        Axis axis = Axis.linear(0.12, 0.87, 0, 100);
        assertThat(axis.ticks().get(0)).isCloseTo(0, within(1e-12));
        assertThat(axis.ticks().get(axis.ticks().size() - 1)).isCloseTo(1, within(1e-12));
    }
}
