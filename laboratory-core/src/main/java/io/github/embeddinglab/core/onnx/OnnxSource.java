package io.github.embeddinglab.core.onnx;

import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.ModelNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/** Where an ONNX model and its tokenizer lie. Nothing is opened before the import. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public abstract sealed class OnnxSource {

    /**
     * Two files. External data of the graph are looked for beside it.
     *
     * @param onnx the graph
     * @param tokenizer its {@code tokenizer.json}
     * @return the source
     */
    public static OnnxSource of(Path onnx, Path tokenizer) {
        return new TwoFiles(onnx, tokenizer);
    }

    /**
     * A folder with exactly one {@code .onnx} file, in it or in its subfolder {@code onnx}, and a {@code tokenizer.json}.
     *
     * @param folder as the hub or an exporter writes it
     * @return the source
     * @throws ModelNotFoundException when there is no such folder, or no or more than one graph in it
     */
    public static OnnxSource folder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new ModelNotFoundException("no folder at " + folder + "; give a folder with an .onnx file and its tokenizer.json");
        }
        for (Path place : List.of(folder, folder.resolve("onnx"))) {
            List<Path> graphs = graphs(place);
            if (graphs.size() > 1) {
                throw new ModelNotFoundException("folder " + place + " holds " + graphs.size() + " .onnx files ("
                        + graphs.get(0).getFileName() + ", " + graphs.get(1).getFileName() + ", ...); name the one to import");
            }
            if (graphs.size() == 1) {
                return new TwoFiles(graphs.get(0), folder.resolve("tokenizer.json"));
            }
        }
        throw new ModelNotFoundException("folder " + folder + " holds no .onnx file; give the folder of an ONNX model");
    }

    /**
     * Two resources of a class loader, as a model jar carries them. Such a graph cannot have external data.
     *
     * @param loader sees the jar
     * @param onnxResource name of the graph, without a leading slash
     * @param tokenizerResource name of its {@code tokenizer.json}
     * @return the source
     */
    public static OnnxSource classPath(ClassLoader loader, String onnxResource, String tokenizerResource) {
        return new ClassPath(loader, onnxResource, tokenizerResource);
    }

    /** What errors call the graph. */
    abstract String describe();

    /** Gives the graph as a file, unpacked into the scratch folder where it is not one. */
    abstract Path graph(Path scratch) throws IOException;

    /** The bytes of the tokenizer. */
    abstract byte[] tokenizer() throws IOException;

    /** The folder of external data; null where there can be none. */
    abstract @Nullable Path dataFolder();

    private static List<Path> graphs(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(p -> p.getFileName().toString().endsWith(".onnx")).sorted().toList();
        } catch (IOException e) {
            throw new InvalidModelException("folder " + folder + " cannot be listed: " + e.getMessage() + "; check its permissions", e);
        }
    }

    private static final class TwoFiles extends OnnxSource {
        private final Path onnx;
        private final Path tokenizer;

        TwoFiles(Path onnx, Path tokenizer) {
            this.onnx = onnx;
            this.tokenizer = tokenizer;
        }

        @Override
        String describe() {
            return onnx.toString();
        }

        @Override
        Path graph(Path scratch) {
            if (!Files.isRegularFile(onnx)) {
                throw new InvalidModelException("no ONNX graph at " + onnx + "; give the path of an .onnx file");
            }
            return onnx;
        }

        @Override
        byte[] tokenizer() throws IOException {
            if (!Files.isRegularFile(tokenizer)) {
                throw new InvalidModelException(
                        "no tokenizer at " + tokenizer + "; put the model's tokenizer.json there, the graph alone has none");
            }
            return Files.readAllBytes(tokenizer);
        }

        @Override
        Path dataFolder() {
            Path parent = onnx.toAbsolutePath().getParent();
            return parent == null ? onnx.toAbsolutePath() : parent;
        }
    }

    private static final class ClassPath extends OnnxSource {
        private final ClassLoader loader;
        private final String onnx;
        private final String tokenizer;

        ClassPath(ClassLoader loader, String onnx, String tokenizer) {
            this.loader = loader;
            this.onnx = onnx;
            this.tokenizer = tokenizer;
        }

        @Override
        String describe() {
            return "class path resource " + onnx;
        }

        @Override
        Path graph(Path scratch) throws IOException {
            Path file = scratch.resolve("graph.onnx");
            try (InputStream in = open(onnx, "ONNX graph")) {
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            }
            return file;
        }

        @Override
        byte[] tokenizer() throws IOException {
            try (InputStream in = open(tokenizer, "tokenizer")) {
                return in.readAllBytes();
            }
        }

        @Override
        @Nullable Path dataFolder() {
            return null;
        }

        private InputStream open(String resource, String what) {
            InputStream in = loader.getResourceAsStream(resource);
            if (in == null) {
                throw new InvalidModelException(
                        "no " + what + " on the class path under " + resource + "; add the model jar that carries it");
            }
            return in;
        }
    }
}
