package io.github.embeddinglab.core.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * The only class that reads environment variables and system properties; whatever needs one of them is handed its value.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class HostEnvironment {
    /** The variable that keeps ONNX Runtime 1.29 and newer from reporting. */
    public static final String RUNTIME_REPORTS_NOTHING = "ORT_DISABLE_TELEMETRY";

    private static final Set<String> YES = Set.of("1", "true", "yes", "on", "y");
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private final Map<String, String> variables;
    private final Path home;

    private HostEnvironment(Map<String, String> variables, Path home) {
        this.variables = Map.copyOf(variables);
        this.home = home;
    }

    /**
     * This process's environment.
     *
     * @return read once
     */
    public static HostEnvironment current() {
        return new HostEnvironment(System.getenv(), Path.of(System.getProperty("user.home", ".")));
    }

    /**
     * Another environment, for tests.
     *
     * @param variables environment variables
     * @param home the user's home folder
     * @return the environment
     */
    public static HostEnvironment of(Map<String, String> variables, Path home) {
        return new HostEnvironment(variables, home);
    }

    /**
     * Where models are kept by default: {@code LABORATORY_HOME}, else {@code embeddings-laboratory} in
     * {@code XDG_CACHE_HOME} or in {@code .cache} of the home folder.
     *
     * @return the folder, which need not exist
     */
    public Path modelDirectory() {
        return path("LABORATORY_HOME")
                .orElseGet(() -> path("XDG_CACHE_HOME")
                        .orElseGet(() -> home.resolve(".cache"))
                        .resolve("embeddings-laboratory"));
    }

    /**
     * Where the Python library keeps what it downloaded: {@code HF_HUB_CACHE}, else {@code hub} in {@code HF_HOME}, else
     * its default.
     *
     * @return the folder, which need not exist
     */
    public Path hubCache() {
        return path("HF_HUB_CACHE")
                .orElseGet(() -> path("HF_HOME")
                        .orElseGet(() -> home.resolve(".cache").resolve("huggingface"))
                        .resolve("hub"));
    }

    /**
     * A hub that mirrors the public one: {@code HF_ENDPOINT}.
     *
     * @return its address
     */
    public Optional<String> hubEndpoint() {
        return variable("HF_ENDPOINT");
    }

    /**
     * The token for gated models: {@code HF_TOKEN}.
     *
     * @return the token
     */
    public Optional<String> hubToken() {
        return variable("HF_TOKEN");
    }

    /**
     * The proxy for downloads: {@code HTTPS_PROXY} or {@code https_proxy}.
     *
     * @return its address
     */
    public Optional<String> proxy() {
        return variable("HTTPS_PROXY").or(() -> variable("https_proxy"));
    }

    /**
     * Whether somebody watches: {@code LAB_TERMINAL}, which the launcher sets to those of {@code in} and {@code err} that
     * are a terminal. Java itself cannot tell for a single stream.
     *
     * @param stream {@code in} or {@code err}
     * @return false where the launcher said nothing
     */
    public boolean isTerminal(String stream) {
        return variable("LAB_TERMINAL").map(streams -> streams.contains(stream)).orElse(false);
    }

    /**
     * Whether ONNX Runtime is told not to report: {@code ORT_DISABLE_TELEMETRY}. That it also keeps silent where it sees a
     * build server is left out, for nobody should rely on it.
     *
     * @return true for a value that it takes for yes
     */
    public boolean runtimeReportsNothing() {
        return variable(RUNTIME_REPORTS_NOTHING).map(value -> YES.contains(value.strip().toLowerCase(Locale.ROOT))).orElse(false);
    }

    /**
     * How long this process's command line is, as the system shows it to the process: without what {@code @argfile} and
     * {@code JDK_JAVA_OPTIONS} add.
     *
     * @return bytes, 0 where the system does not tell
     */
    public int commandLineBytes() {
        try {
            return Files.readAllBytes(COMMAND_LINE).length;
        } catch (IOException e) {
            return ProcessHandle.current().info().commandLine().map(String::length).orElse(0);
        }
    }

    /**
     * The Java that runs this process.
     *
     * @return name, version and vendor
     */
    public String java() {
        return System.getProperty("java.vm.name") + " " + System.getProperty("java.version") + " ("
                + System.getProperty("java.vendor") + ")";
    }

    /**
     * The operating system.
     *
     * @return as Java names it
     */
    public String osName() {
        return System.getProperty("os.name", "");
    }

    /**
     * The processor's family.
     *
     * @return as Java names it
     */
    public String osArch() {
        return System.getProperty("os.arch", "");
    }

    /**
     * The operating system and its processor's family.
     *
     * @return as in {@code Linux amd64}
     */
    public String system() {
        return osName() + " " + osArch();
    }

    private Optional<Path> path(String name) {
        return variable(name).map(Path::of);
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
    }
}
