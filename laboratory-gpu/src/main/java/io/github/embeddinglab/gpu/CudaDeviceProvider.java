package io.github.embeddinglab.gpu;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import io.github.embeddinglab.core.device.Device;
import io.github.embeddinglab.core.device.DeviceProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * CUDA devices. ONNX Runtime lists CUDA as compiled in whether or not there is a device, so a device counts only when the
 * driver shows it and a session option for it can be made, which loads the CUDA libraries.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class CudaDeviceProvider implements DeviceProvider {
    private static final int MOST_DEVICES = 64;

    /** For {@link java.util.ServiceLoader}. */
    public CudaDeviceProvider() {}

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public List<Device> devices() {
        List<Device> devices = new ArrayList<>();
        for (int index = 0; index < MOST_DEVICES && Files.exists(Path.of("/dev/nvidia" + index)); index++) {
            if (reason(index).isEmpty()) {
                devices.add(new Device("cuda", index, "CUDA device " + index));
            }
        }
        return devices;
    }

    @Override
    public String problem() {
        if (!Files.exists(Path.of("/dev/nvidia0"))) {
            return "no CUDA device is visible (no /dev/nvidia0); use laboratory-cpu instead of laboratory-gpu, or give this"
                    + " process a GPU";
        }
        return reason(0);
    }

    /** Why a device cannot be used, empty when it can. */
    private static String reason(int index) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            addCuda(options, index);
            return "";
        } catch (OrtException e) {
            return "CUDA device " + index + " cannot be used (" + e.getMessage()
                    + "); install CUDA and cuDNN in the versions of this ONNX Runtime ("
                    + OrtEnvironment.getEnvironment().getVersion() + "), or use laboratory-cpu";
        }
    }

    @Override
    public void configure(OrtSession.SessionOptions options, Device device) throws OrtException {
        addCuda(options, device.index());
    }

    private static void addCuda(OrtSession.SessionOptions options, int index) throws OrtException {
        try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(index)) {
            cuda.add("arena_extend_strategy", "kSameAsRequested");
            cuda.add("cudnn_conv_algo_search", "HEURISTIC");
            options.addCUDA(cuda);
        }
    }
}
