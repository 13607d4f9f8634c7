package io.github.embeddinglab.core.decoration;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embedding;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.TokenUse;
import io.github.embeddinglab.core.decoration.TextWindows.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Long texts by any model, at two levels: windows of whole sentences, and the document, their pooled vector.
 *
 * <p>{@code document = normalise(sum_i t_i / sqrt(1 + i) * window_i)} with window i = 0, 1, … of t_i tokens: what comes first
 * says most of what a text is about. It is normalised only where the windows are. A text that fits one window has exactly
 * the inner model's vector. No text has a limit, so no overflow policy ever applies.
 *
 * <p>It beats truncation on long-document retrieval; searching the windows themselves is far better still
 * ({@link Levels#nearest}), see {@code docs/measurements/hierarchical.md}. Windows are measured in tokens where the model counts them, else in characters, three for a token; a window that turns out too long is halved. Safe
 * for concurrent callers.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class HierarchicalEmbedder extends DecoratingEmbedder {
    /** Tokens of a window where nothing else is asked for and the model takes as many. */
    public static final int WINDOW_TOKENS = 256;

    private static final int CHARACTERS_PER_TOKEN = 3;
    private static final double UNIT = 1e-3;

    private final int windowTokens;

    private HierarchicalEmbedder(String name, Embedder inner, int windowTokens) {
        super(name, inner);
        this.windowTokens = windowTokens;
    }

    /**
     * Decorates a model.
     *
     * @param inner any embedder; closed with this one
     * @return named {@code hierarchical:NAME}
     */
    public static HierarchicalEmbedder over(Embedder inner) {
        return over(inner, WINDOW_TOKENS);
    }

    /**
     * Decorates a model.
     *
     * @param inner any embedder; closed with this one
     * @param windowTokens of a window at most, special tokens included; the model's limit where that is less
     * @return named {@code hierarchical=TOKENS:NAME}, without the number where it is {@link #WINDOW_TOKENS}
     * @throws InvalidInputException when below 8
     */
    public static HierarchicalEmbedder over(Embedder inner, int windowTokens) {
        if (windowTokens < 8) {
            throw new InvalidInputException("a window of " + windowTokens + " tokens holds no sentence; give at least 8");
        }
        String tokens = windowTokens == WINDOW_TOKENS ? "" : "=" + windowTokens;
        return new HierarchicalEmbedder("hierarchical" + tokens + ":" + inner.model(), inner, windowTokens);
    }

    /**
     * A window.
     *
     * @param document row of its text
     * @param start its first character there
     * @param end after its last
     */
    public record Window(int document, int start, int end) {}

    /**
     * Both levels of a request.
     *
     * @param documents one row for each text
     * @param windows one row for each window, by text and then by place
     * @param spans where each window lies
     */
    public record Levels(Embeddings documents, Embeddings windows, List<Window> spans) {
        /** Copies the list. */
        public Levels {
            spans = List.copyOf(spans);
        }

        /**
         * The window of a document that is nearest to a query; its cosine is the document's score by its best passage.
         *
         * @param query of this embedder or the inner one
         * @param document row of the text
         * @return row of the window
         */
        public int nearest(Embedding query, int document) {
            Fingerprint own = windows.fingerprint();
            Embedding sameModel = new Embedding(query.vector(), TokenUse.whole(query.tokens()), own);
            int best = -1;
            double most = Double.NEGATIVE_INFINITY;
            for (int row = 0; row < spans.size(); row++) {
                if (spans.get(row).document() == document) {
                    double cosine = windows.embedding(row).cosine(sameModel);
                    if (best < 0 || cosine > most) {
                        best = row;
                        most = cosine;
                    }
                }
            }
            if (best < 0) {
                throw new InvalidInputException("document " + document + " is not among " + documents.rows() + " documents");
            }
            return best;
        }
    }

    @Override
    public Embeddings embed(List<String> texts, EmbedOptions options) {
        return levels(texts, options).documents();
    }

    /**
     * Embeds texts at both levels.
     *
     * @param texts any number, none null
     * @param options role, dimensions, progress; the overflow policy does not matter
     * @return documents and windows
     */
    public Levels levels(List<String> texts, EmbedOptions options) {
        check(texts, options);
        List<Placed> placed = new ArrayList<>();
        TextWindows cutter = cutter();
        List<Place> places = new ArrayList<>();
        for (int document = 0; document < texts.size(); document++) {
            for (Span span : cutter.cut(texts.get(document))) {
                places.add(new Place(document, span));
            }
        }
        Progress.Listener listener = byTexts(options.progress(), texts.size());
        Embeddings last;
        do {
            List<String> parts = places.stream().map(place -> place.span().of(texts.get(place.document()))).toList();
            last = inner().embed(parts, options.withoutModel().overflow(Overflow.TRUNCATE).progress(listener));
            places = takeOrHalve(places, last, texts, placed);
            listener = Progress.Listener.SILENT;
        } while (!places.isEmpty());
        placed.sort(Comparator.<Placed>comparingInt(one -> one.place().document())
                .thenComparingInt(one -> one.place().span().start()));
        return pooled(placed, texts.size(), last.dimensions());
    }

    private record Place(int document, Span span) {}

    private record Placed(Place place, Embedding window) {}

    /** A window that lost tokens, to a prompt or to an estimate, is halved and done again. */
    private static List<Place> takeOrHalve(List<Place> places, Embeddings rows, List<String> texts, List<Placed> placed) {
        List<Place> again = new ArrayList<>();
        for (int row = 0; row < places.size(); row++) {
            Place place = places.get(row);
            Optional<Integer> middle = rows.tokenUse(row).dropped() == 0
                    ? Optional.empty()
                    : TextWindows.middle(texts.get(place.document()), place.span());
            if (middle.isPresent()) {
                again.add(new Place(place.document(), new Span(place.span().start(), middle.get())));
                again.add(new Place(place.document(), new Span(middle.get(), place.span().end())));
            } else {
                placed.add(new Placed(place, rows.embedding(row)));
            }
        }
        return again;
    }

    private TextWindows cutter() {
        int limit = Math.min(windowTokens, inner().maxTokens());
        return inner().capabilities().contains(Capability.COUNT_TOKENS)
                ? new TextWindows(inner()::countTokens, limit)
                : new TextWindows(text -> text.length() / CHARACTERS_PER_TOKEN, limit);
    }

    /** The inner model counts windows, callers count texts. */
    private static Progress.Listener byTexts(Progress.Listener listener, int texts) {
        return report -> listener.report(new Progress(
                report.stage(),
                report.total() <= 0 ? report.done() : report.done() * texts / report.total(),
                texts,
                report.elapsed()));
    }

    private Levels pooled(List<Placed> placed, int texts, int dimensions) {
        float[] windows = new float[placed.size() * dimensions];
        float[] documents = new float[texts * dimensions];
        List<TokenUse> windowUses = new ArrayList<>();
        List<TokenUse> documentUses = new ArrayList<>();
        List<Window> spans = new ArrayList<>();
        int first = 0;
        for (int document = 0; document < texts; document++) {
            int end = first;
            int used = 0;
            int dropped = 0;
            for (; end < placed.size() && placed.get(end).place().document() == document; end++) {
                Placed one = placed.get(end);
                System.arraycopy(one.window().vector(), 0, windows, end * dimensions, dimensions);
                windowUses.add(new TokenUse(one.window().tokens(), one.window().dropped(), 1));
                spans.add(new Window(document, one.place().span().start(), one.place().span().end()));
                used += one.window().tokens();
                dropped += one.window().dropped();
            }
            float[] vector = pool(placed.subList(first, end), dimensions);
            System.arraycopy(vector, 0, documents, document * dimensions, dimensions);
            documentUses.add(new TokenUse(used, dropped, end - first));
            first = end;
        }
        return new Levels(
                Embeddings.adopt(documents, dimensions, documentUses, fingerprint()),
                Embeddings.adopt(windows, dimensions, windowUses, fingerprint()),
                spans);
    }

    private static float[] pool(List<Placed> windows, int dimensions) {
        if (windows.size() == 1) {
            return windows.get(0).window().vector();
        }
        double[] sum = new double[dimensions];
        double weights = 0;
        boolean unit = true;
        for (int i = 0; i < windows.size(); i++) {
            float[] vector = windows.get(i).window().vector();
            double weight = Math.max(1, windows.get(i).window().tokens()) / Math.sqrt(1.0 + i);
            double squares = 0;
            for (int j = 0; j < dimensions; j++) {
                sum[j] += weight * vector[j];
                squares += (double) vector[j] * vector[j];
            }
            weights += weight;
            unit &= Math.abs(squares - 1) < UNIT;
        }
        double squares = 0;
        for (double x : sum) {
            squares += x * x;
        }
        double scale = unit && squares > 0 ? Math.sqrt(squares) : weights;
        float[] pooled = new float[dimensions];
        for (int j = 0; j < dimensions; j++) {
            pooled[j] = (float) (sum[j] / scale);
        }
        return pooled;
    }

    /** No text has a limit. */
    @Override
    public int maxTokens() {
        return Integer.MAX_VALUE;
    }

    @Override
    public Fingerprint fingerprint() {
        return inner().fingerprint().derived("hierarchical 1, windows of " + Math.min(windowTokens, inner().maxTokens()));
    }

    /** What the inner model can, and a split that changes nothing. */
    @Override
    public Set<Capability> capabilities() {
        EnumSet<Capability> all = EnumSet.of(Capability.SPLIT);
        all.addAll(inner().capabilities());
        return Set.copyOf(all);
    }
}
