package io.github.embeddinglab.api.spi;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.NullMarked;

/** Makes real jars from source text, so that discovery meets what users put on their class path. */
final class CompiledJar {
    private CompiledJar() {}

    static Path location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static Path api() {
        return location(EmbeddingLaboratory.class);
    }

    /** Compiles {@code sources} (text by path), adds {@code resources} and packs all. */
    static Path make(Path jar, Map<String, String> sources, Map<String, String> resources) throws IOException {
        Path work = Files.createTempDirectory(jar.getParent(), "jar");
        List<String> arguments = new ArrayList<>();
        String path = String.join(
                File.pathSeparator,
                Stream.of(api(), location(NullMarked.class), location(API.class)).map(Path::toString).toList());
        boolean module = sources.containsKey("module-info.java");
        Collections.addAll(arguments, "--release", "17", "-proc:none", module ? "--module-path" : "-cp", path);
        Path classes = Files.createDirectories(work.resolve("classes"));
        Collections.addAll(arguments, "-d", classes.toString());
        for (Map.Entry<String, String> source : sources.entrySet()) {
            arguments.add(write(work.resolve("source").resolve(source.getKey()), source.getValue()).toString());
        }
        if (!sources.isEmpty()) {
            int status = ToolProvider.findFirst("javac").orElseThrow().run(System.out, System.err, arguments.toArray(String[]::new));
            if (status != 0) {
                throw new AssertionError("javac ended with " + status);
            }
        }
        for (Map.Entry<String, String> resource : resources.entrySet()) {
            write(classes.resolve(resource.getKey()), resource.getValue());
        }
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
                out.write(Files.readAllBytes(file));
                out.closeEntry();
            }
        }
        return jar;
    }

    private static Path write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
