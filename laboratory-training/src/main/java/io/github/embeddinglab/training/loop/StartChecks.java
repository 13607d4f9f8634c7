package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.engine.StepPlan;
import io.github.embeddinglab.training.engine.TrainingBatch;
import io.github.embeddinglab.training.engine.TrainingEngine;
import io.github.embeddinglab.training.libtorch.LibtorchBackend;
import io.github.embeddinglab.training.spi.Precision;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** What a training finds out before its first step: whether its largest batch fits, and whether its threads compute. */
final class StartChecks {
    /** Below this share of the threads that were asked for, some of them wait. */
    private static final double ENOUGH = 0.6;

    private StartChecks() {}

    /**
     * How the largest batch will be computed.
     *
     * @param engine of the training
     * @param batches all of it
     * @param ceilingMib that was set
     * @return a line for people
     * @throws InvalidInputException when not even its smallest part fits
     */
    static String memory(TrainingEngine engine, RowBatches batches, int ceilingMib) {
        TrainingBatch first = batches.first();
        int length = batches.longest();
        StepPlan plan;
        try {
            plan = engine.plan(first, batches.rows(), length);
        } catch (InvalidInputException e) {
            throw new InvalidInputException("training was not started, since its longest text does not fit: " + e.getMessage(), e);
        }
        String way = switch (plan.way()) {
            case WHOLE -> "in one pass";
            case ACCUMULATED -> "in passes of " + plan.microTexts() + " texts";
            case CACHED -> "in passes of " + plan.microTexts() + " texts with a forward pass more (cached gradients)";
        };
        return String.format(
                Locale.ROOT,
                "memory: batches of up to %,d rows and %,d tokens a text, %s%s, take %,d of %,d MiB by estimate",
                batches.rows(),
                length,
                way,
                plan.checkpointing() ? " with gradient checkpointing" : "",
                (plan.estimatedBytes() >> 20) + 1,
                ceilingMib);
    }

    /**
     * Measures whether matrix products run on as many threads as were asked for. A busy machine is no error.
     *
     * @param backend of the training
     * @param used precision of the training, measured beside single precision
     * @param cpuNanos CPU time of the process so far
     * @return a line for people for each precision where most threads gain nothing
     */
    static List<String> threads(LibtorchBackend backend, Precision used, LongSupplier cpuNanos) {
        List<String> lines = new ArrayList<>();
        int threads = backend.lanes();
        if (threads > 1) {
            for (Precision precision : EnumSet.of(Precision.FLOAT32, used)) {
                double measured = backend.measureThreads(precision, cpuNanos);
                if (measured < ENOUGH * threads) {
                    lines.add(String.format(
                            Locale.ROOT,
                            "threads: a %s product ran on %.1f of %d threads (CPU time by wall time): other work on this machine, or a limit of"
                                    + " processors; more threads than run gain nothing (threads)",
                            precision.name().toLowerCase(Locale.ROOT),
                            measured,
                            threads));
                }
            }
        }
        return lines;
    }
}
