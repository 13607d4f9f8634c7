package io.github.embeddinglab.core.onnx;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.core.files.WholeFiles;
import io.github.embeddinglab.core.model.ModelDescription;
import io.github.embeddinglab.core.model.ModelFolderWriter;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.core.onnx.RecoveredEncoder.Placed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Imports an ONNX-only encoder into a sentence-transformers folder, bit for bit: each float of the folder is a float of the
 * graph. Linear weights, which exporters store transposed and without their names, get both back. What the graph does not
 * compute by the formula of a known architecture (BERT, RoBERTa, XLM-RoBERTa, DistilBERT, MPNet), or computes on quantized
 * weights, is refused.
 *
 * <p>At most one weight is on the heap at a time: weights go from the mapped graph, or through a scratch file beside the
 * target where they have to be transposed, into the folder. A second or two for 100 MB.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class OnnxImporter {
    private static final Set<String> INPUTS = Set.of("input_ids", "attention_mask", "token_type_ids");

    private static final int BLOCK = 1 << 20;

    private OnnxImporter() {}

    /**
     * Imports a model.
     *
     * @param source the graph and its tokenizer
     * @param settings what follows the encoder
     * @param targetFolder made; must not exist or be empty. It appears whole or not at all
     * @return the target folder
     * @throws InvalidModelException when the graph or the tokenizer is damaged, incomplete or no known encoder
     * @throws InvalidInputException when the target is taken or the settings ask for more tokens than the graph has positions
     */
    public static Path importModel(OnnxSource source, ImportSettings settings, Path targetFolder) {
        Path target = targetFolder.toAbsolutePath().normalize();
        Path scratch = scratch(target);
        try {
            write(source, settings, target, scratch);
            return targetFolder;
        } catch (IOException e) {
            throw new LaboratoryException(
                    source.describe() + " could not be imported into " + target + ": " + e.getMessage()
                            + "; check space and permissions", e);
        } finally {
            delete(scratch);
        }
    }

    private static void write(OnnxSource source, ImportSettings settings, Path target, Path scratch) throws IOException {
        byte[] json = source.tokenizer();
        TokenizerFacts tokenizer = TokenizerFacts.read(json, source.describe());
        OnnxGraph graph = OnnxGraph.read(source.graph(scratch), source.describe(), source.dataFolder());
        checkInputs(graph);
        TokenOutput output = TokenOutput.find(graph);
        RecoveredEncoder encoder = RecoveredEncoder.of(graph, output.tokens(), tokenizer);
        output.verify(graph, settings, encoder.config().hidden());
        List<ModelModule> modules = new ArrayList<>();
        modules.add(new ModelModule.Pooling(List.of(settings.pooling()), true));
        if (settings.normalize()) {
            modules.add(new ModelModule.Normalize());
        }
        ModelDescription description =
                ModelDescription.of(encoder.config(), modules, settings.prompts(), settings.maxTokens());
        try (Tensors tensors = Tensors.of(tensors(encoder, scratch))) {
            ModelFolderWriter.write(description, tensors, json, target);
        }
    }

    private static void checkInputs(OnnxGraph graph) {
        if (!graph.inputs().containsAll(Set.of("input_ids", "attention_mask"))) {
            throw graph.refused("its inputs are " + graph.inputs() + ", an encoder reads input_ids and attention_mask",
                    "give the graph of a text encoder");
        }
        for (String input : graph.inputs()) {
            if (!INPUTS.contains(input)) {
                throw graph.refused("its input \"" + input + "\" is none that a tokenizer gives (" + INPUTS + ")",
                        "export it with token ids, mask and types only");
            }
        }
    }

    private static List<Tensors.Tensor> tensors(RecoveredEncoder encoder, Path scratch) throws IOException {
        List<Tensors.Tensor> out = new ArrayList<>();
        try (FileChannel turned = FileChannel.open(
                scratch.resolve("transposed"), StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long end = 0;
            for (Map.Entry<String, Placed> entry : encoder.tensors().entrySet()) {
                Weight weight = entry.getValue().weight();
                weight.checkFinite();
                ByteBuffer data = weight.data();
                if (entry.getValue().transposed()) {
                    // written, not mapped to be written: a full disk would be a fault in memory there, not an error
                    ByteBuffer transposed = ByteBuffer.allocate(data.remaining());
                    weight.transposeInto(transposed);
                    for (int at = 0; at < transposed.limit(); at += BLOCK) {
                        WholeFiles.all(turned, transposed.slice(at, Math.min(BLOCK, transposed.limit() - at)));
                    }
                    data = turned.map(FileChannel.MapMode.READ_ONLY, end, transposed.limit());
                    end += transposed.limit();
                }
                out.add(new Tensors.Tensor(
                        entry.getKey(),
                        Tensors.Type.F32,
                        entry.getValue().shape(),
                        data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN)));
            }
        }
        return Collections.unmodifiableList(out);
    }

    private static Path scratch(Path target) {
        Path parent = target.getParent();
        Path name = target.getFileName();
        if (parent == null || name == null) {
            throw new InvalidInputException("target " + target + " is the root of a file system; name a folder below it");
        }
        try {
            Files.createDirectories(parent);
            return Files.createTempDirectory(parent, "." + name + ".import");
        } catch (IOException e) {
            throw new LaboratoryException(
                    "no scratch folder beside " + target + ": " + e.getMessage() + "; choose a place that can be written", e);
        }
    }

    private static void delete(Path scratch) {
        try {
            WholeFiles.delete(scratch);
        } catch (IOException e) {
            scratch.toFile().deleteOnExit(); // Windows keeps a mapped file until its buffers are collected
        }
    }
}
