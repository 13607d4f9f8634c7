package io.github.embeddinglab.training.record;

import io.github.embeddinglab.core.host.HostEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.bytedeco.pytorch.global.torch;

/** What a training ran on and with; floating point differs by it. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Machine {
    private static final Path LISTED = Path.of("/proc/cpuinfo");
    private static final List<String> TOLD =
            List.of("avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "asimd", "bf16", "sve");

    private Machine() {}

    /**
     * Versions and processor.
     *
     * @return by name, in the order to show them
     */
    public static Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        HostEnvironment environment = HostEnvironment.current();
        facts.put("laboratory", version(Machine.class, "from classes"));
        facts.put("java", environment.java());
        facts.put("system", environment.system());
        facts.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
        facts.put("processor", processor());
        facts.put("libtorch", version(torch.class, "unknown"));
        return facts;
    }

    private static String version(Class<?> type, String otherwise) {
        String version = type.getPackage().getImplementationVersion();
        return version == null ? otherwise : version;
    }

    private static String processor() {
        if (!Files.isReadable(LISTED)) {
            return "not told by this system";
        }
        try (Stream<String> lines = Files.lines(LISTED)) {
            Map<String, String> values = lines.map(line -> line.split("\\s*:\\s*", 2))
                    .filter(pair -> pair.length == 2)
                    .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (first, later) -> first));
            List<String> flags = List.of(values.getOrDefault("flags", values.getOrDefault("Features", "")).split(" ", -1));
            TreeSet<String> told = new TreeSet<>(TOLD);
            told.retainAll(flags);
            return values.getOrDefault("model name", "unnamed").strip() + " (" + String.join(" ", told) + ")";
        } catch (IOException | UncheckedIOException e) {
            return "not told by this system";
        }
    }
}
