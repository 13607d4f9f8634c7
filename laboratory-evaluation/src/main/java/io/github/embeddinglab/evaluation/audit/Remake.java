package io.github.embeddinglab.evaluation.audit;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.ModelVariant;
import io.github.embeddinglab.api.Models;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.TokenUse;
import io.github.embeddinglab.evaluation.data.Documents;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Embeds documents again, as the model should and in other ways; of equal inputs one is embedded, and kept. */
final class Remake {
    /** In the order in which a variant concatenates them. */
    private static final List<String> POOLINGS = List.of("cls", "max", "mean", "weightedmean", "lasttoken");

    /** Inputs of more rows than a sample has are not kept. */
    private static final int KEPT_ROWS = 2048;

    private final Documents documents;
    private final Models models;
    private final String model;
    private final Embedder own;
    private final Progress.Listener progress;
    private final Map<String, Map<String, float[]>> kept = new HashMap<>();
    private final Map<Integer, TokenUse> tokens = new HashMap<>();

    Remake(Documents documents, Models models, Embedder own, Progress.Listener progress) {
        this.documents = documents;
        this.models = models;
        this.model = own.model();
        this.own = own;
        this.progress = progress;
    }

    Documents documents() {
        return documents;
    }

    Embedder embedder() {
        return own;
    }

    /** As the model should: title and text with the prompt for documents. */
    Embeddings proper(int[] rows) {
        Embeddings vectors = own.embed(
                texts(rows, documents::whole),
                EmbedOptions.defaults().role(Role.DOCUMENT).progress(progress));
        if (rows.length <= KEPT_ROWS) {
            Map<String, float[]> made = kept.computeIfAbsent("", key -> new HashMap<>());
            for (int i = 0; i < rows.length; i++) {
                made.put(documents.whole(rows[i]), vectors.vector(i));
                tokens.put(rows[i], vectors.tokenUse(i));
            }
        }
        return vectors;
    }

    float[][] proper(int[] rows, IntFunction<String> text) {
        return distinct("", texts(rows, text), this::proper);
    }

    private float[][] proper(List<String> texts) {
        return own.embed(texts, EmbedOptions.defaults().role(Role.DOCUMENT)).toArrays();
    }

    private static List<String> texts(int[] rows, IntFunction<String> text) {
        return Arrays.stream(rows).mapToObj(text).toList();
    }

    private interface Maker {
        float[][] vectors(List<String> texts);
    }

    /** Makes what was not made before. */
    private float[][] distinct(String way, List<String> texts, Maker maker) {
        Map<String, float[]> made =
                texts.size() > KEPT_ROWS ? new HashMap<>() : kept.computeIfAbsent(way, key -> new HashMap<>());
        List<String> missing = texts.stream().distinct().filter(text -> !made.containsKey(text)).toList();
        if (!missing.isEmpty()) {
            float[][] vectors = maker.vectors(missing);
            for (int i = 0; i < vectors.length; i++) {
                made.put(missing.get(i), vectors[i]);
            }
        }
        float[][] all = new float[texts.size()][];
        for (int i = 0; i < all.length; i++) {
            all[i] = made.getOrDefault(texts.get(i), new float[0]);
        }
        return all;
    }

    /** By a variant of the model, its vectors not normalised. */
    private float[][] varied(String way, int[] rows, IntFunction<String> text, ModelVariant variant, EmbedOptions options) {
        return distinct(way, texts(rows, text), missing -> {
            try (Embedder raw = models.variant(model, variant)) {
                return raw.embed(missing, options).toArrays();
            }
        });
    }

    /** The model's prompts by name. */
    Map<String, String> prompts() {
        return models.show(model).facts().prompts();
    }

    /** With words in front, and no prompt. */
    float[][] prefixed(int[] rows, String prefix) {
        return varied("raw", rows, row -> prefix + documents.whole(row), ModelVariant.OWN, EmbedOptions.defaults());
    }

    /** Cut at a number of tokens. */
    float[][] limited(int[] rows, int limit) {
        return longerThan(limit, rows, longer -> varied(
                "cut " + limit, longer, documents::whole, ModelVariant.OWN.limited(limit), document()));
    }

    /** Split at a number of tokens, windows weighted by their tokens. */
    float[][] split(int[] rows, int limit) {
        return longerThan(limit, rows, longer -> varied(
                "split " + limit, longer, documents::whole, ModelVariant.OWN.limited(limit), document().overflow(Overflow.SPLIT)));
    }

    private static EmbedOptions document() {
        return EmbedOptions.defaults().role(Role.DOCUMENT);
    }

