package io.github.embeddinglab.core.device;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.embeddinglab.api.spi.NamedProvider;
import io.github.embeddinglab.core.graph.Dialect;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Brings ONNX Runtime's natives for one kind of device. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface DeviceProvider extends NamedProvider {
    /**
     * The devices that really exist on this machine, those to take by default first; a device that can be used in two ways
     * stands once in each kind.
     *
     * @return possibly none; never throws for a missing device
     */
    List<Device> devices();

    /**
     * Why {@link #devices()} is empty.
     *
     * @return one line with the way out; empty when there are devices
     */
    String problem();

    /**
     * The operators in which a device wants its graphs. ONNX Runtime runs what a device does not know elsewhere, in pieces.
     *
     * @param device one of {@link #devices()}
     * @return fused operators, unless a provider says otherwise
     */
    default Dialect dialect(Device device) {
        return Dialect.FUSED;
    }

    /**
     * Prepares a session for a device.
     *
     * @param options of the session to be
     * @param device one of {@link #devices()}
     * @throws OrtException when the runtime refuses
     */
    void configure(OrtSession.SessionOptions options, Device device) throws OrtException;
}
