package io.github.embeddinglab.core.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.CodedOutputStream;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.core.files.WholeFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A compiled graph: its nodes, and a plan that streams its weights to a file. The weights are not held; the tensors
 * that the graph was compiled from must be open while it is written. Immutable and safe for concurrent use.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class CompiledGraph {
    /** Name of the file with the nodes. */
    public static final String MODEL_FILE = "model.onnx";

    /** Name of the file with the weights, beside {@link #MODEL_FILE}. */
    public static final String WEIGHT_FILE = GraphBuilder.WEIGHT_FILE;

    private final ModelProto model;
    private final List<ExternalWeight> weights;
    private final List<String> inputs;
    private final GraphOptions.Output output;
    private final int dimensions;

    CompiledGraph(GraphBuilder graph, GraphOptions.Output output, int dimensions) {
        this.model = graph.build();
        this.weights = graph.weights();
        this.inputs = graph.inputs();
        this.output = output;
        this.dimensions = dimensions;
    }

    /**
     * Names of the inputs, all int64; their shapes stand in {@link GraphCompiler}.
     *
     * @return {@code input_ids}, {@code attention_mask} and what else the graph reads
     */
    public List<String> inputs() {
        return inputs;
    }

    /**
     * What the graph computes.
     *
     * @return the output, which knows its tensor's name
     */
    public GraphOptions.Output output() {
        return output;
    }

    /**
     * Columns of the output.
     *
     * @return d of (n x d), or h of (n x t x h)
     */
    public int dimensions() {
        return dimensions;
    }

    /**
     * The nodes: an ONNX model whose weights refer to {@link #WEIGHT_FILE}.
     *
     * @return a new array
     */
    public byte[] modelBytes() {
        return model.toByteArray();
    }

    /**
     * Length of the weight file.
     *
     * @return bytes, padding between weights included
     */
    public long weightBytes() {
        if (weights.isEmpty()) {
            return 0;
        }
        ExternalWeight last = weights.get(weights.size() - 1);
        return last.offset() + last.length();
    }

    /**
     * Writes {@link #MODEL_FILE} and {@link #WEIGHT_FILE}. Each appears whole; the model
     * file comes last and an older one is removed first, so that a model file is never seen beside foreign
     * weights.
     *
     * @param folder made where it does not exist
     * @throws IOException when the file system refuses; no part stays behind
     */
    public void writeTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        WholeFiles.file(folder.resolve(WEIGHT_FILE), channel -> {
            writeWeights(new FloatSink(channel));
            // old nodes beside new weights would be another model
            Files.deleteIfExists(folder.resolve(MODEL_FILE));
        });
        WholeFiles.file(folder.resolve(MODEL_FILE), modelBytes());
    }

    /**
     * Writes nodes and weights into one ONNX file, for peers that read a model from a stream. The weights are streamed
     * into the file; a model of 2 GiB or more does not fit into this format.
     *
     * @param file the file, which appears whole
     * @throws LaboratoryException when the file system refuses; no part stays behind
     * @throws InvalidModelException when the model is too large
     */
    public void writeSingleFile(Path file) {
        SingleFile single = new SingleFile(model, byName());
        if (single.bytes() > Integer.MAX_VALUE) {
            throw new InvalidModelException("the model takes " + single.bytes() + " bytes, one ONNX file holds "
                    + Integer.MAX_VALUE + ": write it with its weights beside it");
        }
        WholeFiles.file(file, channel -> {
            OutputStream stream = Channels.newOutputStream(channel);
            CodedOutputStream out = CodedOutputStream.newInstance(stream, 1 << 16);
            single.writeTo(out, channel);
            out.flush();
        });
    }

    private Map<String, ExternalWeight> byName() {
        Map<String, ExternalWeight> byName = new HashMap<>();
        for (ExternalWeight weight : weights) {
            byName.put(weight.name(), weight);
        }
        return byName;
    }

    private void writeWeights(FloatSink sink) throws IOException {
        for (ExternalWeight weight : weights) {
            sink.padTo(weight.offset());
            write(weight, sink);
        }
        sink.flush();
    }

    /** Writes one weight and sees that it wrote what was planned. */
    static void write(ExternalWeight weight, FloatSink sink) throws IOException {
        long before = sink.written();
        weight.source().writeTo(sink);
        if (sink.written() - before != weight.length()) {
            throw new InvalidModelException("weight " + weight.name() + " gave " + (sink.written() - before)
                    + " bytes, the graph expects " + weight.length() + ": the model folder changed while it was read");
        }
    }
}
