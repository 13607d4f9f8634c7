package io.github.embeddinglab.core.encoding;

import io.github.embeddinglab.api.Codec;
import io.github.embeddinglab.api.EncodingCost;
import io.github.embeddinglab.vectors.ExactSearch;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.HammingSearch;
import io.github.embeddinglab.vectors.Similarity;
import io.github.embeddinglab.vectors.TopK;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Measures what codes lose, over rows that come in blocks: the mean cosine over all, and the neighbours kept within a
 * random sample (reservoir sampling, algorithm R of Vitter 1985, fixed seed).
 */
final class CostMeter {
    private static final int SAMPLE = 2000;
    private static final int NEIGHBOURS = 10;
    private static final long SEED = 42;

    private final RowCoder coder;
    private final Random random = new Random(SEED);
    private final List<float[]> vectors = new ArrayList<>();
    private final List<byte[]> codes = new ArrayList<>();
    private double cosines;
    private long rows;
    private long clipped;

    CostMeter(RowCoder coder) {
        this.coder = coder;
    }

    /** Takes rows and their codes. */
    void add(float[] values, byte[] encoded, int count) {
        int d = coder.dimensions();
        int width = coder.codec().form().bytes(d);
        clipped += coder.clipped(values, count);
        for (int i = 0; i < count; i++) {
            byte[] code = Arrays.copyOfRange(encoded, i * width, (i + 1) * width);
            cosines += cosine(values, i * d, coder.decode(code));
            keep(Arrays.copyOfRange(values, i * d, (i + 1) * d), code);
        }
    }

    private void keep(float[] vector, byte[] code) {
        rows++;
        if (vectors.size() < SAMPLE) {
            vectors.add(vector);
            codes.add(code);
            return;
        }
        long place = random.nextLong(rows);
        if (place < SAMPLE) {
            vectors.set((int) place, vector);
            codes.set((int) place, code);
        }
    }

    /** A vector of zeros points nowhere: only the same again is as near as can be. */
    private static double cosine(float[] a, int from, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int j = 0; j < b.length; j++) {
            double x = a[from + j];
            dot += x * b[j];
            aa += x * x;
            bb += (double) b[j] * b[j];
        }
        return aa == 0 || bb == 0 ? (aa == bb ? 1 : 0) : dot / Math.sqrt(aa * bb);
    }

    EncodingCost cost() {
        int sample = vectors.size();
        int k = Math.min(NEIGHBOURS, sample - 1);
        return new EncodingCost(
                rows == 0 ? Double.NaN : cosines / rows, k < 1 ? Double.NaN : recall(k), Math.max(k, 0), sample, clipped);
    }

    /** One more neighbour is asked for, since each row finds itself, or one equal to it. */
    private double recall(int k) {
        FloatMatrix exact = FloatMatrix.ofRows(vectors.toArray(float[][]::new));
        TopK wanted = ExactSearch.over(exact, Similarity.COSINE).search(exact, k + 1, 1);
        TopK found = coder.codec().form() == Codec.Form.BINARY ? byBits(k + 1) : byValues(k + 1);
        double kept = 0;
        for (int row = 0; row < vectors.size(); row++) {
            Set<Integer> near = others(wanted, row, k);
            Set<Integer> same = others(found, row, k);
            same.retainAll(near);
            kept += same.size();
        }
        return kept / k / vectors.size();
    }

    private static Set<Integer> others(TopK hits, int row, int k) {
        Set<Integer> others = new HashSet<>();
        for (int id : hits.ids(row)) {
            if (id != row && others.size() < k) {
                others.add(id);
            }
        }
        return others;
    }

    private TopK byValues(int k) {
        FloatMatrix decoded = FloatMatrix.ofRows(codes.stream().map(coder::decode).toArray(float[][]::new));
        return ExactSearch.over(decoded, Similarity.COSINE).search(decoded, k, 1);
    }

    private TopK byBits(int k) {
        int width = coder.codec().form().bytes(coder.dimensions());
        byte[] all = new byte[codes.size() * width];
        for (int i = 0; i < codes.size(); i++) {
            System.arraycopy(codes.get(i), 0, all, i * width, width);
        }
        return HammingSearch.over(all, codes.size(), width).search(all, k, 1);
    }
}
