package io.github.embeddinglab.core.decoration;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.TokenUse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Measures texts against a background: {@code normalise(v - mean(background))}.
 *
 * <p>Vectors of many models share a direction, so that the cosine of unrelated texts is far from 0. Without what all texts of a
 * background have in common, unrelated texts have a cosine of about 0, and a threshold means the same with every model
 * (centring, the first step of Mu and Viswanath, "All-but-the-top", 2018; their second, removing principal components, lost
 * quality on tuned models and is left out). The order of results changes little: {@code docs/measurements/contrastive.md}.
 *
 * <p>Immutable but for the inner embedder; safe for concurrent callers.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class ContrastiveEmbedder extends DecoratingEmbedder {
    /** Fewer texts would contrast with themselves. */
    public static final int LEAST_BACKGROUND = 100;

    private static final double SMALLEST_NORM = 1e-12;

    private final float[] mean;
    private final Fingerprint fingerprint;

    private ContrastiveEmbedder(String name, Embedder inner, float[] mean) {
        super(name, inner);
        this.mean = mean;
        this.fingerprint = inner.fingerprint().derived("contrastive 1, mean " + Arrays.toString(mean));
    }

    /**
     * Embeds the background, as documents, and decorates the model.
     *
     * @param inner any embedder; closed with this one
     * @param background typical texts, at least 100, better thousands; they need not be of the kind that is embedded later
     * @return named {@code contrastive:NAME}
     * @throws InvalidInputException when there are fewer texts
     */
    public static ContrastiveEmbedder against(List<String> background, Embedder inner) {
        if (background.size() < LEAST_BACKGROUND) {
            throw new InvalidInputException("the background has " + background.size() + " texts, which contrast with themselves;"
                    + " give at least " + LEAST_BACKGROUND);
        }
        double[] sum = new double[inner.dimensions()];
        inner.embed(background.iterator(), EmbedOptions.defaults().role(Role.DOCUMENT), (firstRow, rows) -> {
            for (int row = 0; row < rows.rows(); row++) {
                for (int j = 0; j < sum.length; j++) {
                    sum[j] += rows.value(row, j);
                }
            }
        });
        float[] mean = new float[sum.length];
        for (int j = 0; j < mean.length; j++) {
            mean[j] = (float) (sum[j] / background.size());
        }
        return new ContrastiveEmbedder("contrastive:" + inner.model(), inner, mean);
    }

    @Override
    public Embeddings embed(List<String> texts, EmbedOptions options) {
        check(texts, options);
        if (options.overflow() == Overflow.SPLIT) {
            throw new InvalidInputException("model " + model() + " does not split texts, as a mean of contrasts is no contrast of"
                    + " means; put it around a hierarchical embedder");
        }
        Embeddings rows = inner().embed(texts, options.withoutModel().dimensions(0));
        int columns = options.dimensions() == 0 ? mean.length : options.dimensions();
        float[] values = new float[Math.multiplyExact(rows.rows(), columns)];
        List<TokenUse> uses = new ArrayList<>(rows.rows());
        for (int row = 0; row < rows.rows(); row++) {
            double squares = 0;
            for (int j = 0; j < columns; j++) {
                double x = (double) rows.value(row, j) - mean[j];
                squares += x * x;
            }
            double norm = Math.max(Math.sqrt(squares), SMALLEST_NORM);
            for (int j = 0; j < columns; j++) {
                values[row * columns + j] = (float) (((double) rows.value(row, j) - mean[j]) / norm);
            }
            uses.add(rows.tokenUse(row));
        }
        return Embeddings.adopt(values, columns, uses, fingerprint);
    }

    @Override
    public int maxTokens() {
        return inner().maxTokens();
    }

    @Override
    public Fingerprint fingerprint() {
        return fingerprint;
    }

    /** What the inner model can but for splitting, and fewer dimensions. */
    @Override
    public Set<Capability> capabilities() {
        EnumSet<Capability> all = EnumSet.of(Capability.DIMENSIONS);
        all.addAll(inner().capabilities());
        all.remove(Capability.SPLIT);
        return Set.copyOf(all);
    }
}
