package io.github.embeddinglab.core.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.embeddinglab.api.Export;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.core.model.ModelFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.zip.Deflater;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A model folder as a jar: {@code META-INF/embeddinglab/model.json} lists the files with sizes and SHA-256, and they lie
 * under {@code META-INF/embeddinglab/models/NAME/}. Several such jars may stand on one class path.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class ModelJar {
    private static final String INDEX = "META-INF/embeddinglab/model.json";
    private static final String ROOT = "META-INF/embeddinglab/models/";
    private static final int FORMAT = 1;
    private static final long EPOCH_1980 = 315_532_800_000L;
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Index index;
    private final ClassLoader loader;

    private record Index(int format, String name, String fingerprint, List<Entry> files) {}

    private record Entry(String path, long bytes, String sha256) {}

    /**
     * What goes into a jar.
     *
     * @param name of the model
     * @param folder its files
     * @param card its README
     */
    record Content(String name, ModelFolder folder, String card) {}

    private ModelJar(Index index, ClassLoader loader) {
        this.index = index;
        this.loader = loader;
    }

    /** Writes a jar and its pom; gives the jar. */
    static Path write(Content content, Export.Jar coordinates, Path into) throws IOException {
        Path jar = into.resolve(coordinates.artifactId() + "-" + coordinates.version() + ".jar");
        String root = ROOT + content.name() + "/";
        Path folder = content.folder().path();
        List<Entry> entries = new ArrayList<>();
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream zip = new JarOutputStream(out)) {
            zip.setLevel(Deflater.BEST_SPEED);
            for (Path file : Exporter.files(folder)) {
                String path = folder.relativize(file).toString().replace('\\', '/');
                if (path.equals("README.md")) {
                    continue;
                }
                MessageDigest digest = sha256();
                put(zip, root + path);
                try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                    in.transferTo(zip);
                }
                zip.closeEntry();
                entries.add(new Entry(path, Files.size(file), HexFormat.of().formatHex(digest.digest())));
            }
            byte[] card = content.card().getBytes(StandardCharsets.UTF_8);
            put(zip, root + "README.md");
            zip.write(card);
            zip.closeEntry();
            entries.add(new Entry("README.md", card.length, HexFormat.of().formatHex(sha256().digest(card))));
            put(zip, INDEX);
            zip.write(JSON.writeValueAsBytes(new Index(
                    FORMAT, content.name(), content.folder().fingerprint().value(), entries)));
            zip.closeEntry();
        }
        Files.writeString(into.resolve(coordinates.artifactId() + "-" + coordinates.version() + ".pom"), pom(coordinates));
        return jar;
    }

    private static void put(JarOutputStream zip, String name) throws IOException {
        JarEntry entry = new JarEntry(name);
        entry.setTime(EPOCH_1980);
        zip.putNextEntry(entry);
    }

    private static String pom(Export.Jar coordinates) {
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>%s</groupId>
                  <artifactId>%s</artifactId>
                  <version>%s</version>
                  <packaging>jar</packaging>
                </project>
                """
                .formatted(coordinates.groupId(), coordinates.artifactId(), coordinates.version());
    }

    /**
     * Looks for a model on the class path.
     *
     * @param loader class loader to look in
     * @param name of the model
     * @return its jar, empty where there is none
     * @throws InvalidModelException when two jars carry different models of that name
     */
    public static Optional<ModelJar> find(ClassLoader loader, String name) {
        List<ModelJar> found = new ArrayList<>();
        for (ModelJar jar : all(loader)) {
            if (jar.index.name().equals(name)) {
                found.add(jar);
            }
        }
        if (found.stream().map(jar -> jar.index.fingerprint()).distinct().count() > 1) {
            throw new InvalidModelException("two jars on the class path carry different models called \"" + name
                    + "\"; remove one of them");
        }
        return found.stream().findFirst();
    }

    /**
     * All models that jars on the class path carry.
     *
     * @param loader class loader to look in
     * @return in the class path's order
     */
    public static List<ModelJar> all(ClassLoader loader) {
        List<ModelJar> found = new ArrayList<>();
        try {
            for (URL url : Collections.list(loader.getResources(INDEX))) {
                try (InputStream in = url.openStream()) {
                    Index index = JSON.readValue(in, Index.class);
                    if (index.format() != FORMAT) {
                        throw new InvalidModelException(url + " has format " + index.format() + ", this release reads "
                                + FORMAT + "; use a newer release");
                    }
                    found.add(new ModelJar(index, loader));
                }
            }
        } catch (IOException e) {
            throw new InvalidModelException("a model jar on the class path cannot be read: " + e.getMessage(), e);
        }
        return found;
    }

    /**
     * The model's name.
     *
     * @return as it was exported
     */
    public String name() {
        return index.name();
    }

    /**
     * Unpacks the model once; every byte is checked.
     *
     * @param directory holds one folder for each model
     * @return the model's folder
     * @throws InvalidModelException when the jar is damaged
     */
    public Path unpack(Path directory) {
        Path target = directory.resolve(index.name().replace('/', '_') + "-" + index.fingerprint().substring(0, 12));
        if (Files.isDirectory(target)) {
            return target;
        }
        try {
            Files.createDirectories(directory);
            Path partial = Files.createTempDirectory(directory, "." + target.getFileName());
            for (Entry entry : index.files()) {
                unpack(entry, partial);
            }
            try {
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                if (!Files.isDirectory(target)) {
                    throw e;
                }
            }
            return target;
        } catch (IOException e) {
            throw new LaboratoryException("model " + index.name() + " cannot be unpacked into " + directory + " ("
                    + e.getMessage() + "); free space or choose another models.directory", e);
        }
    }

    private void unpack(Entry entry, Path folder) throws IOException {
        Path file = folder.resolve(entry.path()).normalize();
        if (!file.startsWith(folder)) {
            throw new InvalidModelException("the jar of model " + index.name() + " lists " + entry.path()
                    + ", which lies outside the model; do not use this jar");
        }
        Files.createDirectories(file.getParent());
        MessageDigest digest = sha256();
        try (InputStream in = loader.getResourceAsStream(ROOT + index.name() + "/" + entry.path())) {
            if (in == null) {
                throw new InvalidModelException(
                        "the jar of model " + index.name() + " lacks " + entry.path() + "; get the jar again");
            }
            Files.copy(new DigestInputStream(in, digest), file);
        }
        String found = HexFormat.of().formatHex(digest.digest());
        if (!found.equals(entry.sha256())) {
            throw new InvalidModelException("file " + entry.path() + " of the jar of model " + index.name() + " has SHA-256 "
                    + found + ", expected " + entry.sha256() + "; get the jar again");
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new LaboratoryException("this Java has no SHA-256, which every Java must have; use another build", e);
        }
    }
}
