package io.github.embeddinglab.gpu;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import io.github.embeddinglab.core.device.Device;
import io.github.embeddinglab.core.device.DeviceProvider;
import io.github.embeddinglab.core.graph.Dialect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * CUDA devices, each in two kinds: {@code cuda}, the default, and {@code tensorrt}, which hands the parts of the graph that
 * TensorRT takes to TensorRT and the rest to CUDA. ONNX Runtime lists both as compiled in whether or not there is a device,
 * so a device counts only when the driver shows it and a session option for it can be made, which loads its libraries.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class CudaDeviceProvider implements DeviceProvider {
    private static final String CUDA = "cuda";
    private static final String TENSORRT = "tensorrt";
    private static final int MOST_DEVICES = 64;

    private final Path deviceFiles;

    /** For {@link java.util.ServiceLoader}. */
    public CudaDeviceProvider() {
        this(Path.of("/dev"));
    }

    CudaDeviceProvider(Path deviceFiles) {
        this.deviceFiles = deviceFiles;
    }

    @Override
    public String name() {
        return CUDA;
    }

    @Override
    public List<Device> devices() {
        List<Device> devices = new ArrayList<>();
        for (String kind : List.of(CUDA, TENSORRT)) {
            for (int index = 0; index < MOST_DEVICES && isVisible(index); index++) {
                if (reason(kind, index).isEmpty()) {
                    devices.add(new Device(kind, index, "CUDA device " + index + (kind.equals(TENSORRT) ? " through TensorRT" : "")));
                }
            }
        }
        return devices;
    }

    private boolean isVisible(int index) {
        return Files.exists(deviceFiles.resolve("nvidia" + index));
    }

    @Override
    public String problem() {
        if (!isVisible(0)) {
            return "no CUDA device is visible (no " + deviceFiles.resolve("nvidia0")
                    + "); use laboratory-cpu instead of laboratory-gpu, or give this process a GPU";
        }
        return reason(CUDA, 0);
    }

    /** Why a device cannot be used, empty when it can. */
    private static String reason(String kind, int index) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            add(options, kind, index);
            return "";
        } catch (OrtException e) {
            return "CUDA device " + index + " cannot be used (" + String.valueOf(e.getMessage()).replaceAll("\\s+", " ")
                    + "); install CUDA and cuDNN" + (kind.equals(TENSORRT) ? " and TensorRT" : "")
                    + " in the versions of this ONNX Runtime (" + OrtEnvironment.getEnvironment().getVersion()
                    + "), or use laboratory-cpu";
        }
    }

    /** TensorRT takes operators of the standard only; of the fused graph it would get scraps between ONNX Runtime's own. */
    @Override
    public Dialect dialect(Device device) {
        return device.kind().equals(TENSORRT) ? Dialect.STANDARD : Dialect.FUSED;
    }

    @Override
    public void configure(OrtSession.SessionOptions options, Device device) throws OrtException {
        add(options, device.kind(), device.index());
    }

    /** Providers are asked in the order in which they were added. */
    private static void add(OrtSession.SessionOptions options, String kind, int index) throws OrtException {
        if (kind.equals(TENSORRT)) {
            try (OrtTensorRTProviderOptions tensorrt = new OrtTensorRTProviderOptions(index)) {
                options.addTensorrt(tensorrt);
            }
        }
        try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(index)) {
            cuda.add("arena_extend_strategy", "kSameAsRequested");
            cuda.add("cudnn_conv_algo_search", "HEURISTIC");
            options.addCUDA(cuda);
        }
    }
}
