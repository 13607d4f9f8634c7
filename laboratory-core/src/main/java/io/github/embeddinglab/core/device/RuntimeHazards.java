package io.github.embeddinglab.core.device;

import io.github.embeddinglab.core.host.HostEnvironment;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What the ONNX Runtime on the class path does to its host beside running graphs. From 1.29 on, its builds for Linux and
 * macOS read the process's command line, write into the home folder and report to a server of their maker, unless the
 * environment tells them not to; 1.28 does none of it.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class RuntimeHazards {
    private static final String RUNTIME_CLASS = "ai.onnxruntime.OrtException";
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
    private static final int MAJOR = 1;
    private static final int FIRST_REPORTING_MINOR = 29;

    /** Measured with 1.29.0: 3,950 bytes on a stack of 1 MB, the default, four times as many on one of 4 MB. */
    private static final int LONGEST_COMMAND_LINE = 3_500;

    private RuntimeHazards() {}

    /**
     * One of them.
     *
     * @param what happens
     * @param fix what to do
     */
    public record Hazard(String what, String fix) {}

    /**
     * Looks at the runtime without loading its natives, for that alone can end the process.
     *
     * @param loader class loader to look in
     * @param environment of this process
     * @return none where the runtime is missing or does not say its version
     */
    public static List<Hazard> find(ClassLoader loader, HostEnvironment environment) {
        try {
            Package of = Class.forName(RUNTIME_CLASS, false, loader).getPackage();
            boolean its = of != null && String.valueOf(of.getImplementationTitle()).startsWith("onnxruntime");
            return its ? of(String.valueOf(of.getImplementationVersion()), environment) : List.of();
        } catch (ClassNotFoundException | LinkageError e) {
            return List.of(); // told by whoever needs the runtime
        }
    }

    /**
     * The hazards of a version.
     *
     * @param version of the runtime, as in {@code 1.29.0}
     * @param environment of this process
     * @return none where the version is unknown or nothing is to be feared
     */
    public static List<Hazard> of(String version, HostEnvironment environment) {
        if (!reports(version) || environment.osName().startsWith("Windows") || environment.runtimeReportsNothing()) {
            return List.of();
        }
        String fix = "set the environment variable " + HostEnvironment.RUNTIME_REPORTS_NOTHING
                + "=1 before Java starts, or keep onnxruntime at 1.28.0";
        List<Hazard> hazards = new ArrayList<>();
        hazards.add(new Hazard(
                "ONNX Runtime " + version + " sends reports to a server of its maker and writes into .cache/Microsoft of the home"
                        + " folder",
                fix));
        int bytes = environment.commandLineBytes();
        if (bytes > LONGEST_COMMAND_LINE) {
            hazards.add(new Hazard(
                    "ONNX Runtime " + version + " ends the process without a word where its command line is longer than about 3.9 kB,"
                            + " this one has " + bytes + " bytes",
                    fix + ", or pass the class path in an @argfile"));
        }
        return List.copyOf(hazards);
    }

    private static boolean reports(String version) {
        Matcher parts = VERSION.matcher(version);
        if (!parts.matches()) {
            return false;
        }
        int major = Integer.parseInt(parts.group(1));
        return major > MAJOR || (major == MAJOR && Integer.parseInt(parts.group(2)) >= FIRST_REPORTING_MINOR);
    }
}
