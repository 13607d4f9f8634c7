package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.ModelInfo;
import io.github.embeddinglab.api.Models;
import io.github.embeddinglab.core.configuration.Configuration;
import io.github.embeddinglab.core.laboratory.HostReport;
import io.github.embeddinglab.core.laboratory.HostReport.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
        // a wrong configuration file is wrong use, here as in every verb
        Configuration configuration = common.configuration();
        HostReport host = HostReport.read(
                Thread.currentThread().getContextClassLoader(), common.modelDirectory().orElse(null));
        Map<String, String> facts = new LinkedHashMap<>(host.facts());
        List<Problem> problems = new ArrayList<>(host.problems());
        try (EmbeddingLaboratory lab = common.builder().build()) {
            List<ModelInfo> models = lab.models().list();
            long ready = models.stream()
                    .filter(model -> model.availability() == ModelInfo.Availability.READY)
                    .count();
            facts.put("models", ready + " of " + models.size() + " ready, default " + lab.defaultModel());
            Set<String> wanted = new LinkedHashSet<>(List.of(lab.defaultModel()));
            configuration.get("models", "enabled", List.class).ifPresent(names -> {
                for (Object name : names) {
                    wanted.add(String.valueOf(name));
                }
            });
            wanted.forEach(name -> problem(lab.models(), name).ifPresent(problems::add));
        } catch (LaboratoryException e) {
            problems.add(new Problem("the laboratory does not open", String.valueOf(e.getMessage())));
        }
        if (common.json()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("facts", facts);
            object.put("problems", problems);
            console.json(object);
            return;
        }
        facts.forEach((name, value) -> console.line(String.format("%-16s %s", name, value)));
        problems.forEach(problem -> console.line("problem: " + problem.what() + " -> " + problem.fix()));
        if (problems.isEmpty()) {
            console.line("no problems found");
        }
    }

    /** Why a model that is the default or enabled cannot be loaded. */
    private static Optional<Problem> problem(Models models, String name) {
        try {
            ModelInfo model = models.show(name);
            return model.availability() == ModelInfo.Availability.READY
                    ? Optional.empty()
                    : Optional.of(new Problem("model " + name + " has no weights here", model.where()));
        } catch (LaboratoryException e) {
            return Optional.of(new Problem("model " + name + " cannot be found", String.valueOf(e.getMessage())));
        }
    }
}
