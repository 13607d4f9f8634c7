package io.github.embeddinglab.evaluation.audit;

import io.github.embeddinglab.api.AuditCause;
import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.evaluation.audit.StoreFacts.Found;
import io.github.embeddinglab.evaluation.data.RetrievalSet;
import io.github.embeddinglab.evaluation.statistics.Bootstrap;
import io.github.embeddinglab.evaluation.statistics.PairedTest;
import io.github.embeddinglab.evaluation.tasks.RetrievalEvaluator;
import io.github.embeddinglab.vectors.FloatMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * What mending is worth: nDCG@10 of the store as it is, against the store with the rows of one cause embedded again. Queries
 * are embedded as the model should. Vectors are compared by cosine; for lengths, by dot product, where alone they matter.
 */
final class Worth {
    /** Causes that are not about single rows: all rows are mended. */
    private static final Set<AuditCause> WHOLE = Set.of(
            AuditCause.LOSSY_CODES, AuditCause.OTHER_DIMENSIONS, AuditCause.ROW_COUNT, AuditCause.OTHER_MODEL);
    /** Mended by changing texts or ids, which is not tried here. */
    private static final Set<AuditCause> OF_TEXTS = Set.of(AuditCause.DUPLICATE_IDS, AuditCause.MARKUP);

    private final RetrievalSet set;
    private final List<float[]> store;
    private final float[][] model;
    private final FloatMatrix queries;
    private final int[] first;
    private final Frame frame;
    private final Sampling sampling;

    Worth(RetrievalSet set, Remake remake, List<float[]> store, Frame frame, Sampling sampling) {
        this.set = set;
        this.store = store;
        this.frame = frame;
        this.sampling = sampling;
        this.model = remake.proper(IntStream.range(0, remake.documents().size()).toArray()).toArrays();
        List<String> texts = set.judgements().keySet().stream()
                .map(id -> set.queries().getOrDefault(id, ""))
                .toList();
        this.queries = FloatMatrix.ofRows(remake.embedder()
                .embed(texts, EmbedOptions.defaults().role(Role.QUERY))
                .toArrays());
        Map<String, Integer> rows = new HashMap<>();
        for (int row = 0; row < remake.documents().size(); row++) {
            rows.putIfAbsent(remake.documents().ids().get(row), row);
        }
        this.first = set.documents().keySet().stream().mapToInt(id -> rows.getOrDefault(id, 0)).toArray();
    }

    private boolean comparable() {
        return frame.columns() == model[0].length && store.get(0).length == frame.columns();
    }

    private float[] stored(int row) {
        boolean there = row < store.size() && Rows.finite(store.get(row));
        return there ? store.get(row) : new float[frame.columns()];
    }

    /** Signs of 1 and -1 have whole numbers as products: equal distances stay equal, and are ranked by id. */
    private float[] ranked(float[] row) {
        if (!frame.signs()) {
            return row;
        }
        float[] signs = new float[row.length];
        for (int i = 0; i < signs.length; i++) {
            signs[i] = Math.signum(row[i]);
        }
        return signs;
    }

    /** nDCG@10 with some rows embedded again. */
    private Measure ndcg(IntPredicate mended, boolean byDot) {
        List<float[]> rows = new ArrayList<>();
        for (int row : first) {
            if (mended.test(row)) {
                rows.add(byDot ? model[row] : ranked(frame.predicted(model[row])));
            } else {
                rows.add(byDot ? stored(row) : ranked(frame.stored(stored(row))));
            }
        }
        FloatMatrix asked = byDot
                ? queries
                : FloatMatrix.ofRows(IntStream.range(0, queries.rows())
                        .mapToObj(i -> ranked(frame.predicted(queries.row(i))))
                        .toArray(float[][]::new));
        return RetrievalEvaluator.ndcg(set, FloatMatrix.ofRows(rows.toArray(float[][]::new)), asked, 10);
    }

    /** nDCG@10 with the model's own vectors in full. */
    private Measure whole() {
        float[][] rows = Arrays.stream(first).mapToObj(row -> Rows.normalized(model[row])).toArray(float[][]::new);
        float[][] asked = IntStream.range(0, queries.rows())
                .mapToObj(i -> Rows.normalized(queries.row(i)))
                .toArray(float[][]::new);
        return RetrievalEvaluator.ndcg(set, FloatMatrix.ofRows(rows), FloatMatrix.ofRows(asked), 10);
    }

    Score now() {
        return Bootstrap.interval(ndcg(row -> false, false), sampling);
    }

    /** The worth of each finding; empty where mending changes texts. */
    List<Optional<Difference>> of(List<Found> findings, List<Hypothesis> winners) {
        Map<Integer, AuditCause> causes = causes(findings, winners);
        List<Optional<Difference>> worth = new ArrayList<>();
        for (Found finding : findings) {
            if (OF_TEXTS.contains(finding.cause())) {
                worth.add(Optional.empty());
            } else if (finding.cause() == AuditCause.NOT_NORMALISED) {
                worth.add(comparable()
                        ? Optional.of(PairedTest.compare(
                                "ndcg@10 by dot product", ndcg(row -> false, true), ndcg(row -> true, true), sampling))
                        : Optional.empty());
            } else {
                Measure mended = WHOLE.contains(finding.cause())
                        ? whole()
                        : ndcg(row -> causes.get(row) == finding.cause(), false);
                worth.add(Optional.of(PairedTest.compare("ndcg@10", ndcg(row -> false, false), mended, sampling)));
            }
        }
        return worth;
    }

    /** The cause of every row that is not the model's, by the hypotheses that won on the sample. */
    private Map<Integer, AuditCause> causes(List<Found> findings, List<Hypothesis> winners) {
        int[] wrong = IntStream.range(0, model.length)
                .filter(row -> Rows.cosine(frame.stored(stored(row)), frame.predicted(model[row])) < frame.match())
                .toArray();
        List<AuditCause> others = findings.stream()
                .map(Found::cause)
                .filter(cause -> !WHOLE.contains(cause) && !OF_TEXTS.contains(cause) && cause != AuditCause.NOT_NORMALISED)
                .toList();
        Map<Integer, AuditCause> causes = new HashMap<>();
        Map<Integer, Double> best = new HashMap<>();
        if (others.size() > 1) {
            for (Hypothesis winner : winners) {
                float[][] vectors = winner.maker().vectors(wrong);
                for (int k = 0; k < vectors.length; k++) {
                    int row = wrong[k];
                    double cosine = Rows.cosine(frame.stored(stored(row)), frame.predicted(vectors[k]));
                    if (cosine > best.getOrDefault(row, 0.97)) {
                        best.put(row, cosine);
                        causes.put(row, winner.cause());
                    }
                }
            }
        }
        List<AuditCause> unpredicted = others.stream()
                .filter(cause -> others.size() == 1 || winners.stream().noneMatch(winner -> winner.cause() == cause))
                .toList();
        for (int row : wrong) {
            AuditCause cause = Rows.norm(stored(row)) == 0 && others.contains(AuditCause.BROKEN_ROWS)
                    ? AuditCause.BROKEN_ROWS
                    : unpredicted.stream().filter(c -> c != AuditCause.BROKEN_ROWS).reduce((a, b) -> b).orElse(null);
            if (cause != null) {
                causes.putIfAbsent(row, cause);
            }
        }
        return causes;
    }
}
