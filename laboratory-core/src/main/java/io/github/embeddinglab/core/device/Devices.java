package io.github.embeddinglab.core.device;

import ai.onnxruntime.OrtEnvironment;
import io.github.embeddinglab.api.DeviceException;
import io.github.embeddinglab.api.MissingArtifactException;
import io.github.embeddinglab.api.spi.NamedProvider;
import io.github.embeddinglab.core.graph.Dialect;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.slf4j.LoggerFactory;

/** The one provider on the class path, and the devices chosen from it. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Devices {
    private static final String RUNTIME_CLASS = "ai/onnxruntime/OrtEnvironment.class";

    private final DeviceProvider provider;
    private final List<Device> chosen;

    private Devices(DeviceProvider provider, List<Device> chosen) {
        this.provider = provider;
        this.chosen = List.copyOf(chosen);
    }

    /**
     * Chooses devices.
     *
     * @param loader class loader to look in
     * @param wanted names as in {@code cpu:0} or {@code cuda}, each a replica; empty for every device of the provider's first
     *     kind once
     * @return the provider and the devices
     * @throws MissingArtifactException when no provider is on the class path
     * @throws DeviceException when two are, or a device does not exist
     */
    public static Devices choose(ClassLoader loader, List<String> wanted) {
        List<DeviceProvider> found = NamedProvider.discover(DeviceProvider.class, loader);
        if (found.isEmpty()) {
            throw new MissingArtifactException("no runtime for transformer models is on the class path; add the artifact"
                    + " io.github.embeddinglab:laboratory-cpu (or laboratory-gpu, not both)");
        }
        if (found.size() > 1) {
            throw new DeviceException("laboratory-cpu and laboratory-gpu are both on the class path ("
                    + NamedProvider.names(found) + "); their natives clash: remove one of them");
        }
        requireOneRuntime(loader);
        DeviceProvider provider = found.get(0);
        List<Device> existing = provider.devices();
        if (existing.isEmpty()) {
            throw new DeviceException(provider.problem());
        }
        if (wanted.isEmpty()) {
            // the same silicon may be offered in two kinds, as with tensorrt beside cuda; the first kind is the default
            String kind = existing.get(0).kind();
            return new Devices(
                    provider, existing.stream().filter(device -> device.kind().equals(kind)).toList());
        }
        List<Device> chosen = new ArrayList<>();
        for (String name : wanted) {
            chosen.add(existing.stream()
                    .filter(device -> device.name().equals(name) || device.kind().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new DeviceException("device \"" + name + "\" does not exist here; there are "
                            + existing.stream().map(Device::name).collect(Collectors.joining(", ")))));
        }
        return new Devices(provider, chosen);
    }

    private static void requireOneRuntime(ClassLoader loader) {
        List<String> copies;
        try {
            // a class loader that asks its parent as well may name one jar twice
            copies = Collections.list(loader.getResources(RUNTIME_CLASS)).stream()
                    .map(URL::toString)
                    .distinct()
                    .toList();
        } catch (IOException e) {
            throw new DeviceException("the class path cannot be read: " + e.getMessage(), e);
        }
        if (copies.size() > 1) {
            throw new DeviceException("ONNX Runtime is on the class path " + copies.size() + " times ("
                    + String.join(", ", copies)
                    + "); keep either onnxruntime or onnxruntime_gpu: exclude the other where it comes from");
        }
    }

    /**
     * Begins to load the native runtime on a thread of its own, since unpacking and linking it takes as long as reading a model's tokenizer.
     * Returns at once; whoever needs the runtime waits for it, and gets the error where it cannot be loaded.
     */
    public void prepare() {
        Thread thread = new Thread(Devices::loadRuntime, "laboratory-runtime");
        thread.setDaemon(true);
        thread.start();
    }

    private static void loadRuntime() {
        try {
            MethodHandles.lookup().ensureInitialized(OrtEnvironment.class);
        } catch (IllegalAccessException | LinkageError e) {
            LoggerFactory.getLogger(Devices.class).debug("the runtime could not be loaded ahead", e);
        }
    }

    /**
     * The provider.
     *
     * @return the only one
     */
    public DeviceProvider provider() {
        return provider;
    }

    /**
     * The dialect that every chosen device runs.
     *
     * @return standard operators as soon as one wants them
     */
    public Dialect dialect() {
        return chosen.stream().allMatch(device -> provider.dialect(device) == Dialect.FUSED) ? Dialect.FUSED : Dialect.STANDARD;
    }

    /**
     * The devices to run on; one that stands twice gets two replicas.
     *
     * @return at least one
     */
    public List<Device> chosen() {
        return chosen;
    }
}
