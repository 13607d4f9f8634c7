package io.github.embeddinglab.training.objective;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.graph.EncoderPlan;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.encoder.Crossing;
import io.github.embeddinglab.training.encoder.DropoutKey;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.engine.MemoryEstimate;
import io.github.embeddinglab.training.engine.Objective;
import io.github.embeddinglab.training.engine.TrainingBatch;
import io.github.embeddinglab.training.spi.Precision;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Denoising autoencoder (TSDAE): most tokens of a text are deleted, the rest is encoded to one vector, and a decoder that sees nothing
 * but this vector and the tokens before has to write the whole text.
 *
 * <p>Inputs: one column of texts with their special tokens; no labels. Formula: the mean over the tokens of the batch, but each text's
 * first, of {@code -ln} of the token's share under the decoder and the head of {@link MaskedLanguage}.
 *
 * <p>The decoder has the encoder's own weights, as in the source. Cross-attention to one vector s is an affine map {@code A s + a}, so
 * each layer has one matrix A and one a, where the source has four matrices of which two never matter; they, the layer normalisations
 * behind them and the head are trained with the model and thrown away with the objective. Deviations from the source: tokens are
 * deleted, not words; the decoder has no dropout and runs in single precision.
 *
 * <p>Use it as {@link MaskedLanguage}, first on texts of a new domain; it trains the vector itself, and needs more steps.
 *
 * <p>Source: Wang, Reimers and Gurevych 2021, TSDAE: Using Transformer-based Sequential Denoising Auto-Encoder.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class DenoisingAutoencoder implements Objective {
    /** Share of tokens that is usually deleted. */
    public static final double USUAL_SHARE = 0.6;

    private static final double SPREAD = 0.02;

    private final TrainableModel model;
    private final Set<Integer> specialIds;
    private final double share;
    private final int padId;
    private final boolean normalisedAfter;
    private final WordHead head;
    private final List<Tensor> maps = new ArrayList<>();
    private final List<Tensor> offsets = new ArrayList<>();
    private final List<Tensor> scales = new ArrayList<>();
    private final List<Tensor> shifts = new ArrayList<>();

    private DenoisingAutoencoder(TrainableModel model, TrainingBackend backend, Set<Integer> specialIds, double share) {
        Tensor words = model.words();
        var encoder = Objects.requireNonNull(model.description().encoder());
        this.model = model;
        this.specialIds = Set.copyOf(specialIds);
        this.share = share;
        this.padId = encoder.padTokenId();
        this.normalisedAfter = !EncoderPlan.of(encoder).preNorm();
        this.head = new WordHead(words, backend);
        int h = words.size(1);
        int d = model.description().dimensions();
        float[] ones = new float[h];
        Arrays.fill(ones, 1);
        for (int layer = 0; layer < encoder.layers(); layer++) {
            SplittableRandom random = new SplittableRandom(layer);
            float[] map = new float[h * d];
            for (int i = 0; i < map.length; i++) {
                map[i] = (float) (SPREAD * random.nextGaussian());
            }
            maps.add(backend.parameter(map, h, d));
            offsets.add(backend.parameter(new float[h], h));
            scales.add(backend.parameter(ones, h));
            shifts.add(backend.parameter(new float[h], h));
        }
    }

    /**
     * Makes the objective for a model.
     *
     * @param model a transformer
     * @param backend that holds it
     * @param specialIds ids that are never deleted
     * @param share of the other tokens that is deleted, above 0 and below 1; {@link #USUAL_SHARE} is usual
     * @return the objective
     * @throws InvalidInputException for a static model, or a share outside its range
     */
    public static DenoisingAutoencoder of(TrainableModel model, TrainingBackend backend, Set<Integer> specialIds, double share) {
        if (!(share > 0 && share < 1)) {
            throw new InvalidInputException("deleting " + share + " of the tokens; give a share above 0 and below 1");
        }
        return new DenoisingAutoencoder(model, backend, specialIds, share);
    }

    @Override
    public TrainingBatch prepare(TrainingBatch batch, long seed) {
        if (batch.columns().size() != 1 || batch.labelShape().length > 0) {
            throw new InvalidInputException("denoising got " + batch.columns().size() + " columns; give one, without labels");
        }
        TokenBatch texts = batch.columns().get(0);
        int t = texts.length();
        int[] ids = texts.ids();
        double[] targets = new double[ids.length];
        Arrays.fill(targets, -1);
        boolean[] gone = new boolean[ids.length];
        SplittableRandom random = new SplittableRandom(seed);
        for (int row = 0; row < texts.rows(); row++) {
            List<Integer> places = new ArrayList<>();
            boolean left = false;
            for (int at = row * t; at < row * t + texts.tokens(row); at++) {
                targets[at] = ids[at];
                if (!specialIds.contains(ids[at])) {
                    places.add(at);
                    gone[at] = random.nextDouble() < share;
                    left |= !gone[at];
                }
            }
            if (!left && !places.isEmpty()) {
                gone[places.get(random.nextInt(places.size()))] = false;
            }
        }
        return TrainingBatch.of(List.of(texts.without(gone, padId)), targets, texts.rows(), t);
    }

    @Override
    public boolean meanOfRows() {
        return true;
    }

    @Override
    public double weight(TrainingBatch part) {
        return Arrays.stream(part.labels()).filter(target -> target >= 0).count() - (double) part.rows();
    }

    @Override
    public List<Tensor> encode(TrainableModel trained, TokenBatch column, int index, @Nullable DropoutKey masks) {
        return List.of(trained.embed(column, masks));
    }

    @Override
    public Tensor loss(List<List<Tensor>> encoded, TrainingBatch batch) {
        Tensor vectors = encoded.get(0).get(0);
        int n = vectors.size(0);
        int width = batch.labelShape()[1];
        List<int[]> inputs = new ArrayList<>();
        double[] labels = batch.labels();
        for (int row = 0; row < n; row++) {
            int[] text = Arrays.stream(labels, row * width, (row + 1) * width).filter(id -> id >= 0).mapToInt(id -> (int) id).toArray();
            inputs.add(text.length < 2 ? text : Arrays.copyOf(text, text.length - 1));
        }
        TokenBatch before = TokenBatch.of(inputs, padId);
        List<Crossing> crossings = new ArrayList<>();
        int h = scales.get(0).size(0);
        for (int layer = 0; layer < maps.size(); layer++) {
            crossings.add(new Crossing(
                    vectors.linear(maps.get(layer), offsets.get(layer)).reshape(n, 1, h), scales.get(layer), shifts.get(layer)));
        }
        Tensor tokens = model.decode(before, crossings);
        int t = before.length();
        List<Integer> places = new ArrayList<>();
        List<Integer> targets = new ArrayList<>();
        for (int row = 0; row < n; row++) {
            for (int at = 0; at < before.tokens(row) && at + 1 < width && labels[row * width + at + 1] >= 0; at++) {
                places.add(row * t + at);
                targets.add((int) labels[row * width + at + 1]);
            }
        }
        if (places.isEmpty()) {
            throw new InvalidInputException("no text of a batch has a second token to be told; remove empty texts");
        }
        Tensor x = tokens.reshape(n * t, h).rows(places.stream().mapToInt(Integer::intValue).toArray());
        return head.loss(x, targets.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The whole text is told, and the layers of the decoder are kept, in single precision whatever the encoder has. */
    @Override
    public long extraBytes(long texts, int length) {
        return head.bytes(texts * length) + MemoryEstimate.activations(model, Precision.FLOAT32, texts, length);
    }

    @Override
    public List<Tensor> parameters() {
        List<Tensor> all = new ArrayList<>(head.parameters());
        all.addAll(maps);
        all.addAll(offsets);
        if (normalisedAfter) { // else no output depends on them
            all.addAll(scales);
            all.addAll(shifts);
        }
        return all;
    }
}
