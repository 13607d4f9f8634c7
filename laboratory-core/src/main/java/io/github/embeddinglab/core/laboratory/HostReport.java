package io.github.embeddinglab.core.laboratory;

import ai.onnxruntime.OrtEnvironment;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.core.device.Device;
import io.github.embeddinglab.core.device.Devices;
import io.github.embeddinglab.core.device.RuntimeHazards;
import io.github.embeddinglab.core.export.ModelJar;
import io.github.embeddinglab.core.host.HostEnvironment;
import io.github.embeddinglab.vectors.VectorKernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apiguardian.api.API.Status;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * What this process runs on and with, and what is wrong with it.
 *
 * @param facts by name, in the order to show them
 * @param problems with their fixes
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record HostReport(Map<String, String> facts, List<Problem> problems) {
    private static final List<String> FEATURES =
            List.of("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimd", "asimddp", "sve");

    /** Copies the collections, keeping their order. */
    public HostReport {
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        problems = List.copyOf(problems);
    }

    /**
     * Something to mend.
     *
     * @param what is wrong
     * @param fix what to do
     */
    public record Problem(String what, String fix) {}

    /**
     * Looks around; loads the runtime's natives, opens no connection.
     *
     * @param loader class loader to look in
     * @param modelDirectory where models are kept, null for the environment's choice
     * @return the report
     */
    public static HostReport read(ClassLoader loader, @Nullable Path modelDirectory) {
        Map<String, String> facts = new LinkedHashMap<>();
        List<Problem> problems = new ArrayList<>();
        HostEnvironment environment = HostEnvironment.current();
        facts.put("java", environment.java());
        facts.put(
                "system",
                environment.system() + ", " + Runtime.getRuntime().availableProcessors() + " processors, heap limit "
                        + (Runtime.getRuntime().maxMemory() >> 20) + " MB");
        facts.put("processor", processor());
        RuntimeHazards.find(loader, environment)
                .forEach(hazard -> problems.add(new Problem(hazard.what(), hazard.fix())));
        try {
            Devices devices = Devices.choose(loader, List.of());
            facts.put("devices", devices.chosen().stream()
                    .map(device -> device.name() + " (" + device.description() + ")")
                    .collect(Collectors.joining(", ")));
            facts.put("onnx runtime", OrtEnvironment.getEnvironment().getVersion());
        } catch (LaboratoryException e) {
            problems.add(new Problem("transformer models cannot run", String.valueOf(e.getMessage())));
        }
        for (ModelJar.Damaged jar : ModelJar.all(loader).damaged()) {
            problems.add(new Problem("a model jar on the class path is damaged", jar.problem()));
        }
        facts.put("vector kernel", VectorKernels.current().description());
        if (VectorKernels.current().name().equals("plain")) {
            problems.add(new Problem(
                    "vector search runs without the Vector API, several times slower",
                    "start Java with --add-modules jdk.incubator.vector (embedding itself does not need it)"));
        }
        directory(facts, problems, "model directory", modelDirectory == null ? environment.modelDirectory() : modelDirectory);
        facts.put("hub cache", environment.hubCache() + (Files.isDirectory(environment.hubCache()) ? "" : " (not there)"));
        return new HostReport(facts, problems);
    }

    private static void directory(Map<String, String> facts, List<Problem> problems, String name, Path directory) {
        Path existing = directory.toAbsolutePath();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (existing == null || !Files.isWritable(existing)) {
            problems.add(new Problem(
                    name + " " + directory + " cannot be written", "set LABORATORY_HOME or models.directory to a folder of yours"));
        }
        try {
            long free = existing == null ? 0 : Files.getFileStore(existing).getUsableSpace() >> 20;
            facts.put(name, directory + (Files.exists(directory) ? "" : " (not there yet)") + ", " + free + " MB free");
        } catch (IOException e) {
            problems.add(new Problem(name + " " + directory + " cannot be examined: " + e.getMessage(), "check its disk"));
        }
    }

    private static String processor() {
        Path file = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(file)) {
            return "features unknown on this system";
        }
        try (Stream<String> lines = Files.lines(file)) {
            Map<String, String> values = lines.map(line -> line.split("\\s*:\\s*", 2))
                    .filter(pair -> pair.length == 2)
                    .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (first, later) -> first));
            List<String> flags =
                    List.of(values.getOrDefault("flags", values.getOrDefault("Features", "")).split(" ", -1));
            return values.getOrDefault("model name", "unknown") + ": "
                    + FEATURES.stream().filter(flags::contains).collect(Collectors.joining(" "));
        } catch (IOException e) {
            return "unknown (" + e.getMessage() + ")";
        }
    }
}
