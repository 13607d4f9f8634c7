package io.github.embeddinglab.core.graph;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Runs a written graph on batches of token ids. */
final class GraphRun implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final long pad;

    GraphRun(Path model, long pad) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            session = environment.createSession(model.toString(), options);
        }
        this.pad = pad;
    }

    /** Embeds a batch padded to its longest row. */
    float[][] embed(long[]... ids) throws OrtException {
        return embed(0, ids);
    }

    /** Embeds a batch padded to its longest row and {@code more}; the first {@code prompt} tokens are not pooled. */
    float[][] embedWithPrompt(int prompt, long[]... ids) throws OrtException {
        return run(0, prompt, ids);
    }

    float[][] embed(int more, long[]... ids) throws OrtException {
        return run(more, 0, ids);
    }

    private float[][] run(int more, int prompt, long[]... ids) throws OrtException {
        int t = more + Arrays.stream(ids).mapToInt(row -> row.length).max().orElseThrow();
        long[] tokens = new long[ids.length * t];
        long[] mask = new long[tokens.length];
        long[] pooled = new long[tokens.length];
        Arrays.fill(tokens, pad);
        for (int r = 0; r < ids.length; r++) {
            System.arraycopy(ids[r], 0, tokens, r * t, ids[r].length);
            Arrays.fill(mask, r * t, r * t + ids[r].length, 1);
            Arrays.fill(pooled, r * t + prompt, r * t + ids[r].length, 1);
        }
        boolean packed = session.getInputNames().contains("slots");
        long[] places = LongStream.range(0, tokens.length).filter(i -> mask[(int) i] == 1).toArray();
        long[] slots = new long[tokens.length];
        Arrays.fill(slots, -1);
        for (int i = 0; i < places.length; i++) {
            slots[(int) places[i]] = i;
        }
        long[] packedIds = LongStream.of(places).map(i -> tokens[(int) i]).toArray();
        Map<String, long[]> values = new HashMap<>(Map.of(
                "input_ids", packed ? packedIds : tokens,
                "attention_mask", mask,
                "slots", slots,
                "places", places,
                "pooling_mask", pooled,
                "token_type_ids", new long[tokens.length]));
        Map<String, OnnxTensor> inputs = new HashMap<>();
        try {
            for (String name : session.getInputNames()) {
                inputs.put(
                        name,
                        OnnxTensor.createTensor(
                                environment,
                                LongBuffer.wrap(values.get(name)),
                                packed && List.of("input_ids", "places").contains(name)
                                        ? new long[] {places.length}
                                        : new long[] {ids.length, t}));
            }
            try (OrtSession.Result result = session.run(inputs)) {
                FloatBuffer flat = ((OnnxTensor) result.get(0)).getFloatBuffer();
                float[][] rows = new float[ids.length][flat.remaining() / ids.length];
                for (float[] row : rows) {
                    flat.get(row);
                }
                return rows;
            }
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    static float difference(float[][] a, float[][] b) {
        if (a.length != b.length) {
            return Float.NaN;
        }
        float worst = 0;
        for (int i = 0; i < a.length; i++) {
            if (a[i].length != b[i].length) {
                return Float.NaN;
            }
            for (int j = 0; j < a[i].length; j++) {
                float d = Math.abs(a[i][j] - b[i][j]);
                worst = d <= worst ? worst : d; // keeps NaN
                if (Float.isNaN(d)) {
                    return d;
                }
            }
        }
        return worst;
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
