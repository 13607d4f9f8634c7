package io.github.embeddinglab.core.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.embeddinglab.api.Export;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.ModelId;
import io.github.embeddinglab.core.files.WholeFiles;
import io.github.embeddinglab.core.model.ModelFolder;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.ZipException;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * A model folder as a jar: {@code META-INF/embeddinglab/model.json} lists the files with sizes and SHA-256, and they lie
 * under {@code META-INF/embeddinglab/models/NAME/}. Several such jars may stand on one class path.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class ModelJar {
    private static final String INDEX = "META-INF/embeddinglab/model.json";
    private static final String ROOT = "META-INF/embeddinglab/models/";
    private static final int FORMAT = 1;
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");
    private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

    /** Apart: most class paths hold no such jar, and binding is slow to start. */
    private static final class Binding {
        private static final ObjectMapper JSON =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    }

    private final Index index;
    private final String jar;

    private record Index(int format, String name, String fingerprint, List<Entry> files) {}

    private record Entry(String path, long bytes, String sha256) {}

    /** What {@link #INDEX} may hold; anything else is a damaged or a foreign file. */
    private static Index checked(@Nullable Index index, URL url) {
        boolean whole = index != null
                && index.format() == FORMAT
                && index.name() != null
                && index.fingerprint() != null
                && FINGERPRINT.matcher(index.fingerprint()).matches()
                && index.files() != null
                && index.files().stream().allMatch(file -> file != null && file.path() != null && file.sha256() != null);
        if (index != null && index.format() != FORMAT) {
            throw new InvalidModelException(url + " has format " + index.format() + ", this release reads " + FORMAT
                    + "; use the release that wrote it, or a newer one");
        }
        if (index == null || !whole) {
            throw new InvalidModelException(url + " lacks a name, a fingerprint or a file list; get the jar again");
        }
        ModelId.of(index.name());
        return index;
    }

    /**
     * What goes into a jar.
     *
     * @param name of the model
     * @param folder its files
     * @param card its README
     */
    record Content(String name, ModelFolder folder, String card) {}

    private ModelJar(Index index, String jar) {
        this.index = index;
        this.jar = jar;
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
            zip.write(Binding.JSON.writeValueAsBytes(new Index(
                    FORMAT, content.name(), content.folder().fingerprint().value(), entries)));
            zip.closeEntry();
        }
        Files.writeString(into.resolve(coordinates.artifactId() + "-" + coordinates.version() + ".pom"), pom(coordinates));
        return jar;
    }

    private static void put(JarOutputStream zip, String name) throws IOException {
        JarEntry entry = new JarEntry(name);
        entry.setTimeLocal(EPOCH); // local: the same bytes in every time zone
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
     * What the model jars on a class path are.
     *
     * @param whole in the class path's order
     * @param damaged those whose list of files cannot be read
     */
    public record OnClassPath(List<ModelJar> whole, List<Damaged> damaged) {
        /** Copies the lists. */
        public OnClassPath {
            whole = List.copyOf(whole);
            damaged = List.copyOf(damaged);
        }

        /**
         * Looks for a model. A damaged jar stands in the way of none but its own model.
         *
         * @param name as it was exported
         * @return the jar
         * @throws InvalidModelException when the jar of that very model is damaged, or two carry different models of that name
         */
        public Optional<ModelJar> find(String name) {
            List<ModelJar> found = whole.stream().filter(jar -> jar.index.name().equals(name)).toList();
            if (found.stream().map(jar -> jar.index.fingerprint()).distinct().count() > 1) {
                throw new InvalidModelException("two jars on the class path carry different models called \"" + name
                        + "\"; remove one of them");
            }
            if (found.isEmpty()) {
                damaged.stream().filter(jar -> jar.mayBe(name)).findFirst().ifPresent(jar -> {
                    throw new InvalidModelException(jar.problem(), jar.cause());
                });
            }
            return found.stream().findFirst();
        }
    }

    /**
     * A jar that cannot be used.
     *
     * @param jar where it is
     * @param problem what is wrong and what to do, in one line
     * @param content of its list, as far as it could be read
     * @param cause of the problem
     */
    public record Damaged(String jar, String problem, String content, Exception cause) {
        /** Its list names the model, or its own name does, or it holds files of it. */
        private boolean mayBe(String name) {
            String file = name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
            return content.contains('"' + name + '"')
                    || jar.toLowerCase(Locale.ROOT).contains(file)
                    || holds(ROOT + name + "/modules.json")
                    || holds(ROOT + name + "/config.json");
        }

        private boolean holds(String path) {
            try (InputStream in = open(new URL(jar + path))) {
                return in.read() >= 0;
            } catch (IOException e) {
                return false; // no such file, or no file that could be read
            }
        }
    }

    /**
     * Looks at all model jars.
     *
     * @param loader class loader to look in
     * @return those that can be used and those that cannot
     */
    public static OnClassPath all(ClassLoader loader) {
        List<URL> urls;
        try {
            urls = Collections.list(loader.getResources(INDEX));
        } catch (IOException e) {
            throw new InvalidModelException("the class path cannot be searched for model jars: " + e.getMessage(), e);
        }
        List<ModelJar> whole = new ArrayList<>();
        List<Damaged> damaged = new ArrayList<>();
        for (URL url : urls) {
            String jar = url.toString().substring(0, url.toString().length() - INDEX.length());
            String content = "";
            try (InputStream in = open(url)) {
                content = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                whole.add(new ModelJar(checked(Binding.JSON.readValue(content, Index.class), url), jar));
            } catch (IOException e) {
                damaged.add(new Damaged(
                        jar,
                        url + " cannot be read (" + reason(e) + "); get the jar again, or take it off the class path",
                        content,
                        e));
            } catch (LaboratoryException e) {
                damaged.add(new Damaged(jar, String.valueOf(e.getMessage()), content, e));
            }
        }
        return new OnClassPath(whole, damaged);
    }

    /** Opens without the JVM's cache of jars, which would keep the file open for good. */
    private static InputStream open(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false);
        return connection.getInputStream();
    }

    private static String reason(IOException e) {
        return (e instanceof JsonProcessingException json ? json.getOriginalMessage() : String.valueOf(e.getMessage()))
                .replaceAll("\\s+", " ");
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
        WholeFiles.folderOnce(target, partial -> {
            for (Entry entry : index.files()) {
                unpack(entry, partial);
            }
        });
        return target;
    }

    private void unpack(Entry entry, Path folder) throws IOException {
        Path file = folder.resolve(entry.path()).normalize();
        if (!file.startsWith(folder)) {
            throw new InvalidModelException("the jar of model " + index.name() + " lists " + entry.path()
                    + ", which lies outside the model; do not use this jar");
        }
        Files.createDirectories(file.getParent());
        MessageDigest digest = sha256();
        try (InputStream in = open(entry(entry.path()))) {
            WholeFiles.synced(file, channel -> new DigestInputStream(in, digest).transferTo(Channels.newOutputStream(channel)));
        } catch (FileNotFoundException e) {
            throw new InvalidModelException(
                    "the jar of model " + index.name() + " lacks " + entry.path() + "; get the jar again", e);
        } catch (ZipException | EOFException e) {
            throw new InvalidModelException("file " + entry.path() + " of the jar of model " + index.name() + " is damaged ("
                    + e.getMessage() + "); get the jar again", e);
        }
        String found = HexFormat.of().formatHex(digest.digest());
        if (!found.equals(entry.sha256())) {
            throw new InvalidModelException("file " + entry.path() + " of the jar of model " + index.name() + " has SHA-256 "
                    + found + ", expected " + entry.sha256() + "; get the jar again");
        }
    }

    /** The entry of this very jar, not of another one on the class path that carries the same name. */
    private URL entry(String path) throws IOException {
        try {
            String inside = new URI(null, null, "/" + ROOT + index.name() + "/" + path, null).getRawPath();
            return new URL(jar + inside.substring(1));
        } catch (URISyntaxException e) {
            throw new IOException(path + " is no name of a file", e);
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
