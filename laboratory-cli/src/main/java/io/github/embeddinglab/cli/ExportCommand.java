package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Export;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParameterException;

/** {@code lab export}: a model in a form that others deploy. */
@Command(
        name = "export",
        description = "Write a model as an ONNX graph of standard operators, a Maven jar, or a folder.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ExportCommand implements Runnable, Lab.Verb {
    private static final int COORDINATE_PARTS = 3;

    private final Console console;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Parameters(paramLabel = "MODEL", description = "Registry name or folder.")
    private String model = "";

    @Option(names = "--as", paramLabel = "FORM", required = true, description = "onnx, jar or folder.")
    private String form = "";

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "A folder that does not exist yet.")
    private Path out = Path.of(".");

    @Option(
            names = "--pooling-outside",
            description = "onnx: leave pooling and normalisation to whoever runs the graph (output last_hidden_state).")
    private boolean poolingOutside;

    @Option(
            names = "--coordinates",
            paramLabel = "GROUP:ARTIFACT:VERSION",
            description = "jar: its Maven coordinates (default: com.example:NAME:1.0.0).")
    private String coordinates = "";

    @Mixin
    private CommonOptions common = new CommonOptions();

    ExportCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        Export export = export();
        try (EmbeddingLaboratory lab = common.builder().build()) {
            Path file = lab.models().export(model, export, out);
            if (common.json()) {
                console.json(Map.of("model", model, "form", form, "file", file.toString()));
                return;
            }
            console.line(model + " is written to " + file);
            if (export instanceof Export.Jar jar) {
                Path pom = file.resolveSibling(jar.artifactId() + "-" + jar.version() + ".pom");
                console.note("install it with: mvn install:install-file -Dfile=" + file + " -DpomFile=" + pom);
            }
        }
    }

    private Export export() {
        return switch (form) {
            case "onnx" -> new Export.Onnx(!poolingOutside);
            case "folder" -> new Export.Folder();
            case "jar" -> jar();
            default -> throw new ParameterException(
                    spec.commandLine(), "--as is \"" + form + "\"; it must be onnx, jar or folder");
        };
    }

    private Export.Jar jar() {
        if (coordinates.isEmpty()) {
            String name = model.replaceAll(".*/", "").replaceAll("[^A-Za-z0-9._-]", "-");
            return new Export.Jar("com.example", name, "1.0.0");
        }
        String[] parts = coordinates.split(":", -1);
        if (parts.length != COORDINATE_PARTS) {
            throw new ParameterException(
                    spec.commandLine(), "--coordinates is \"" + coordinates + "\"; it must be GROUP:ARTIFACT:VERSION");
        }
        return new Export.Jar(parts[0], parts[1], parts[2]);
    }
}
