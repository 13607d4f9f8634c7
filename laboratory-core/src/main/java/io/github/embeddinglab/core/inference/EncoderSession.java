package io.github.embeddinglab.core.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.embeddinglab.api.DeviceException;
import io.github.embeddinglab.core.device.Device;
import io.github.embeddinglab.core.device.DeviceProvider;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** One compiled graph on one device, in either dialect. Safe for concurrent callers, as ONNX Runtime's sessions are. */
final class EncoderSession implements Replica {
    private static final String OUTPUT = "sentence_embedding";

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final Device device;
    private final Set<String> inputs;
    private final int padding;

    /**
     * How a session runs.
     *
     * @param provider of the device
     * @param device where it runs
     * @param arena whether freed activation memory is kept for the next batch
     * @param threads that work on one batch
     */
    record Settings(DeviceProvider provider, Device device, boolean arena, int threads) {}

    EncoderSession(Path graph, int padding, Settings settings) {
        this.padding = padding;
        this.device = settings.device();
        this.environment = RuntimeEnvironment.get();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(settings.threads());
            options.setInterOpNumThreads(1);
            options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            options.addConfigEntry("session.inter_op.allow_spinning", "0");
            options.setCPUArenaAllocator(settings.arena());
            // patterns are kept for every shape that was ever seen: with free shapes that is a leak
            options.setMemoryPatternOptimization(false);
            options.setSessionLogLevel(ai.onnxruntime.OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
            settings.provider().configure(options, device);
            this.session = environment.createSession(graph.toString(), options);
            this.inputs = session.getInputNames();
        } catch (OrtException e) {
            throw new DeviceException("the model cannot be started on " + device.name() + " from " + graph + ": "
                    + e.getMessage() + "; `lab doctor` shows the runtime", e);
        }
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public void run(TokenBatch batch, FloatBuffer target) {
        int rows = batch.rows();
        int length = batch.length();
        long[] square = {rows, length};
        long[] packed = {batch.ids().length};
        Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
        try {
            if (inputs.contains("slots")) {
                feed(feeds, "input_ids", batch.ids(), packed);
                feed(feeds, "slots", batch.slots(), square);
                feed(feeds, "places", batch.places(), packed);
            } else {
                feed(feeds, "input_ids", batch.paddedIds(padding), square);
                feed(feeds, "attention_mask", batch.attentionMask(), square);
                feed(feeds, "token_type_ids", new long[rows * length], square);
            }
            feed(feeds, "pooling_mask", batch.poolingMask(), square);
            try (OrtSession.Result result = session.run(feeds, Set.of(OUTPUT))) {
                OnnxValue value = result.get(0);
                if (!(value instanceof OnnxTensor tensor)) {
                    throw new DeviceException("the graph gave " + value.getInfo() + " instead of a tensor");
                }
                ByteBuffer bytes = tensor.getByteBuffer().order(ByteOrder.nativeOrder());
                target.put(bytes.asFloatBuffer());
            }
        } catch (OrtException e) {
            throw new DeviceException(
                    "a batch of " + rows + " x " + length + " tokens failed on " + device.name() + ": " + e.getMessage(), e);
        } finally {
            feeds.values().forEach(OnnxTensor::close);
        }
    }

    private void feed(Map<String, OnnxTensor> feeds, String name, long[] values, long[] shape) throws OrtException {
        if (inputs.contains(name)) {
            LongBuffer direct = ByteBuffer.allocateDirect(values.length * Long.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asLongBuffer();
            direct.put(values).flip();
            feeds.put(name, OnnxTensor.createTensor(environment, direct, shape));
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new DeviceException("the session on " + device.name() + " cannot be closed: " + e.getMessage(), e);
        }
    }
}
