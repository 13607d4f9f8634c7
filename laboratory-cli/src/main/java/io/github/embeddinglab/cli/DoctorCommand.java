package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.ModelInfo;
import io.github.embeddinglab.core.laboratory.HostReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lab doctor}: what is here, what is wrong, and how to mend it. */
@Command(
        name = "doctor",
        description = "Show Java, processor, natives, models and caches; one line for each problem and its fix.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Runnable, Lab.Verb {
    private final Console console;

    @Mixin
    private CommonOptions common = new CommonOptions();

    DoctorCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        HostReport host = HostReport.read(Thread.currentThread().getContextClassLoader());
        Map<String, String> facts = new LinkedHashMap<>(host.facts());
        List<HostReport.Problem> problems = new ArrayList<>(host.problems());
        try (EmbeddingLaboratory lab = common.builder().build()) {
            List<ModelInfo> models = lab.models().list();
            long ready = models.stream()
                    .filter(model -> model.availability() == ModelInfo.Availability.READY)
                    .count();
            facts.put("models", ready + " of " + models.size() + " ready, default " + lab.defaultModel());
            try {
                ModelInfo model = lab.models().show(lab.defaultModel());
                if (model.availability() != ModelInfo.Availability.READY) {
                    problems.add(new HostReport.Problem(
                            "the default model " + lab.defaultModel() + " has no weights here", model.where()));
                }
            } catch (LaboratoryException e) {
                problems.add(new HostReport.Problem("the default model cannot be found", String.valueOf(e.getMessage())));
            }
        } catch (LaboratoryException e) {
            problems.add(new HostReport.Problem("the laboratory does not open", String.valueOf(e.getMessage())));
        }
        if (common.json()) {
            console.json(Map.of("facts", facts, "problems", problems));
        } else {
            facts.forEach((name, value) -> console.line(String.format("%-16s %s", name, value)));
            problems.forEach(problem -> console.line("problem: " + problem.what() + " -> " + problem.fix()));
            if (problems.isEmpty()) {
                console.line("no problems found");
            }
        }
    }
}
