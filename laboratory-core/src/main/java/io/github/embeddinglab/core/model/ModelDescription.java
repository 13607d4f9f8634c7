package io.github.embeddinglab.core.model;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a model but its weights and its tokenizer.
 *
 * @param encoder the transformer, null for a static model
 * @param tokenDimensions width of a token's vector; equals the encoder's width where there is one
 * @param modules what follows the encoder, in order; a transformer's list starts with its pooling
 * @param prompts put in front of texts
 * @param maxTokens longest sequence with special tokens, at least 1; {@link Integer#MAX_VALUE} for no limit
 * @param lowerCase whether text is lower-cased before the tokenizer's own normalisation
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record ModelDescription(
        @Nullable EncoderConfig encoder,
        int tokenDimensions,
        List<ModelModule> modules,
        Prompts prompts,
        int maxTokens,
        boolean lowerCase) {

    /**
     * Checks that the steps fit together.
     *
     * @throws InvalidInputException when widths do not fit, pooling is missing or misplaced, or a limit is out of range
     */
    public ModelDescription {
        modules = List.copyOf(modules);
        if (encoder != null && encoder.hidden() != tokenDimensions) {
            throw new InvalidInputException("token width " + tokenDimensions + " is not the encoder's width " + encoder.hidden()
                    + "; give " + encoder.hidden());
        }
        if (encoder != null && maxTokens > EncoderReader.longest(encoder)) {
            throw new InvalidInputException("limit of " + maxTokens + " tokens is beyond the encoder's positions; give at most "
                    + EncoderReader.longest(encoder));
        }
        if (maxTokens < 1) {
            throw new InvalidInputException("limit of " + maxTokens + " tokens is below 1; give at least 1");
        }
        width(encoder != null, tokenDimensions, modules);
    }

    /**
     * Describes a transformer.
     *
     * @param encoder the transformer
     * @param modules what follows it, pooling first
     * @param prompts put in front of texts
     * @param maxTokens longest sequence with special tokens
     * @return the description, without lower-casing
     */
    public static ModelDescription of(EncoderConfig encoder, List<ModelModule> modules, Prompts prompts, int maxTokens) {
        return new ModelDescription(encoder, encoder.hidden(), modules, prompts, maxTokens, false);
    }

    /**
     * The family.
     *
     * @return the encoder's, or {@link Architecture#STATIC}
     */
    public Architecture architecture() {
        return encoder == null ? Architecture.STATIC : encoder.architecture();
    }

    /**
     * Width of the vectors that the last module writes.
     *
     * @return columns
     */
    public int dimensions() {
        return width(encoder != null, tokenDimensions, modules);
    }

    /**
     * The pooling step.
     *
     * @return empty for a static model, which has the mean built in
     */
    public Optional<ModelModule.Pooling> pooling() {
        return modules.stream()
                .filter(ModelModule.Pooling.class::isInstance)
                .map(ModelModule.Pooling.class::cast)
                .findFirst();
    }

    /** Needed tensors and their shapes; the rows of a static table are the vocabulary's, so they are not fixed here (-1). */
    SortedMap<String, long[]> expectedTensors() {
        SortedMap<String, long[]> out = new TreeMap<>(ExpectedTensors.modules(modules));
        if (encoder == null) {
            out.put(ExpectedTensors.STATIC_TABLE, new long[] {-1, tokenDimensions});
        } else {
            out.putAll(ExpectedTensors.encoder(encoder));
        }
        return out;
    }

    private static int width(boolean transformer, int tokenDimensions, List<ModelModule> modules) {
        int width = tokenDimensions;
        for (int i = 0; i < modules.size(); i++) {
            ModelModule module = modules.get(i);
            if ((module instanceof ModelModule.Pooling) != (transformer && i == 0)) {
                throw new InvalidInputException("module " + (i + 1) + " is " + module
                        + "; a transformer has exactly one pooling, first of its modules, and a static model has none");
            }
            if (module instanceof ModelModule.Pooling pooling) {
                if (pooling.modes().isEmpty()) {
                    throw new InvalidInputException("pooling has no mode; name at least one, such as MEAN");
                }
                width = Math.multiplyExact(width, pooling.modes().size());
            } else if (module instanceof ModelModule.Dense dense) {
                width = step(dense.in(), width, dense.out(), dense.weight());
            } else if (module instanceof ModelModule.LayerNorm norm) {
                width = step(norm.dimensions(), width, norm.dimensions(), norm.weight());
            }
        }
        if (transformer && modules.isEmpty()) {
            throw new InvalidInputException("a transformer needs a pooling module; add one, such as mean pooling");
        }
        return width;
    }

    private static int step(int reads, int width, int writes, String name) {
        if (reads != width) {
            throw new InvalidInputException("the module of \"" + name + "\" reads " + reads + " columns, but the step before it writes "
                    + width + "; correct the width");
        }
        return writes;
    }
}