    /** Texts that a limit does not touch have the model's own vectors. */
    private float[][] longerThan(int limit, int[] rows, Function<int[], float[][]> maker) {
        int within = Math.min(limit, own.maxTokens());
        int[] longer = Arrays.stream(rows).filter(row -> length(row) > within).toArray();
        int[] others = Arrays.stream(rows).filter(row -> length(row) <= within).toArray();
        float[][] ofLonger = longer.length == 0 ? new float[0][] : maker.apply(longer);
        float[][] ofOthers = proper(others, documents::whole);
        float[][] all = new float[rows.length][];
        int atLonger = 0;
        int atOthers = 0;
        for (int i = 0; i < rows.length; i++) {
            all[i] = length(rows[i]) > within ? ofLonger[atLonger++] : ofOthers[atOthers++];
        }
        return all;
    }

    /** Tokens of a text before it is cut; very many where it was not embedded yet. */
    private int length(int row) {
        TokenUse use = tokens.get(row);
        return use == null ? Integer.MAX_VALUE : use.used() + use.dropped();
    }

    /** Tokens that the model reads of a row that was embedded. */
    int read(int row) {
        return tokens.getOrDefault(row, TokenUse.whole(own.maxTokens())).used();
    }

    /** Cut into parts that are embedded alone, normalised, and averaged with equal weights. */
    float[][] averaged(int[] rows, IntFunction<List<String>> parts) {
        List<String> all = new ArrayList<>();
        int[] ends = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            all.addAll(parts.apply(rows[i]));
            ends[i] = all.size();
        }
        float[][] vectors = distinct("", all, this::proper);
        float[][] means = new float[rows.length][];
        int from = 0;
        for (int i = 0; i < rows.length; i++) {
            List<float[]> windows = new ArrayList<>();
            for (int part = from; part < ends[i]; part++) {
                windows.add(Rows.normalized(vectors[part]));
            }
            means[i] = Rows.mean(windows, vectors[from].length);
            from = ends[i];
        }
        return means;
    }

    /**
     * The most words from the front that a number of tokens holds; the whole text where it fits.
     *
     * @param shared share of a window that the next one repeats, 0 to 0.5
     */
    List<String> windows(int row, int tokens, double shared) {
        String[] words = documents.whole(row).split("\\s+");
        List<String> windows = new ArrayList<>();
        int from = 0;
        while (true) {
            int low = from + 1;
            int high = Math.min(words.length, from + tokens);
            while (low < high) {
                int middle = (low + high + 1) >>> 1;
                if (own.countTokens(join(words, from, middle)) <= tokens) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            windows.add(join(words, from, low));
            if (low >= words.length) {
                return windows;
            }
            from = low - (int) Math.round(shared * (low - from));
        }
    }

    /** Windows of a number of words, the last one may be shorter. */
    List<String> wordWindows(int row, int count, double shared) {
        String[] words = documents.whole(row).split("\\s+");
        return windows(words.length, count, shared, (from, to) -> join(words, from, to));
    }

    /** Windows of a number of characters, the last one may be shorter. */
    List<String> characterWindows(int row, int count, double shared) {
        String text = documents.whole(row);
        return windows(text.length(), count, shared, text::substring);
    }

    private interface Part {
        String of(int from, int to);
    }

    private static List<String> windows(int length, int count, double shared, Part part) {
        List<String> windows = new ArrayList<>();
        int step = count - (int) Math.round(shared * count);
        for (int from = 0; from == 0 || from + count - step < length; from += step) {
            windows.add(part.of(from, Math.min(length, from + count)));
        }
        return windows;
    }

    private static String join(String[] words, int from, int to) {
        return String.join(" ", Arrays.asList(words).subList(from, to));
    }

    /** Vectors of every other pooling by its name; those that the model cannot have are left out. */
    Map<String, float[][]> pooled(int[] rows) {
        Map<String, float[][]> byName = new LinkedHashMap<>();
        try {
            float[][] all = pooled(rows, POOLINGS);
            int width = all[0].length / POOLINGS.size();
            for (int i = 0; i < POOLINGS.size(); i++) {
                int from = i * width;
                byName.put(
                        POOLINGS.get(i),
                        Arrays.stream(all).map(row -> Arrays.copyOfRange(row, from, from + width)).toArray(float[][]::new));
            }
        } catch (InvalidInputException e) {
            // a layer behind the pooling reads one of them only
            for (String pooling : POOLINGS) {
                byName.put(pooling, pooled(rows, List.of(pooling)));
            }
        }
        return byName;
    }

    private float[][] pooled(int[] rows, List<String> poolings) {
        return varied("pooled " + poolings, rows, documents::whole, new ModelVariant(poolings, 0), document());
    }
}
