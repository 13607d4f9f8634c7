package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Faults of the command line itself, told before anything is read or done: exit code 2. */
final class Usage {
    private Usage() {}

    /** What options are made into; their refusal is one of wrong use. */
    static <T> T of(CommandSpec spec, Supplier<T> options) {
        try {
            return options.get();
        } catch (InvalidInputException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    static @Nullable Integer positive(CommandSpec spec, String option, @Nullable Integer value) {
        if (value != null && value < 1) {
            throw new ParameterException(spec.commandLine(), option + " is " + value + "; give a whole number from 1 on");
        }
        return value;
    }
}
