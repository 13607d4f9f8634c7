package io.github.embeddinglab.evaluation.audit;

import io.github.embeddinglab.api.AuditCause;
import io.github.embeddinglab.evaluation.audit.Hypothesis.Length;
import io.github.embeddinglab.evaluation.audit.Hypothesis.Unit;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** What is tried, family by family. */
final class Hypotheses {
    private static final List<String> KNOWN_PROMPTS = List.of(
            "query: ",
            "passage: ",
            "search_query: ",
            "search_document: ",
            "clustering: ",
            "classification: ",
            "title: none | text: ",
            "Represent this sentence for searching relevant passages: ",
            "Represent the document for retrieval: ",
            "document: ",
            "text: ");
    private static final int[] TOKEN_LIMITS = {32, 64, 100, 128, 192, 200, 250, 256, 300, 384, 400, 500, 512, 1024, 2048};
    private static final int[] CHARACTERS = {100, 200, 250, 256, 300, 400, 500, 512, 600, 768, 800, 1000, 1024, 1500, 2000, 2048, 3000, 4000, 4096, 5000};
    private static final int[] WORDS = {50, 64, 100, 128, 150, 200, 250, 256, 300, 350, 400, 500, 512};
    private static final int[] WINDOW_TOKENS = {64, 128, 256, 384, 512};
    private static final int[] WINDOW_CHARACTERS = {256, 500, 512, 1000, 1024, 2000};
    private static final int[] WINDOW_WORDS = {50, 100, 128, 150, 200, 256, 300};
    private static final double[] OVERLAPS = {0.1, 0.2, 0.25, 0.5};
    private static final Pattern TAG = Pattern.compile("<[^<>]{1,200}>");
    private static final Pattern MARKS = Pattern.compile("\\p{M}+");

    private final Remake remake;

    Hypotheses(Remake remake) {
        this.remake = remake;
    }

    private static Hypothesis of(AuditCause cause, String label, Hypothesis.Maker maker) {
        return new Hypothesis(cause, label, maker);
    }

    /** All poolings come from one pass, which {@link Remake} keeps. */
    List<Hypothesis> poolings() {
        List<Hypothesis> list = new ArrayList<>();
        for (String name : List.of("cls", "max", "mean", "weightedmean", "lasttoken")) {
            list.add(of(AuditCause.OTHER_POOLING, name + " pooling",
                    rows -> remake.pooled(rows).getOrDefault(name, new float[0][])));
        }
        list.add(of(AuditCause.OTHER_POOLING, "mean without special tokens", this::withoutSpecial));
        return list;
    }

    /** A text of t tokens has its first and its last one taken out of the mean: (t mean - first - last) / (t - 2). */
    private float[][] withoutSpecial(int[] rows) {
        Map<String, float[][]> pooled = remake.pooled(rows);
        float[][] mean = pooled.getOrDefault("mean", new float[0][]);
        float[][] first = pooled.getOrDefault("cls", new float[0][]);
        float[][] last = pooled.getOrDefault("lasttoken", new float[0][]);
        float[][] rest = new float[mean.length][];
        for (int i = 0; i < mean.length; i++) {
            int tokens = remake.read(rows[i]);
            rest[i] = new float[mean[i].length];
            for (int j = 0; j < rest[i].length; j++) {
                rest[i][j] = tokens * mean[i][j] - first[i][j] - last[i][j];
            }
        }
        return rest;
    }

    /** None, each of the model's, those of other models, and the model's own two at a time. */
    List<Hypothesis> prompts() {
        List<Hypothesis> list = new ArrayList<>();
        Map<String, String> own = remake.prompts();
        list.add(prefixed("no prompt", ""));
        own.forEach((name, text) -> list.add(prefixed("prompt \"" + name + "\" (\"" + text + "\")", text)));
        KNOWN_PROMPTS.stream()
                .filter(text -> !own.containsValue(text))
                .forEach(text -> list.add(prefixed("the prompt \"" + text + "\"", text)));
        List<String> texts = own.values().stream().filter(text -> !text.isBlank()).distinct().toList();
        for (String first : texts) {
            if (!first.equals(first.stripTrailing())) {
                list.add(prefixed("the prompt \"" + first.stripTrailing() + "\" without its space", first.stripTrailing()));
            }
            for (String second : texts) {
                list.add(prefixed("two prompts, \"" + first + second + "\"", first + second));
            }
        }
        return list;
    }

    private Hypothesis prefixed(String label, String prefix) {
        return of(AuditCause.PROMPT, label, rows -> remake.prefixed(rows, prefix));
    }

    List<Hypothesis> titles() {
        if (remake.documents().titles().stream().allMatch(String::isBlank)) {
            return List.of();
        }
        List<Hypothesis> list = new ArrayList<>();
        list.add(titled("text without its title", (title, text) -> text));
        list.add(titled("title alone", (title, text) -> title.isBlank() ? text : title));
        for (String between : new String[] {". ", ": ", " - ", ", ", "\n", "\n\n", " | ", ""}) {
            String shown = between.replace("\n", "\\n");
            list.add(titled("title and text joined by \"" + shown + "\"",
                    (title, text) -> title.isBlank() ? text : title + between + text));
        }
        list.add(titled("fields named, as in \"title: T text: X\"", (title, text) -> "title: " + title + " text: " + text));
        list.add(titled("fields named, as in \"title: T content: X\"", (title, text) -> "title: " + title + " content: " + text));
        list.add(titled("text before title", (title, text) -> (text + " " + title).strip()));
        list.add(titled("title twice", (title, text) -> (title + " " + title + " " + text).strip()));
        return list;
    }

    private interface Joined {
        String of(String title, String text);
    }

