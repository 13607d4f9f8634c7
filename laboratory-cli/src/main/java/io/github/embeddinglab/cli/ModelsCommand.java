package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.ModelCheck;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.api.ModelId;
import io.github.embeddinglab.api.ModelInfo;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParameterException;

/** {@code lab models}: the registry. */
@Command(
        name = "models",
        description = "List, show, add, remove and verify models.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "VERB",
        subcommands = {
            ModelsCommand.ListModels.class,
            ModelsCommand.Show.class,
            ModelsCommand.Add.class,
            ModelsCommand.Remove.class,
            ModelsCommand.Verify.class
        })
final class ModelsCommand implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a verb: list, show, add, remove or verify");
    }

    private static Map<String, Object> json(ModelInfo info) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("model", info.id().value());
        object.put("aliases", info.aliases());
        object.put("availability", info.availability().name().toLowerCase(Locale.ROOT));
        object.put("where", info.where());
        object.put("built_in", info.builtIn());
        object.put("description", info.facts().description());
        object.put("dimensions", info.facts().dimensions());
        object.put("max_tokens", info.facts().maxTokens());
        object.put("languages", info.facts().languages());
        object.put("licence", info.facts().licence());
        object.put("pooling", info.facts().pooling());
        object.put("prompts", info.facts().prompts());
        object.put("scores", info.facts().scores());
        return object;
    }

    /** {@code lab models list}. */
    @Command(name = "list", description = "List all models and whether they can be loaded.", mixinStandardHelpOptions = true)
    static final class ListModels implements Runnable, Lab.Verb {
        private final Console console;

        @Mixin
        private CommonOptions common = new CommonOptions();

        ListModels(Console console) {
            this.console = console;
        }

        @Override
        public void run() {
            try (EmbeddingLaboratory lab = common.builder().build()) {
                List<ModelInfo> models = lab.models().list();
                if (common.json()) {
                    console.json(Map.of("models", models.stream().map(ModelsCommand::json).toList()));
                    return;
                }
                console.line(String.format("%-40s %-13s %5s %7s  %s", "model (aliases)", "availability", "width", "tokens", "where"));
                for (ModelInfo model : models) {
                    String name = model.id() + (model.aliases().isEmpty() ? "" : " (" + String.join(", ", model.aliases()) + ")");
                    console.line(String.format(
                            Locale.ROOT,
                            "%-40s %-13s %5d %7s  %s",
                            name,
                            model.availability().name().toLowerCase(Locale.ROOT),
                            model.facts().dimensions(),
                            model.facts().maxTokens() == 0 ? "-" : model.facts().maxTokens(),
                            model.availability() == ModelInfo.Availability.READY ? model.where() : "see `lab models show`"));
                }
            }
        }
    }

    /** {@code lab models show}. */
    @Command(name = "show", description = "Show what is known of a model.", mixinStandardHelpOptions = true)
    static final class Show implements Runnable, Lab.Verb {
        private final Console console;

        @Parameters(paramLabel = "MODEL", description = "Name, alias or folder.")
        private String model = "";

        @Mixin
        private CommonOptions common = new CommonOptions();

        Show(Console console) {
            this.console = console;
        }

        @Override
        public void run() {
            try (EmbeddingLaboratory lab = common.builder().build()) {
                ModelInfo info = lab.models().show(model);
                if (common.json()) {
                    console.json(json(info));
                    return;
                }
                ModelFacts facts = info.facts();
                console.line(info.id() + ": " + facts.description());
                console.line("  availability  " + info.availability().name().toLowerCase(Locale.ROOT) + ": " + info.where());
                console.line("  aliases       " + (info.aliases().isEmpty() ? "none" : String.join(", ", info.aliases())));
                console.line("  dimensions    " + facts.dimensions());
                console.line("  max tokens    " + (facts.maxTokens() == 0 ? "no limit" : facts.maxTokens()));
                console.line("  languages     " + String.join(", ", facts.languages()));
                console.line("  licence       " + (facts.licence().isEmpty() ? "unknown" : facts.licence()));
                console.line("  pooling       " + facts.pooling());
                facts.prompts().forEach((name, text) -> console.line("  prompt        " + name + ": \"" + text + "\""));
                for (ModelFacts.Score score : facts.scores()) {
                    console.line(String.format(
                            Locale.ROOT, "  published     %-32s %-10s %-18s %.4f", score.task(), score.subset(), score.metric(), score.value()));
                }
            }
        }
    }

    /** {@code lab models add}. */
    @Command(
            name = "add",
            description = "Register a folder, or import an ONNX model, under a name.",
            mixinStandardHelpOptions = true)
    static final class Add implements Runnable, Lab.Verb {
        private final Console console;

        @Parameters(index = "0", paramLabel = "NAME", description = "The name to give.")
        private String name = "";

        @Parameters(
                index = "1",
                paramLabel = "PATH",
                description = "A sentence-transformers folder, or an .onnx file or folder with its tokenizer.json.")
        private Path path = Path.of(".");

        @Option(names = "--pooling", paramLabel = "MODE", description = "For an ONNX model: cls, mean, max, ...")
        private String pooling = "";

        @Option(names = "--max-tokens", paramLabel = "N", description = "For an ONNX model: its limit (default: 512).")
        private int maxTokens;

        @Option(
                names = "--prompt",
                paramLabel = "NAME=TEXT",
                description = "For an ONNX model: a prompt, as in query='query: '; may be repeated.")
        private Map<String, String> prompts = new LinkedHashMap<>();

        @Option(names = "--description", paramLabel = "TEXT", description = "One line for lists.")
        private String description = "";

        @Option(names = "--licence", paramLabel = "SPDX", description = "Its licence.")
        private String licence = "";

        @Mixin
        private CommonOptions common = new CommonOptions();

        Add(Console console) {
            this.console = console;
        }

        @Override
        public void run() {
            try (EmbeddingLaboratory lab = common.builder().build()) {
                ModelFacts facts = new ModelFacts(description, 0, maxTokens, List.of(), licence, pooling, prompts, List.of());
                ModelInfo added = lab.models().add(ModelId.of(name), path, facts);
                if (common.json()) {
                    console.json(json(added));
                } else {
                    console.line(added.id() + " is registered at " + added.where());
                }
            }
        }
    }

    /** {@code lab models remove}. */
    @Command(name = "remove", description = "Remove a model of yours from the registry.", mixinStandardHelpOptions = true)
    static final class Remove implements Runnable, Lab.Verb {
        private final Console console;

        @Parameters(paramLabel = "NAME", description = "Its name.")
        private String name = "";

        @Mixin
        private CommonOptions common = new CommonOptions();

        Remove(Console console) {
            this.console = console;
        }

        @Override
        public void run() {
            try (EmbeddingLaboratory lab = common.builder().build()) {
                lab.models().remove(ModelId.of(name));
                if (common.json()) {
                    console.json(Map.of("removed", name));
                } else {
                    console.line(name + " is removed");
                }
            }
        }
    }

    /** {@code lab models verify}. */
    @Command(
            name = "verify",
            description = "Read every byte of a model and check it; exit 1 when something is wrong.",
            mixinStandardHelpOptions = true)
    static final class Verify implements Runnable, Lab.Verb {
        private final Console console;

        @Parameters(paramLabel = "MODEL", description = "Name, alias or folder.")
        private String model = "";

        @Mixin
        private CommonOptions common = new CommonOptions();

        Verify(Console console) {
            this.console = console;
        }

        @Override
        public void run() {
            try (EmbeddingLaboratory lab = common.builder().build()) {
                ModelCheck check = lab.models().verify(model);
                if (common.json()) {
                    Map<String, Object> object = new LinkedHashMap<>();
                    object.put("model", check.model());
                    object.put("fingerprint", check.fingerprint().value());
                    object.put("parameters", check.parameters());
                    object.put("bytes", check.bytes());
                    object.put("problems", check.problems());
                    console.json(object);
                } else {
                    console.line(String.format(
                            Locale.ROOT,
                            "%s: %,d parameters, %,d bytes, fingerprint %s",
                            check.model(),
                            check.parameters(),
                            check.bytes(),
                            check.fingerprint()));
                }
                if (!check.problems().isEmpty()) {
                    throw new InvalidModelException("model " + model + ": " + String.join("; ", check.problems()));
                }
            }
        }
    }
}
