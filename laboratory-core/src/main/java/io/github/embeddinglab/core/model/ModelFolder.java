package io.github.embeddinglab.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.ModelNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model in sentence-transformers layout, read and checked: every tensor that it needs is there with the shape that its
 * configuration asks for, and its tokenizer's ids lie inside its table. What is not understood is refused by name.
 *
 * <p>Weights are mapped, not copied, so opening takes milliseconds. Safe for concurrent use until closed; {@link #close()}
 * makes later reads of tensors fail, everything else stays readable.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class ModelFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelFolder.class);

    /** What the reference's own settings file may hold. */
    private static final Set<String> SETTINGS = Set.of(
            "__version__", "model_type", "prompts", "default_prompt_name", "similarity_fn_name", "truncate_dim");

    private final Path path;
    private final ModelDescription description;
    private final CanonicalTensors tensors;
    private final Path tokenizer;
    private final List<String> notes;
    private @Nullable Fingerprint fingerprint;

    private ModelFolder(Path path, ModelDescription description, CanonicalTensors tensors, Path tokenizer, List<String> notes) {
        this.path = path;
        this.description = description;
        this.tensors = tensors;
        this.tokenizer = tokenizer;
        this.notes = List.copyOf(notes);
    }

    /**
     * Opens a model.
     *
     * @param path the folder
     * @return the model; close it
     * @throws ModelNotFoundException when there is no such folder
     * @throws InvalidModelException when a file is missing or damaged, or anything is not understood
     */
    public static ModelFolder open(Path path) {
        if (!Files.isDirectory(path)) {
            throw new ModelNotFoundException("model folder " + path + (Files.exists(path) ? " is a file" : " does not exist")
                    + "; name a folder in sentence-transformers layout");
        }
        ModulesReader.Found found = ModulesReader.read(path);
        Path input = path.resolve(found.inputPath());
        CanonicalTensors tensors = new CanonicalTensors(path);
        try {
            List<String> notes = new ArrayList<>();
            if (!found.listed()) {
                notes.add("modules.json is missing in " + path + ": mean pooling without normalisation is assumed, as the reference does");
            }
            Path tokenizerFile = input.resolve("tokenizer.json");
            TokenizerFile tokenizer = TokenizerFile.read(tokenizerFile);
            Prompts prompts = prompts(path);
            ModelDescription description = found.isStatic()
                    ? table(input, found, prompts, tokenizer, tensors)
                    : transformer(input, found, prompts, tokenizer, tensors, notes);
            for (String module : found.weighted()) {
                tensors.addModule(module, Safetensors.map(path.resolve(module)));
            }
            tensors.check(description.expectedTensors());
            long rows = tensors.tensor(ExpectedTensors.table(description.architecture())).shape()[0];
            if (tokenizer.rows() > rows) {
                throw new InvalidModelException("tokenizer " + tokenizerFile + " has ids up to " + (tokenizer.rows() - 1)
                        + ", but the model's table has " + rows + " rows; use the tokenizer that belongs to the model");
            }
            notes.forEach(LOG::warn);
            return new ModelFolder(path, description, tensors, tokenizerFile, notes);
        } catch (InvalidInputException e) {
            tensors.close();
            throw new InvalidModelException("model folder " + path + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            tensors.close();
            throw e;
        }
    }

    private static ModelDescription transformer(
            Path input,
            ModulesReader.Found found,
            Prompts prompts,
            TokenizerFile tokenizer,
            CanonicalTensors tensors,
            List<String> notes) {
        Path config = input.resolve("config.json");
        EncoderConfig encoder = EncoderReader.read(config);
        TransformerSettings settings = TransformerSettings.read(input, encoder, found.listed(), tokenizer);
        if (settings.maxTokens() < settings.wanted()) {
            notes.add("the limit of " + settings.wanted() + " tokens in " + input + " is beyond the position table; texts are limited to "
                    + settings.maxTokens() + " tokens");
        }
        if (found.tokenWidth() != 0 && found.tokenWidth() != encoder.hidden()) {
            throw new InvalidModelException("pooling of " + input + " expects token vectors of width " + found.tokenWidth()
                    + ", but " + config + " gives " + encoder.hidden() + "; use files of the same model");
        }
        tensors.addEncoder(Safetensors.map(input), encoder.architecture());
        return new ModelDescription(
                encoder, encoder.hidden(), found.modules(), prompts, settings.maxTokens(), settings.lowerCase());
    }

    private static ModelDescription table(
            Path input, ModulesReader.Found found, Prompts prompts, TokenizerFile tokenizer, CanonicalTensors tensors) {
        if (tokenizer.truncation() != Integer.MAX_VALUE && !tokenizer.truncationSide().equals("Right")) {
            throw new InvalidModelException("tokenizer " + input.resolve("tokenizer.json") + " cuts on the side \""
                    + tokenizer.truncationSide() + "\", but only \"Right\" is understood; set truncation to null");
        }
        tensors.addTable(Safetensors.map(input));
        long[] shape = tensors.tensor(ExpectedTensors.STATIC_TABLE).shape();
        if (shape.length != 2 || shape[0] < 1 || shape[1] < 1 || shape[1] > Integer.MAX_VALUE) {
            throw new InvalidModelException("tensor \"" + ExpectedTensors.STATIC_TABLE + "\" in " + input + " has the shape "
                    + java.util.Arrays.toString(shape) + ", but a table (tokens x width) is expected; use the original weights");
        }
        // the reference lifts padding, but not truncation, from the tokenizer of a static model
        return new ModelDescription(
                null, (int) shape[1], found.modules(), prompts, Math.max(1, tokenizer.truncation()), false);
    }

    private static Prompts prompts(Path folder) {
        ConfigFile config = ConfigFile.readIfPresent(folder.resolve("config_sentence_transformers.json"));
        config.onlyKnown(SETTINGS);
        config.require("model_type", "SentenceTransformer");
        config.requireAbsent("truncate_dim");
        ConfigFile byName = config.child("prompts");
        Map<String, String> out = new TreeMap<>();
        for (String name : byName.keys()) {
            out.put(name, byName.text(name, ""));
        }
        JsonNode chosen = config.node("default_prompt_name");
        String defaultName = chosen == null ? null : config.text("default_prompt_name", "");
        if (defaultName != null && !out.containsKey(defaultName)) {
            throw config.refused("default_prompt_name", defaultName, "the prompts are " + out.keySet());
        }
        return new Prompts(new TreeMap<>(out), defaultName);
    }

    /**
     * Where the model lies.
     *
     * @return the folder, as given to {@link #open}
     */
    public Path path() {
        return path;
    }

    /**
     * All that is known about the model but weights and tokenizer.
     *
     * @return the description
     */
    public ModelDescription description() {
        return description;
    }

    /**
     * The family.
     *
     * @return the architecture
     */
    public Architecture architecture() {
        return description.architecture();
    }

    /**
     * The transformer.
     *
     * @return its configuration
     * @throws InvalidInputException for a static model, which has none
     */
    public EncoderConfig encoder() {
        EncoderConfig encoder = description.encoder();
        if (encoder == null) {
            throw new InvalidInputException("model " + path + " is a static token table without an encoder; check architecture() first");
        }
        return encoder;
    }

    /**
     * The weights under canonical names; more than the model needs may be there (a pooler, a head).
     *
     * @return the tensors; the table of a static model is {@code embedding.weight} (tokens x width)
     */
    public Tensors tensors() {
        return tensors;
    }

    /**
     * What follows the encoder or the table.
     *
     * @return modules in order
     */
    public List<ModelModule> modules() {
        return description.modules();
    }

    /**
     * Prompts of the model.
     *
     * @return prompts, empty where the model has none
     */
    public Prompts prompts() {
        return description.prompts();
    }

    /**
     * The longest sequence, special tokens included; longer texts are cut by the reference.
     *
     * @return tokens, at least 1; {@link Integer#MAX_VALUE} for a static model without limit
     */
    public int maxTokens() {
        return description.maxTokens();
    }

    /**
     * The longest sequence that the weights could take, whatever the model's limit is.
     *
     * @return tokens, special tokens included; {@link Integer#MAX_VALUE} for a static model
     */
    public int longestSequence() {
        EncoderConfig encoder = description.encoder();
        return encoder == null ? Integer.MAX_VALUE : EncoderReader.longest(encoder);
    }

    /**
     * Width of the model's vectors.
     *
     * @return columns
     */
    public int dimensions() {
        return description.dimensions();
    }

    /**
     * The tokenizer in the format of the Rust library.
     *
     * @return path of {@code tokenizer.json}
     */
    public Path tokenizer() {
        return tokenizer;
    }

    /**
     * Whether the reference lower-cases text before its tokenizer ({@code do_lower_case}).
     *
     * @return false in nearly all models; their tokenizers do it themselves
     */
    public boolean lowerCase() {
        return description.lowerCase();
    }

    /**
     * What the owner of the model should hear: assumptions made and limits lowered. Each was logged once at open.
     *
     * @return one line each, mostly none
     */
    public List<String> notes() {
        return notes;
    }

    /**
     * Identifies what the model computes: SHA-256 over the tensors that it uses (canonical name, type, shape, bytes, sorted)
     * and over the canonical JSON of encoder, tokenizer, modules, prompts, limit and dimensions. File layout, sharding, key
     * order, white space, unused tensors and empty prompts do not change it. Reads all weights once, at some 1 to 2 GB/s
     * where the processor has SHA instructions; later calls return at once.
     *
     * @return the fingerprint
     */
    public synchronized Fingerprint fingerprint() {
        Fingerprint known = fingerprint;
        if (known == null) {
            known = FingerprintDigest.of(description, tensors, tokenizer);
            fingerprint = known;
        }
        return known;
    }

    /**
     * Takes the fingerprint from whoever computed it from the same files, so that the weights are not digested again.
     *
     * @param computed earlier; files unchanged since
     */
    public synchronized void assumeFingerprint(Fingerprint computed) {
        fingerprint = computed;
    }

    /** Where a canonical tensor is stored. */
    CanonicalTensors.Source source(String name) {
        return tensors.source(name);
    }

    @Override
    public void close() {
        tensors.close();
    }

    @Override
    public String toString() {
        return "ModelFolder[" + path + ", " + architecture() + ", " + dimensions() + " dimensions]";
    }
}
