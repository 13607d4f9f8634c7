package io.github.embeddinglab.cpu;

import ai.onnxruntime.OrtSession;
import io.github.embeddinglab.core.device.Device;
import io.github.embeddinglab.core.device.DeviceProvider;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The processor of this machine; named twice or more, it gives as many replicas. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class CpuDeviceProvider implements DeviceProvider {
    /** For {@link java.util.ServiceLoader}. */
    public CpuDeviceProvider() {}

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public List<Device> devices() {
        return List.of(new Device("cpu", 0, "this machine's processor"));
    }

    @Override
    public String problem() {
        return "";
    }

    /** Nothing to set: the processor is ONNX Runtime's default. */
    @Override
    public void configure(OrtSession.SessionOptions options, Device device) {}
}
