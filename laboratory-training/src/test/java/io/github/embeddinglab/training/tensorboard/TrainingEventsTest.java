package io.github.embeddinglab.training.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.api.training.TrainingListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class TrainingEventsTest {
    /** Four records of TensorBoard 2.20's own {@code RecordWriter}: version, start at step 18, three scalars, one scalar. */
    private static final String FOREIGN = "1800000000000000a37f4b2209000010a0554ada411a0d627261696e2e4576656e743a3261aa6d5f"
            + "0f000000000000006d532b0909000020a0554ada4110123a0208013e54aec7"
            + "5800000000000000a28b2f8c09000070a0554ada4110122a4b0a110a0a747261696e2f6c6f73731551069e3f0a1a0a13747261696e2f6c6561726e"
            + "696e675f7261746515acc5a7370a1a0a13747261696e2f6772616469656e745f6e6f726d1500000000cd9395d3"
            + "2800000000000000ff70164a09000080a0554ada4110ac022a1a0a180a1173656c656374696f6e2f6e646367403130155c8f023f640b6b8b";

    @TempDir
    Path folder = Path.of("");

    @Test
    void recordsAreThoseOfTheForeignWriter() {
        Map<String, Double> step = new LinkedHashMap<>();
        step.put("train/loss", 1.2345678);
        step.put("train/learning_rate", 2e-5);
        step.put("train/gradient_norm", 0.0);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        written.writeBytes(EventRecord.version(1764316800.25));
        written.writeBytes(EventRecord.start(1764316800.5, 18));
        written.writeBytes(EventRecord.scalars(1764316801.75, 18, step));
        written.writeBytes(EventRecord.scalars(1764316802.0, 300, Map.of("selection/ndcg@10", 0.51)));
        assertThat(HexFormat.of().formatHex(written.toByteArray())).isEqualTo(FOREIGN);
    }

    @Test
    void aResumedTrainingAddsAFileThatSortsLast() throws IOException {
        List<Integer> told = new ArrayList<>();
        TrainingListener next = new TrainingListener() {
            @Override
            public void stepped(Step step) {
                told.add(step.step());
            }
        };
        steps(false, next, 1, 2, 3);
        assertThat(files()).hasSize(1);
        Path first = files().get(0);
        byte[] before = Files.readAllBytes(first);
        steps(true, next, 3, 4);
        assertThat(files()).hasSize(2).first().isEqualTo(first);
        assertThat(first).hasBinaryContent(before);
        assertThat(told).containsExactly(1, 2, 3, 3, 4);
        // anew: what was there is another training's
        steps(false, next, 1);
        assertThat(files()).hasSize(1);
        assertThat(Files.size(files().get(0))).isLessThan(before.length);
    }

    /** A start at step 0 would void all that stands in the files before. */
    @Test
    void aTrainingResumedBehindItsLastStepVoidsNothing() throws IOException {
        Map<String, Score> scores = Map.of("ndcg@10", new Score(0.5, 0.4, 0.6));
        steps(false, TrainingListener.NONE, 1, 2);
        try (TrainingEvents events = TrainingEvents.in(folder, true, TrainingListener.NONE)) {
            events.judged(scores, scores, 2);
        }
        int version = EventRecord.version(0).length;
        int scalars = EventRecord.scalars(0, 0, Map.of("gate/ndcg@10", 0.5)).length;
        int later = EventRecord.scalars(0, 2, Map.of("gate/ndcg@10", 0.5)).length;
        assertThat(Files.size(files().get(1))).isEqualTo(version + scalars + later);
        steps(true, TrainingListener.NONE, 3);
        Map<String, Double> step = new LinkedHashMap<>();
        step.put("train/loss", 1.0 / 3);
        step.put("train/learning_rate", 2e-5);
        step.put("train/gradient_norm", 1.0);
        assertThat(Files.size(files().get(2)))
                .isEqualTo(version + EventRecord.start(0, 3).length + EventRecord.scalars(0, 3, step).length);
    }

    @Test
    void anInterruptLosesNoEvent() throws IOException {
        try (TrainingEvents events = TrainingEvents.in(folder, false, TrainingListener.NONE)) {
            events.stepped(new TrainingListener.Step(1, 1, 1, 1));
            Thread.currentThread().interrupt();
            events.stepped(new TrainingListener.Step(2, 1, 1, 1));
            assertThat(Thread.interrupted()).isTrue();
            events.stepped(new TrainingListener.Step(3, 1, 1, 1));
            assertThat(events.fault()).isEmpty();
        }
        assertThat(files()).singleElement().satisfies(file -> assertThat(Files.size(file)).isGreaterThan(3 * 80));
    }

    @Test
    void aDiskThatRefusesEndsTheEventsOnly() throws IOException {
        Path file = Files.writeString(folder.resolve("in-the-way"), "");
        List<Integer> told = new ArrayList<>();
        try (TrainingEvents events = TrainingEvents.in(file, false, new TrainingListener() {
            @Override
            public void stepped(Step step) {
                told.add(step.step());
            }
        })) {
            events.stepped(new TrainingListener.Step(1, 1, 1, 1));
            events.stepped(new TrainingListener.Step(2, 1, 1, 1));
            events.judged(Map.of("ndcg@10", new Score(0.5, 0.4, 0.6)), Map.of(), 2);
            assertThat(events.fault()).hasValueSatisfying(words -> assertThat(words).contains("end at step 1").contains(file.toString()));
        }
        assertThat(told).containsExactly(1, 2);
    }

    private void steps(boolean resumed, TrainingListener next, int... steps) {
        try (TrainingEvents events = TrainingEvents.in(folder, resumed, next)) {
            for (int step : steps) {
                events.stepped(new TrainingListener.Step(step, 1.0 / step, 2e-5, 1));
            }
            assertThat(events.fault()).isEmpty();
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            return list.sorted().toList();
        }
    }
}
