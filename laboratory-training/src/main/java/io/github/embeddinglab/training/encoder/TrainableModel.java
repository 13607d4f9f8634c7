package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.ModelDescription;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.spi.ParameterGroup;
import io.github.embeddinglab.training.spi.Precision;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * A model whose weights can be changed: the forward pass of its folder, from token ids to vectors, on a backend's tensors. All
 * architectures of the zoo, their pooling, and the modules after it.
 *
 * <p>Weights are copied out of the folder when the model is made, in single precision whatever their stored type; a pooler
 * or a head that the vectors do not depend on is left out. Memory: 4 bytes a weight here, 12 more with gradients and the
 * optimizer's state.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TrainableModel {
    private static final String TABLE = "embedding.weight";

    private final ModelDescription description;
    private final Weights weights;
    private final @Nullable EncoderPass encoder;
    private final ModulePass modules;
    private final DropoutShares dropout;
    private final @Nullable LayerTape tape;
    private @Nullable SortedMap<String, Tensor> trained;

    private TrainableModel(ModelDescription description, Weights weights, DropoutShares dropout) {
        this.dropout = dropout;
        this.description = description;
        this.weights = weights;
        if (description.architecture() == Architecture.STATIC) {
            weights.get(TABLE);
            this.encoder = null;
        } else {
            this.encoder = new EncoderPass(java.util.Objects.requireNonNull(description.encoder()), weights);
        }
        this.modules = new ModulePass(description.modules(), weights);
        this.tape = null;
    }

    private TrainableModel(TrainableModel of, LayerTape tape) {
        this.description = of.description;
        this.weights = of.weights;
        this.encoder = of.encoder;
        this.modules = of.modules;
        this.dropout = of.dropout;
        this.trained = of.trained;
        this.tape = tape;
    }

    /**
     * The same model, whose layers keep their inputs alone; what is trained is chosen before.
     *
     * @param layers whose {@link LayerTape#back()} brings the gradients to the weights
     * @return this model's weights; a static model has no layers, and is as it is
     */
    public TrainableModel taped(LayerTape layers) {
        return new TrainableModel(this, layers);
    }

    /**
     * Loads the weights of a folder.
     *
     * @param folder open during this call
     * @param backend owns the weights
     * @return the model, equal to the folder until it is trained
     */
    public static TrainableModel load(ModelFolder folder, TrainingBackend backend) {
        return load(folder, backend, DropoutShares.of(folder));
    }

    /**
     * Loads the weights of a folder, with dropout of the caller's choice.
     *
     * @param folder open during this call
     * @param backend owns the weights
     * @param dropout what training drops
     * @return the model, equal to the folder until it is trained
     */
    public static TrainableModel load(ModelFolder folder, TrainingBackend backend, DropoutShares dropout) {
        return new TrainableModel(folder.description(), new Weights(backend, folder.tensors()), dropout);
    }

    /**
     * A model of given weights, as of a mixture of two.
     *
     * @param description of the folder that the weights are for
     * @param tensors at least those that vectors depend on, by canonical name
     * @param backend owns the weights
     * @return the model, without dropout
     */
    public static TrainableModel of(ModelDescription description, Tensors tensors, TrainingBackend backend) {
        return new TrainableModel(description, new Weights(backend, tensors), DropoutShares.NONE);
    }

    /**
     * The forward pass without dropout. For a static model sequences hold no special tokens.
     *
     * @param batch token sequences, none longer than the model's limit
     * @return vectors (n x dimensions), differentiable with respect to the parameters
     * @throws InvalidInputException when a sequence is empty or too long for a transformer
     */
    public Tensor embed(TokenBatch batch) {
        return embed(batch, null);
    }

    /**
     * The forward pass of training.
     *
     * @param batch token sequences, none longer than the model's limit
     * @param masks of the dropout; null for none
     * @return vectors (n x dimensions), differentiable with respect to the parameters
     * @throws InvalidInputException when a sequence is empty or too long for a transformer
     */
    public Tensor embed(TokenBatch batch, @Nullable DropoutKey masks) {
        EncoderPass pass = encoder;
        if (pass == null) {
            Tensor table = weights.get(TABLE);
            Tensor tokens = table.rows(batch.ids()).reshape(batch.rows(), batch.length(), table.size(1));
            return pool(modules.mean(tokens, batch), batch);
        }
        return pool(pass.run(checked(batch), new EncoderPass.Drop(dropout, masks), tape), batch);
    }

    /**
     * Token vectors behind each layer of a transformer, as the next layer reads them (with pre-norm, normalised); the last are
     * what pooling reads.
     *
     * @param batch token sequences, none longer than the model's limit
     * @param masks of the dropout; null for none
     * @return (n x t x h) for each layer
     * @throws InvalidInputException for a static model, and as {@link #embed(TokenBatch)}
     */
    public List<Tensor> layers(TokenBatch batch, @Nullable DropoutKey masks) {
        EncoderPass pass = encoder;
        if (pass == null) {
            throw new InvalidInputException("a static token table has no layers; train a transformer, or choose another loss");
        }
        return pass.layers(checked(batch), new EncoderPass.Drop(dropout, masks), tape);
    }

    /**
     * The transformer's weights as a decoder, without dropout: a token sees itself and those before it, and in each layer what
     * crosses over from elsewhere.
     *
     * @param batch token sequences, none longer than the model's limit
     * @param crossings one a layer
     * @return token vectors (n x t x h); the one of a token is to tell the next
     * @throws InvalidInputException for a static model, another number of crossings, and as {@link #embed(TokenBatch)}
     */
    public Tensor decode(TokenBatch batch, List<Crossing> crossings) {
        EncoderPass pass = encoder;
        if (pass == null || crossings.size() != layerCount()) {
            throw new InvalidInputException("a decoder of " + crossings.size() + " crossings on " + description.architecture()
                    + "; give one a layer of a transformer");
        }
        return pass.decode(checked(batch), crossings);
    }

    /**
     * Pools token vectors and runs the modules after the encoder, in single precision.
     *
     * @param tokens (n x t x h)
     * @param batch that they are of
     * @return vectors (n x dimensions)
     */
    @SuppressWarnings("try") // the scope is closed, not read
    public Tensor pool(Tensor tokens, TokenBatch batch) {
        try (TrainingBackend.Scope precise = weights.backend().precision(Precision.FLOAT32)) {
            return modules.run(tokens, batch);
        }
    }

    private TokenBatch checked(TokenBatch batch) {
        if (batch.length() > description.maxTokens()) {
            throw new InvalidInputException("a batch holds " + batch.length() + " tokens in a row, the model takes " + description.maxTokens()
                    + "; cut the sequences first");
        }
        for (int row = 0; row < batch.rows(); row++) {
            if (batch.last(row) < 0) {
                throw new InvalidInputException("row " + row + " of a batch has no tokens; give special tokens at least");
            }
        }
        return batch;
    }

    /**
     * The table of words.
     *
     * @return the parameter (vocabulary x h)
     * @throws InvalidInputException for a static model
     */
    public Tensor words() {
        EncoderPass pass = encoder;
        if (pass == null) {
            throw new InvalidInputException("a static token table has no encoder that could tell hidden words or deleted ones;"
                    + " choose another loss, or in domain-adaptive leave the first stage out (stages=queries)");
        }
        return weights.get(pass.words());
    }

    /**
     * What training drops.
     *
     * @return shares, from the folder unless given
     */
    public DropoutShares dropout() {
        return dropout;
    }

    /**
     * All weights that vectors depend on.
     *
     * @return parameters by canonical name, sorted; changed by training in place
     */
    public SortedMap<String, Tensor> parameters() {
        return weights.loaded();
    }

    /**
     * Chooses what is trained; once, before the optimizer is made. The rest is frozen and costs no backward pass below the first
     * weight that is trained.
     *
     * @param chosen the choice
     * @param seed of the low-rank maps
     * @throws InvalidInputException when it chooses nothing, or low-rank maps for a static model
     */
    public void train(Trained chosen, long seed) {
        EncoderPass pass = encoder;
        if (trained != null) {
            throw new InvalidInputException("what is trained was chosen already; load the model again");
        }
        SortedMap<String, Tensor> wanted = new TreeMap<>(parameters());
        if (pass == null) {
            if (chosen.loraRank() > 0 || chosen.lastLayers() != Trained.ALL || !chosen.wordEmbeddings()) {
                throw new InvalidInputException("a static token table has neither layers nor matrices; train all of it");
            }
        } else if (chosen.loraRank() > 0) {
            Set<String> matrices = new TreeSet<>(pass.matrices());
            matrices.retainAll(chosen.lastLayers() >= layerCount() ? matrices : pass.last(chosen.lastLayers()));
            weights.addMaps(matrices, chosen.loraRank(), chosen.loraAlpha() / chosen.loraRank(), seed);
            wanted = new TreeMap<>(weights.maps());
        } else if (chosen.lastLayers() < layerCount()) {
            Set<String> below = new TreeSet<>(pass.last(layerCount()));
            below.addAll(pass.embeddings());
            below.removeAll(pass.last(chosen.lastLayers()));
            wanted.keySet().removeAll(below);
        } else if (!chosen.wordEmbeddings()) {
            wanted.remove(pass.words());
        }
        if (wanted.isEmpty()) {
            throw new InvalidInputException("the choice " + chosen + " trains nothing; choose at least one layer");
        }
        Set<String> frozen = new TreeSet<>(parameters().keySet());
        frozen.removeAll(wanted.keySet());
        weights.freeze(frozen);
        trained = wanted;
    }

    private int layerCount() {
        return java.util.Objects.requireNonNull(description.encoder()).layers();
    }

    /**
     * Parameters that training changes.
     *
     * @return all of {@link #parameters()} unless {@link #train} chose; low-rank maps under names of their own
     */
    public SortedMap<String, Tensor> trained() {
        SortedMap<String, Tensor> chosen = trained;
        return chosen == null ? parameters() : Collections.unmodifiableSortedMap(chosen);
    }

    /**
     * Parameters for an optimizer: matrices and tables decay; biases and the weights of normalisations do not, as in the
     * reference.
     *
     * @param weightDecay of matrices and tables, at least 0
     * @return two groups, either of which may be empty
     */
    public List<ParameterGroup> groups(double weightDecay) {
        List<Tensor> decaying = new ArrayList<>();
        List<Tensor> others = new ArrayList<>();
        trained().values().forEach(parameter -> (parameter.shape().length > 1 ? decaying : others).add(parameter));
        return List.of(new ParameterGroup(decaying, weightDecay), new ParameterGroup(others, 0));
    }

    /**
     * Copies the weights as they are now, low-rank maps added to their matrices.
     *
     * @return tensors by canonical name, single precision, for a model folder's writer
     */
    public Tensors tensors() {
        return weights.merged();
    }

    /**
     * Tells what the model is.
     *
     * @return the folder's description
     */
    public ModelDescription description() {
        return description;
    }
}
