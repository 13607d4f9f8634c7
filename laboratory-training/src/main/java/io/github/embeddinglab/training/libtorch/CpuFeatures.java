package io.github.embeddinglab.training.libtorch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What the CPU says of itself where the system lists it (Linux); elsewhere nothing is assumed. */
final class CpuFeatures {
    private static final Path LISTED = Path.of("/proc/cpuinfo");
    private static final Set<String> MULTIPLY = Set.of("avx512_bf16", "amx_bf16", "bf16");
    private static final Set<String> TOLD = Set.of("avx", "avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "amx_tile", "bf16", "sve");

    private CpuFeatures() {}

    static boolean multipliesBfloat16() {
        return all().stream().anyMatch(MULTIPLY::contains);
    }

    /** Features that change how sums are made. */
    static Set<String> told() {
        Set<String> out = new TreeSet<>(all());
        out.retainAll(TOLD);
        return out;
    }

    private static Set<String> all() {
        if (!Files.isReadable(LISTED)) {
            return Set.of();
        }
        try (var lines = Files.lines(LISTED)) {
            Set<String> out = new TreeSet<>();
            lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .findFirst()
                    .ifPresent(line -> out.addAll(List.of(line.substring(line.indexOf(':') + 1).trim().split("\\s+"))));
            return out;
        } catch (IOException | java.io.UncheckedIOException e) {
            return Set.of(); // nothing is assumed of a CPU that cannot be asked
        }
    }
}
