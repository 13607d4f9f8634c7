package io.github.embeddinglab.core.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("unit")
class BatchPlanTest {
    private static final ActivationMemory COST = new ActivationMemory(new EncoderConfig(
            Architecture.BERT, 6, 384, 12, 1536, 30522, 512, 2, EncoderConfig.Activation.GELU, 1e-12f, 0, 0, null));

    @Test
    @ExtendWith(Seeds.class)
    void everyLimitHolds(Seeds.Seed seed) {
        Random random = seed.random();
        for (int round = 0; round < 300; round++) {
            int[] lengths = random.ints(random.nextInt(400), 0, 1 + random.nextInt(512)).toArray();
            int tokens = 16 + random.nextInt(2000);
            int rows = 1 + random.nextInt(130);
            long memory = COST.most(1, 512) + random.nextInt(1 << 26);
            int workers = 1 + random.nextInt(8);
            List<BatchPlan.Batch> batches =
                    BatchPlan.plan(lengths, new BatchPlan.Limits(tokens, rows, memory, COST), workers);
            int[] seen = new int[lengths.length];
            int before = Integer.MAX_VALUE;
            for (BatchPlan.Batch batch : batches) {
                assertThat(batch.sequences()).isNotEmpty().hasSizeLessThanOrEqualTo(rows);
                assertThat(batch.length())
                        .isEqualTo(Math.max(1, Arrays.stream(batch.sequences()).map(i -> lengths[i]).max().orElseThrow()))
                        .isLessThanOrEqualTo(before);
                if (batch.sequences().length > 1) {
                    assertThat(Arrays.stream(batch.sequences()).map(i -> lengths[i]).sum()).isLessThanOrEqualTo(tokens);
                    assertThat(batch.places()).isLessThanOrEqualTo(tokens + tokens / 2);
                }
                assertThat(COST.bytes(batch.tokens(), batch.sequences().length, batch.length())).isLessThanOrEqualTo(memory);
                Arrays.stream(batch.sequences()).forEach(i -> seen[i]++);
                before = batch.length();
            }
            assertThat(seen).as("each sequence once").containsOnly(lengths.length == 0 ? new int[0] : new int[] {1});
        }
    }

    @Test
    void aShortListIsSharedByTheWorkers() {
        int[] lengths = new int[16];
        Arrays.fill(lengths, 16);
        BatchPlan.Limits limits = new BatchPlan.Limits(512, 128, 1 << 29, COST);
        assertThat(BatchPlan.plan(lengths, limits, 1)).hasSize(1);
        assertThat(BatchPlan.plan(lengths, limits, 2)).hasSize(2);
        assertThat(BatchPlan.plan(lengths, limits, 64)).as("never below 64 tokens").hasSize(4);
        assertThat(BatchPlan.plan(new int[0], limits, 2)).isEmpty();
    }

    @Test
    void equalLengthsStayAmongThemselves() {
        int[] lengths = {40, 40, 40, 40, 30, 30, 30, 30, 30, 20};
        List<BatchPlan.Batch> batches = BatchPlan.plan(lengths, new BatchPlan.Limits(512, 128, 1 << 29, COST), 1);
        assertThat(batches.get(0).sequences()).containsExactly(0, 1, 2, 3);
        assertThat(batches.get(1).sequences()).containsExactly(4, 5, 6, 7, 8);
        assertThat(batches.get(2).sequences()).containsExactly(9);
    }

    @Test
    void aTextLongerThanTheTokenLimitRunsAlone() {
        List<BatchPlan.Batch> batches =
                BatchPlan.plan(new int[] {5, 300, 5}, new BatchPlan.Limits(100, 128, 1 << 29, COST), 1);
        assertThat(batches.get(0).sequences()).containsExactly(1);
        assertThat(batches.get(1).sequences()).containsExactly(0, 2);
    }
}
