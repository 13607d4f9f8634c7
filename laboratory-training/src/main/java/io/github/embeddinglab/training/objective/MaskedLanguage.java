package io.github.embeddinglab.training.objective;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.encoder.DropoutKey;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.engine.Objective;
import io.github.embeddinglab.training.engine.TrainingBatch;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Masked language modelling: hidden tokens are told from what is around them.
 *
 * <p>Inputs: one column of texts with their special tokens; no labels.
 *
 * <p>Of the tokens that are not special a share is chosen, at least one a text where there is one; four fifths of them become the mask
 * token, a tenth a random token, a tenth stay. Formula: the mean over chosen tokens of {@code -ln} of the token's share under
 * {@code softmax(E n(gelu(W x + b)) + c)}, x being the token's vector, n a layer normalisation and E the model's own table of words.
 * W begins as the identity; it, b, n and c are trained with the model and thrown away with the objective.
 *
 * <p>Use it first on texts of a new domain, then train with pairs or {@link SimCse}: alone it makes vectors of texts no better.
 *
 * <p>Source: Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class MaskedLanguage implements Objective {
    private final Vocabulary vocabulary;
    private final double share;
    private final WordHead head;

    /**
     * What the corruption has to know of the tokenizer.
     *
     * @param maskId id of the mask token
     * @param specialIds ids that are never hidden nor put in, the mask token's among them
     * @param size ids in all
     */
    public record Vocabulary(int maskId, Set<Integer> specialIds, int size) {
        /** Copies and checks. */
        public Vocabulary {
            specialIds = Set.copyOf(specialIds);
            if (maskId < 0 || maskId >= size || specialIds.size() >= size) {
                throw new InvalidInputException("a vocabulary of " + size + " ids with the mask token " + maskId + " and " + specialIds.size()
                        + " special tokens; give the tokenizer's own");
            }
        }
    }

    private MaskedLanguage(Vocabulary vocabulary, double share, Tensor words, TrainingBackend backend) {
        this.vocabulary = vocabulary;
        this.share = share;
        this.head = new WordHead(words, backend);
    }

    /**
     * Makes the objective for a model.
     *
     * @param model a transformer
     * @param backend that holds it
     * @param vocabulary of its tokenizer
     * @param share of tokens that are hidden, above 0 and below 1; 0.15 is usual
     * @return the objective
     * @throws InvalidInputException for a static model, or when the vocabulary is not the model's
     */
    public static MaskedLanguage of(TrainableModel model, TrainingBackend backend, Vocabulary vocabulary, double share) {
        if (!(share > 0 && share < 1)) {
            throw new InvalidInputException("hiding " + share + " of the tokens; give a share above 0 and below 1");
        }
        Tensor words = model.words();
        if (vocabulary.size() > words.size(0)) {
            throw new InvalidInputException("a vocabulary of " + vocabulary.size() + " ids for a table of " + words.size(0)
                    + " words; give the model's own tokenizer");
        }
        return new MaskedLanguage(vocabulary, share, words, backend);
    }

    @Override
    public TrainingBatch prepare(TrainingBatch batch, long seed) {
        if (batch.columns().size() != 1 || batch.labelShape().length > 0) {
            throw new InvalidInputException("masked language modelling got " + batch.columns().size() + " columns; give one, without labels");
        }
        TokenBatch texts = batch.columns().get(0);
        int t = texts.length();
        int[] ids = texts.ids();
        double[] targets = new double[ids.length];
        Arrays.fill(targets, -1);
        List<int[]> corrupted = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(seed);
        for (int row = 0; row < texts.rows(); row++) {
            int[] sequence = Arrays.copyOfRange(ids, row * t, row * t + texts.tokens(row));
            for (int at : chosen(sequence, random)) {
                targets[row * t + at] = sequence[at];
                int kind = random.nextInt(10);
                sequence[at] = kind < 8 ? vocabulary.maskId() : kind == 8 ? anyWord(random) : sequence[at];
            }
            corrupted.add(sequence);
        }
        return TrainingBatch.of(List.of(texts.withSequences(corrupted)), targets, texts.rows(), t);
    }

    private List<Integer> chosen(int[] sequence, SplittableRandom random) {
        List<Integer> places = new ArrayList<>();
        List<Integer> out = new ArrayList<>();
        for (int i = 0; i < sequence.length; i++) {
            if (!vocabulary.specialIds().contains(sequence[i])) {
                places.add(i);
                if (random.nextDouble() < share) {
                    out.add(i);
                }
            }
        }
        return !out.isEmpty() || places.isEmpty() ? out : List.of(places.get(random.nextInt(places.size())));
    }

    private int anyWord(SplittableRandom random) {
        int id = random.nextInt(vocabulary.size());
        while (vocabulary.specialIds().contains(id)) {
            id = random.nextInt(vocabulary.size());
        }
        return id;
    }

    @Override
    public boolean meanOfRows() {
        return true;
    }

    @Override
    public double weight(TrainingBatch part) {
        return Arrays.stream(part.labels()).filter(target -> target >= 0).count();
    }

    @Override
    public List<Tensor> encode(TrainableModel model, TokenBatch column, int index, @Nullable DropoutKey masks) {
        List<Tensor> layers = model.layers(column, masks);
        return List.of(layers.get(layers.size() - 1));
    }

    @Override
    public Tensor loss(List<List<Tensor>> encoded, TrainingBatch batch) {
        Tensor tokens = encoded.get(0).get(0);
        int t = tokens.size(1);
        int width = batch.labelShape()[1]; // labels keep the width of the whole batch when it is cut
        double[] labels = batch.labels();
        List<Integer> places = new ArrayList<>();
        List<Integer> targets = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] >= 0) {
                places.add(i / width * t + i % width);
                targets.add((int) labels[i]);
            }
        }
        if (places.isEmpty()) {
            throw new InvalidInputException("no text of a batch has a token that can be hidden; remove empty texts");
        }
        Tensor x = tokens.reshape(tokens.size(0) * t, tokens.size(2)).rows(ints(places));
        return head.loss(x, ints(targets));
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Of the share that is hidden, and three standard deviations more: a draw hides now more, now fewer. */
    @Override
    public long extraBytes(long texts, int length) {
        double tokens = (double) texts * length;
        return head.bytes((long) Math.ceil(Math.min(tokens, share * tokens + 3 * Math.sqrt(share * (1 - share) * tokens))));
    }

    @Override
    public List<Tensor> parameters() {
        return head.parameters();
    }
}
