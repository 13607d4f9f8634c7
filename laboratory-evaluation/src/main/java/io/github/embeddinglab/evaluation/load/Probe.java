package io.github.embeddinglab.evaluation.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.LaboratoryException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Runs a command that measures one model in a process of its own. */
final class Probe {
    private final List<String> command;

    Probe(List<String> command) {
        this.command = command;
    }

    void run(String model, Rounds rounds) {
        List<String> all = new ArrayList<>(command);
        all.add(model);
        try {
            Process process = new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            try {
                process.getOutputStream().close();
                String text;
                try (InputStream out = process.getInputStream()) {
                    text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
                }
                int exit = process.waitFor();
                JsonNode json = exit == 0 ? new ObjectMapper().readTree(text) : null;
                if (json == null || !json.path(Timing.COLD_START).isNumber()) {
                    throw new LaboratoryException("the process that measures the cold start of " + model + " ended with " + exit
                            + " and printed \"" + text.strip() + "\"; try it alone: " + String.join(" ", all));
                }
                for (String name : List.of(Timing.COLD_START, Timing.RESIDENT, Timing.PEAK)) {
                    rounds.add(name, json.path(name).asDouble(Double.NaN));
                }
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new LaboratoryException("no process can be started to measure the cold start of " + model + ": "
                    + e.getMessage() + "; run without the suite of production", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("the measurement of the cold start was cancelled by an interrupt", e);
        }
    }
}
