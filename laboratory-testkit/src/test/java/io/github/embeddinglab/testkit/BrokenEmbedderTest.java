package io.github.embeddinglab.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The contract of embedders fails on embedders that break it: a suite that passes everything proves nothing. */
@Tag("integration")
class BrokenEmbedderTest {
    static Stream<Arguments> broken() {
        return Stream.of(
                arguments(BrokenEmbedders.WrongOrder.class, List.of("rowsAreInTheOrderOfTheTexts")),
                arguments(BrokenEmbedders.BatchDependent.class, List.of("vectorsDoNotDependOnTheBatch")),
                arguments(
                        BrokenEmbedders.SilentTruncation.class,
                        List.of("truncationIsCounted", "failRefusesBeforeAnythingIsComputed",
                                "splitIsTheWeightedMeanOfTheWindows")),
                arguments(BrokenEmbedders.LeakingPrompts.class, List.of("promptsChangeVectorsAsDeclared")),
                arguments(BrokenEmbedders.NotANumber.class, List.of("emptyTextHasAVector", "hostileTextsHaveVectors")),
                arguments(BrokenEmbedders.NotThreadSafe.class, List.of("concurrentCallersGetTheSameVectors")),
                arguments(
                        BrokenEmbedders.IgnoresInterrupts.class,
                        List.of("interruptCancelsAndLeavesTheEmbedderUsable")),
                arguments(
                        BrokenEmbedders.ForgottenSwitch.class,
                        List.of("promptsChangeVectorsAsDeclared", "unknownPromptIsRefusedWithTheKnownNames")),
                arguments(BrokenEmbedders.UsableAfterClose.class, List.of("closingIsFinalAndIdempotent")));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void failsTheContract(Class<?> suite, List<String> expected) {
        EngineExecutionResults results = run(suite);
        Set<String> failed = new TreeSet<>();
        results.testEvents().failed().list().forEach(event -> failed.add(
                event.getTestDescriptor().getDisplayName().replace("()", "")));
        assertThat(failed).containsAll(expected);
        assertThat(results.testEvents().started().count()).isGreaterThan(20);
    }

    @Test
    void passesOnAGoodEmbedder() {
        EngineExecutionResults results = run(FakeEmbedderContractTest.class);
        results.testEvents().assertStatistics(events -> events.failed(0).skipped(0));
        assertThat(results.testEvents().succeeded().count()).isEqualTo(25);
    }

    private static EngineExecutionResults run(Class<?> suite) {
        return EngineTestKit.engine("junit-jupiter").selectors(selectClass(suite)).execute();
    }
}
