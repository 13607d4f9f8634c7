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
import io.github.embeddinglab.evaluation.data.Documents;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Embeds documents again, as the model should and in other ways. */
final class Remake {
    /** In the order in which a variant concatenates them. */
    private static final List<String> POOLINGS = List.of("cls", "max", "mean", "weightedmean", "lasttoken");

    private final Documents documents;
    private final Models models;
    private final String model;
    private final Embedder own;
    private final Progress.Listener progress;

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
        return own.embed(
                texts(rows, documents::whole),
                EmbedOptions.defaults().role(Role.DOCUMENT).progress(progress));
    }

    float[][] proper(int[] rows, IntFunction<String> text) {
        return own.embed(texts(rows, text), EmbedOptions.defaults().role(Role.DOCUMENT)).toArrays();
    }

    private static List<String> texts(int[] rows, IntFunction<String> text) {
        return Arrays.stream(rows).mapToObj(text).toList();
    }

    /** The model's prompts by name. */
    Map<String, String> prompts() {
        return models.show(model).facts().prompts();
    }

    /** With a prompt of the model's; an empty name is none. */
    float[][] prompted(int[] rows, String name) {
        try (Embedder raw = models.variant(model, ModelVariant.OWN)) {
            return raw.embed(texts(rows, documents::whole), EmbedOptions.defaults().role(new Role(name))).toArrays();
        }
    }

    /** With words in front. */
    float[][] prefixed(int[] rows, String prefix) {
        try (Embedder raw = models.variant(model, ModelVariant.OWN)) {
            return raw.embed(texts(rows, row -> prefix + documents.whole(row))).toArrays();
        }
    }

    /** Cut at a number of tokens. */
    float[][] limited(int[] rows, int tokens) {
        try (Embedder raw = models.variant(model, ModelVariant.OWN.limited(tokens))) {
            return raw.embed(texts(rows, documents::whole), EmbedOptions.defaults().role(Role.DOCUMENT)).toArrays();
        }
    }

    /** Split at a number of tokens, windows weighted by their tokens. */
    float[][] split(int[] rows, int tokens) {
        try (Embedder raw = models.variant(model, ModelVariant.OWN.limited(tokens))) {
            return raw.embed(
                            texts(rows, documents::whole),
                            EmbedOptions.defaults().role(Role.DOCUMENT).overflow(Overflow.SPLIT))
                    .toArrays();
        }
    }

    /** Cut into parts that are embedded alone, normalised, and averaged with equal weights. */
    float[][] averaged(int[] rows, IntFunction<List<String>> parts) {
        List<String> all = new ArrayList<>();
        int[] ends = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            all.addAll(parts.apply(rows[i]));
            ends[i] = all.size();
        }
        Embeddings vectors = own.embed(all, EmbedOptions.defaults().role(Role.DOCUMENT));
        float[][] means = new float[rows.length][];
        int from = 0;
        for (int i = 0; i < rows.length; i++) {
            List<float[]> windows = new ArrayList<>();
            for (int part = from; part < ends[i]; part++) {
                windows.add(Rows.normalized(vectors.vector(part)));
            }
            means[i] = Rows.mean(windows, vectors.dimensions());
            from = ends[i];
        }
        return means;
    }

    /** The most words from the front that a number of tokens holds; the whole text where it fits. */
    List<String> windows(int row, int tokens) {
        String[] words = documents.whole(row).split("\\s+");
        List<String> windows = new ArrayList<>();
        int from = 0;
        while (from < words.length) {
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
            from = low;
        }
        return windows;
    }

    List<String> wordWindows(int row, int count) {
        String[] words = documents.whole(row).split("\\s+");
        List<String> windows = new ArrayList<>();
        for (int from = 0; from < words.length; from += count) {
            windows.add(join(words, from, Math.min(words.length, from + count)));
        }
        return windows;
    }

    List<String> characterWindows(int row, int count) {
        String text = documents.whole(row);
        List<String> windows = new ArrayList<>();
        for (int from = 0; from < Math.max(1, text.length()); from += count) {
            windows.add(text.substring(from, Math.min(text.length(), from + count)));
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
        try (Embedder raw = models.variant(model, new ModelVariant(poolings, 0))) {
            return raw.embed(texts(rows, documents::whole), EmbedOptions.defaults().role(Role.DOCUMENT)).toArrays();
        }
    }
}
