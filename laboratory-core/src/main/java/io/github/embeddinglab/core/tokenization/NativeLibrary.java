package io.github.embeddinglab.core.tokenization;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.github.embeddinglab.api.DeviceException;
import io.github.embeddinglab.core.host.HostEnvironment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Takes the native tokenizers library out of its jar and loads it, once in a JVM. The files lie in
 * {@code directory/tokenizers-HASH/}, HASH being their content's, so that another version never meets them; each is
 * written beside its place, forced to disk and moved there, so that JVMs starting together see all of it or nothing, and
 * later ones compare it and write nothing.
 */
final class NativeLibrary {
    private static final Object LOCK = new Object();

    /**
     * Where the library was loaded from. Static because {@code System.load} is: a second copy in the same class loader
     * would never be called, and the JVM offers no unloading.
     */
    private static @Nullable Path loaded;

    private NativeLibrary() {}

    /**
     * Loads the library unless that was done.
     *
     * @param directory private folder for the files, made if absent; ignored when the library is loaded already
     * @return the file that is loaded
     * @throws DeviceException if this platform has no library, or it cannot be written or loaded
     */
    static Path load(Path directory) {
        synchronized (LOCK) {
            Path done = loaded;
            if (done != null) {
                return done;
            }
            HostEnvironment host = HostEnvironment.current();
            List<String> resources = resources(host.osName(), host.osArch());
            Path library = extract(resources, directory.toAbsolutePath().normalize());
            loaded = library;
            return library;
        }
    }

    /** Resources of a platform in loading order; the last is the library, those before it are what it links to. */
    static List<String> resources(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        boolean arm = osArch.equals("aarch64") || osArch.equals("arm64");
        boolean intel = osArch.equals("amd64") || osArch.equals("x86_64");
        if (os.startsWith("linux") && (arm || intel)) {
            return List.of("native/lib/linux-" + (arm ? "aarch64" : "x86_64") + "/cpu/libtokenizers.so");
        }
        if (os.startsWith("mac") && arm) {
            return List.of("native/lib/osx-aarch64/cpu/libtokenizers.dylib");
        }
        if (os.startsWith("windows") && intel) {
            String folder = "native/lib/win-x86_64/cpu/";
            return List.of(
                    folder + "libwinpthread-1.dll",
                    folder + "libgcc_s_seh-1.dll",
                    folder + "libstdc++-6.dll",
                    folder + "tokenizers.dll");
        }
        throw new DeviceException("no native tokenizer for " + osName + " " + osArch
                + ": supported are Linux x86_64 and aarch64, macOS arm64, Windows x86_64;"
                + " BERT WordPiece models need none");
    }

    private static Path extract(List<String> resources, Path directory) {
        byte[][] contents = new byte[resources.size()][];
        MessageDigest digest = sha256();
        for (int i = 0; i < contents.length; i++) {
            contents[i] = read(resources.get(i));
            digest.update(contents[i]);
        }
        Path folder = directory.resolve("tokenizers-" + HexFormat.of().formatHex(digest.digest(), 0, 8));
        Path library = folder;
        for (int i = 0; i < contents.length; i++) {
            String resource = resources.get(i);
            library = folder.resolve(resource.substring(resource.lastIndexOf('/') + 1));
            try {
                place(contents[i], library);
            } catch (IOException e) {
                throw new DeviceException("native tokenizer " + library + " cannot be written: " + e
                        + "; hand in a folder that this process may write to", e);
            }
            link(library);
        }
        return library;
    }

    // The library's own folder is private and its content was just compared with the jar's.
    private static void link(Path library) {
        try {
            System.load(library.toString());
        } catch (UnsatisfiedLinkError e) {
            throw new DeviceException("native tokenizer " + library + " cannot be loaded: " + e.getMessage()
                    + "; it needs a folder that is not mounted noexec, and on Linux the GNU C library", e);
        }
    }

    private static byte[] read(String resource) {
        try (InputStream in = TokenizersLibrary.class.getResourceAsStream("/" + resource)) {
            if (in == null) {
                throw new DeviceException("native tokenizer " + resource
                        + " is not on the class path: add ai.djl.huggingface:tokenizers");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new DeviceException("native tokenizer " + resource + " cannot be read from its jar: " + e, e);
        }
    }

    /** Makes {@code file} hold {@code content}, atomically; writes nothing if it does. */
    static void place(byte[] content, Path file) throws IOException {
        if (holds(file, content)) {
            return;
        }
        Path folder = file.getParent();
        if (folder == null) {
            throw new IOException("no folder in " + file);
        }
        Files.createDirectories(folder);
        Path part = folder.resolve(file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            move(part, file, content);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void move(Path part, Path file, byte[] content) throws IOException {
        try {
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            // Windows refuses to replace a library that another JVM has loaded: fine if that one is right.
            if (!holds(file, content)) {
                throw e;
            }
        }
    }

    private static boolean holds(Path file, byte[] content) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) != content.length) {
            return false;
        }
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file);
                InputStream expected = new ByteArrayInputStream(content)) {
            int n = in.readNBytes(buffer, 0, buffer.length);
            while (n > 0) {
                if (!Arrays.equals(buffer, 0, n, expected.readNBytes(n), 0, n)) {
                    return false;
                }
                n = in.readNBytes(buffer, 0, buffer.length);
            }
        }
        return true;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