    private Hypothesis titled(String label, Joined joined) {
        return of(AuditCause.TITLE, label, rows -> remake.proper(rows, row -> joined.of(
                remake.documents().titles().get(row), remake.documents().texts().get(row))));
    }

    List<Hypothesis> preparations() {
        List<Hypothesis> list = new ArrayList<>();
        list.add(prepared("lower-cased text", text -> text.toLowerCase(Locale.ROOT)));
        list.add(prepared("upper-cased text", text -> text.toUpperCase(Locale.ROOT)));
        list.add(prepared("text without punctuation", text -> text.replaceAll("\\p{P}+", " ")));
        list.add(prepared("text with punctuation taken out", text -> text.replaceAll("\\p{P}+", "")));
        list.add(prepared("text with punctuation and symbols taken out", text -> text.replaceAll("[^\\p{L}\\p{M}\\p{N}_\\s]+", "")));
        list.add(prepared("lower-cased text without punctuation",
                text -> text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{M}\\p{N}\\s]+", " ")));
        list.add(prepared("text without digits", text -> text.replaceAll("\\p{N}+", "")));
        list.add(prepared("text without accents",
                text -> MARKS.matcher(Normalizer.normalize(text, Normalizer.Form.NFD)).replaceAll("")));
        list.add(prepared("text without what is not ASCII", text -> text.replaceAll("[^\\x00-\\x7f]", "")));
        list.add(prepared("text without markup", Hypotheses::withoutMarkup));
        list.add(prepared("text inside HTML paragraphs", text -> "<p>" + text + "</p>"));
        list.add(prepared("text with its characters escaped for HTML", text -> text.replace("&", "&amp;")
                .replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;")));
        list.add(prepared("first line alone", text -> text.lines().findFirst().orElse("")));
        list.add(prepared("first sentence alone", text -> text.split("(?<=[.!?])\\s", 2)[0]));
        return list;
    }

    private Hypothesis prepared(String label, UnaryOperator<String> change) {
        IntFunction<String> text = row -> change.apply(remake.documents().whole(row));
        return of(AuditCause.TEXT_PREPARED, label, rows -> remake.proper(rows, text));
    }

    /** Text without tags, entities resolved. */
    static String withoutMarkup(String text) {
        return TAG.matcher(text)
                .replaceAll(" ")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&nbsp;", " ")
                .replace("&amp;", "&")
                .replaceAll("\\s+", " ")
                .strip();
    }

    List<Hypothesis> cuts(int longest) {
        List<Hypothesis> list = new ArrayList<>();
        for (int tokens : TOKEN_LIMITS) {
            if (tokens != remake.embedder().maxTokens() && tokens < longest) {
                list.add(cut(Unit.TOKENS, tokens));
            }
        }
        list.add(of(AuditCause.CUT, "as many tokens as the model's positions allow",
                rows -> remake.limited(rows, Integer.MAX_VALUE)));
        for (int characters : CHARACTERS) {
            list.add(cut(Unit.CHARACTERS, characters));
        }
        for (int words : WORDS) {
            list.add(cut(Unit.WORDS, words));
        }
        return list;
    }

    Hypothesis cut(Unit unit, int limit) {
        Length length = new Length(unit, limit);
        return new Hypothesis(AuditCause.CUT, "cut at " + length, switch (unit) {
            case TOKENS -> rows -> remake.limited(rows, limit);
            case CHARACTERS -> rows -> remake.proper(rows, row -> {
                String text = remake.documents().whole(row);
                return text.substring(0, Math.min(text.length(), limit));
            });
            case WORDS -> rows -> remake.proper(rows, row -> remake.wordWindows(row, limit, 0).get(0));
        }, length);
    }

    /** Windows of one text, averaged; exact only where the windows are the same, so near agreement counts as well. */
    List<Hypothesis> splits() {
        List<Hypothesis> list = new ArrayList<>();
        int limit = remake.embedder().maxTokens();
        List<Integer> sizes = new ArrayList<>();
        sizes.add(limit);
        for (int tokens : WINDOW_TOKENS) {
            if (tokens < limit) {
                sizes.add(tokens);
            }
        }
        for (int tokens : sizes) {
            list.add(of(AuditCause.SPLIT, "split into windows of " + tokens + " tokens and averaged by their tokens",
                    rows -> remake.split(rows, tokens)));
            list.add(split(Unit.TOKENS, tokens, 0));
        }
        for (int words : WINDOW_WORDS) {
            list.add(split(Unit.WORDS, words, 0));
        }
        for (int characters : WINDOW_CHARACTERS) {
            list.add(split(Unit.CHARACTERS, characters, 0));
        }
        list.add(of(AuditCause.SPLIT, "split into sentences and averaged", rows -> remake.averaged(rows, row ->
                List.of(remake.documents().whole(row).split("(?<=[.!?])\\s+")))));
        return list;
    }

    /** The usual overlaps of such windows. */
    List<Hypothesis> overlapping(Unit unit, int size) {
        return Arrays.stream(OVERLAPS).mapToObj(share -> split(unit, size, share)).toList();
    }

    private Hypothesis split(Unit unit, int size, double shared) {
        String overlap = shared == 0 ? "" : String.format(Locale.ROOT, " that share %.0f %% with the next one", 100 * shared);
        Length length = new Length(unit, size);
        return new Hypothesis(AuditCause.SPLIT, "split into windows of " + length + overlap + " and averaged",
                rows -> remake.averaged(rows, row -> switch (unit) {
                    case TOKENS -> remake.windows(row, size, shared);
                    case CHARACTERS -> remake.characterWindows(row, size, shared);
                    case WORDS -> remake.wordWindows(row, size, shared);
                }), shared == 0 ? length : null);
    }
}
