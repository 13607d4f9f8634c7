package io.github.embeddinglab.core.zoo;

import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.core.files.WholeFiles;
import io.github.embeddinglab.core.graph.CompiledGraph;
import io.github.embeddinglab.core.graph.Dialect;
import io.github.embeddinglab.core.graph.GraphCompiler;
import io.github.embeddinglab.core.graph.GraphOptions;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.ModelModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled graphs on disk, one folder for each fingerprint and compiler version, evicted least recently used first when
 * all together exceed a limit. Graphs that this process uses stay.
 */
final class CompiledGraphs {
    private static final Logger LOG = LoggerFactory.getLogger(CompiledGraphs.class);

    private final Path directory;
    private final long limit;
    private final Set<Path> used = ConcurrentHashMap.newKeySet();

    CompiledGraphs(Path directory, long limit) {
        this.directory = directory;
        this.limit = limit;
    }

    /** The folder of a model's compiled graph, compiled first where there is none. */
    Path folder(ModelFolder folder, Dialect dialect) {
        return folder(folder, folder.modules(), "", dialect);
    }

    /** The same with other modules after the encoder; the suffix names them. */
    Path folder(ModelFolder folder, List<ModelModule> modules, String suffix, Dialect dialect) {
        String operators = dialect == Dialect.FUSED ? "" : "-standard";
        Path target = directory.resolve(folder.fingerprint() + "-" + GraphCompiler.VERSION + operators + suffix);
        used.add(target);
        try {
            if (!Files.exists(target.resolve(CompiledGraph.MODEL_FILE))) {
                compile(folder, modules, dialect, target);
                evict();
            }
            Files.setLastModifiedTime(target, FileTime.from(Instant.now()));
        } catch (IOException e) {
            throw new LaboratoryException("the compiled graph cannot be kept in " + directory + " (" + e.getMessage()
                    + "); free space or choose another models.directory", e);
        }
        return target;
    }

    private static void compile(ModelFolder folder, List<ModelModule> modules, Dialect dialect, Path target) {
        LOG.info("compiling {}; this is done once", folder.path());
        WholeFiles.folderOnce(
                target,
                partial -> GraphCompiler.compile(
                                folder.encoder(),
                                modules,
                                folder.tensors(),
                                dialect == Dialect.FUSED ? GraphOptions.fused() : GraphOptions.standard())
                        .writeTo(partial));
    }

    private record Kept(Path folder, FileTime used, long bytes) {}

    private void evict() throws IOException {
        List<Kept> all = new ArrayList<>();
        try (Stream<Path> folders = Files.list(directory)) {
            for (Path folder : folders.filter(Files::isDirectory).toList()) {
                if (String.valueOf(folder.getFileName()).startsWith(".") && isFresh(folder)) {
                    continue; // another process compiles into it
                }
                all.add(new Kept(folder, Files.getLastModifiedTime(folder), size(folder)));
            }
        }
        long total = all.stream().mapToLong(Kept::bytes).sum();
        all.sort(Comparator.comparing(Kept::used));
        for (Kept kept : all) {
            if (total > limit && !used.contains(kept.folder())) {
                LOG.info("removing the compiled graph {}, {} bytes, unused for longest", kept.folder(), kept.bytes());
                WholeFiles.delete(kept.folder());
                total -= kept.bytes();
            }
        }
    }

    /** A hidden folder that nobody has touched for a day was left by a process that was killed. */
    private static boolean isFresh(Path folder) throws IOException {
        return Files.getLastModifiedTime(folder).toInstant().isAfter(Instant.now().minus(Duration.ofDays(1)));
    }

    static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            long sum = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sum += Files.size(file);
            }
            return sum;
        }
    }
}
