package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Mask;
import io.github.embeddinglab.training.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * {@link MultipleNegativesLoss} without the negatives that a guide model takes for positives.
 *
 * <p>Inputs: two or more columns, anchors, positives and any number of hard negatives; labels (n x columns g), the guide's vectors of
 * all columns of a row behind each other, each of width g.
 *
 * <p>Formula, with s the cosine times {@code scale} and s' the guide's cosine: the mean over anchors i of
 * {@code -ln(exp s(a_i, p_i) / sum over candidates c of exp s(x, c))}. Candidates are all positives and negatives beside the anchor,
 * the other anchors beside the anchor, and the other positives beside the positive; left out are those with a guide's cosine above
 * the bound, {@code s'(a_i, p_i) - margin} or {@code s'(a_i, p_i) - margin |s'(a_i, p_i)|}. The own positive always stays, the
 * comparison of a text with itself never does.
 *
 * <p>Use it where a batch holds near duplicates or several right answers to one question, as in mined data; the parent is a good
 * guide. It asks more of a batch than {@link MultipleNegativesLoss}, which needs no guide.
 *
 * <p>Source: Solatorio 2024, GISTEmbed: Guided In-sample Selection of Training Negatives.
 *
 * @param scale inverse temperature; 100 is the reference's, 20 usual elsewhere
 * @param kind of the margin
 * @param margin by how much a negative must be farther than the positive; 0 is the reference's
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record GistLoss(double scale, MarginKind kind, double margin) implements Loss {

    /** How the margin is measured. */
    public enum MarginKind {
        /** In units of the cosine. */
        ABSOLUTE,
        /** As a share of the positive's cosine. */
        RELATIVE
    }

    private static final double BELOW_ALL = -1e9;

    @Override
    public Tensor of(LossBatch batch) {
        int columns = batch.expect("GistLoss", 2, Integer.MAX_VALUE).columns().size();
        Tensor labels = batch.labels("GistLoss", "a guide's vectors");
        if (labels.shape().length != 2 || labels.size(1) % columns != 0) {
            throw new InvalidInputException("GistLoss got labels of shape " + java.util.Arrays.toString(labels.shape()) + " for " + columns
                    + " columns; give the guide's vectors of all columns, behind each other in a row");
        }
        int width = labels.size(1) / columns;
        List<Tensor> guide = new ArrayList<>();
        for (int column = 0; column < columns; column++) {
            guide.add(labels.narrow(1, column * width, width));
        }
        double[] own = Similarities.cosine(guide.get(0), guide.get(1)).values();
        List<Tensor> scores = new ArrayList<>();
        scores.add(masked(batch.columns(), guide, 0, 1, own));
        scores.add(masked(batch.columns(), guide, 0, 0, own));
        scores.add(masked(batch.columns(), guide, 1, 1, own));
        for (int negative = 2; negative < columns; negative++) {
            scores.add(masked(batch.columns(), guide, 0, negative, own));
        }
        Tensor all = scores.get(0).concat(scores.subList(1, scores.size()), 1);
        return Similarities.crossEntropyOfDiagonal(all);
    }

    /** Scaled cosines of one column with another, without what the guide takes for positives. */
    private Tensor masked(List<Tensor> columns, List<Tensor> guide, int from, int to, double[] own) {
        double[] seen = Similarities.cosines(guide.get(from), guide.get(to)).values();
        int n = own.length;
        Mask out = Mask.where(
                at -> {
                    int row = at / n;
                    boolean diagonal = row == at % n;
                    if (diagonal && (from == to || to == 1)) {
                        return from == to;
                    }
                    double bound = own[row] - margin * (kind == MarginKind.ABSOLUTE ? 1 : Math.abs(own[row]));
                    return seen[at] > bound;
                },
                n, n);
        return Similarities.cosines(columns.get(from), columns.get(to)).multiply(scale).maskedFill(out, BELOW_ALL);
    }
}
