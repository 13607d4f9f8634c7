package io.github.embeddinglab.training.generation;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The generators that are here. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class PairGenerators {
    private static final int LEAST_KEYWORDS = 2;
    private static final int MOST_KEYWORDS = 5;
    private static final int PASSAGE_WORDS = 80;
    private static final double KEEP_SENTENCE = 0.1;
    private static final Pattern HEADING = Pattern.compile("(?:#{1,6}|={1,6})[ \\t]+(\\S.*)");
    /** Begins and ends a block of code in Markdown or AsciiDoc, in which {@code # words} is a comment. */
    private static final Pattern FENCE = Pattern.compile("[ \\t]*(`{3,}|~{3,}|-{4,}[ \\t]*$).*");
    private static final Pattern LINE = Pattern.compile("(?m)^.*$");
    private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");
    private static final List<String> PLACES = List.of("title", "heading", "keywords", "first");

    private PairGenerators() {}

    /** A generator by its parts. */
    private record Named(String name, Maker maker) implements PairGenerator {
        @Override
        public List<Pair> pairs(Corpus corpus, int document, SplittableRandom random) {
            return maker.pairs(corpus, corpus.documents().get(document), random);
        }
    }

    private interface Maker {
        List<PairGenerator.Pair> pairs(Corpus corpus, Corpus.Document document, SplittableRandom random);
    }

    /**
     * The whole title, a heading path with spaces in place of {@code >}; answered by the text.
     *
     * @return the generator {@code title}
     */
    public static PairGenerator titles() {
        return new Named("title", (corpus, document, random) -> pairs(
                document.title().replaceAll("\\s*>\\s*", " ").strip(), document.text()));
    }

    /**
     * The last part of a heading path, answered by the text; and each heading line of the text (Markdown, AsciiDoc),
     * answered by what stands below it.
     *
     * @return the generator {@code heading}
     */
    public static PairGenerator headings() {
        return new Named("heading", (corpus, document, random) -> {
            List<PairGenerator.Pair> pairs = new ArrayList<>(pairs(document.heading(), document.text()));
            List<MatchResult> lines = headingLines(document.text());
            for (int i = 0; i < lines.size(); i++) {
                Matcher heading = HEADING.matcher(lines.get(i).group());
                int end = i + 1 < lines.size() ? lines.get(i + 1).start() : document.text().length();
                if (heading.matches()) {
                    pairs.addAll(pairs(heading.group(1), document.text().substring(lines.get(i).end(), end)));
                }
            }
            return pairs;
        });
    }

    /** Lines that are headings, outside blocks of code. */
    private static List<MatchResult> headingLines(String text) {
        List<MatchResult> headings = new ArrayList<>();
        String open = "";
        Matcher line = LINE.matcher(text);
        while (line.find()) {
            Matcher fence = FENCE.matcher(line.group());
            String mark = fence.matches() ? fence.group(1).strip() : "";
            if (open.isEmpty() && !mark.isEmpty()) {
                open = mark;
            } else if (!open.isEmpty()) {
                open = !mark.isEmpty() && mark.startsWith(open) ? "" : open;
            } else if (HEADING.matcher(line.group()).matches()) {
                headings.add(line.toMatchResult());
            }
        }
        return headings;
    }

    /**
     * The first sentence, answered by the rest.
     *
     * @return the generator {@code first-sentence}
     */
    public static PairGenerator firstSentences() {
        return new Named("first-sentence", (corpus, document, random) -> {
            List<String> sentences = Corpus.sentences(document.text());
            return sentences.size() < 2
                    ? List.of()
                    : pairs(sentences.get(0), String.join(" ", sentences.subList(1, sentences.size())));
        });
    }

    /**
     * A passage of about eighty words, answered by the passage after it in the same document.
     *
     * @return the generator {@code neighbours}
     */
    public static PairGenerator neighbours() {
        return new Named("neighbours", (corpus, document, random) -> {
            List<String> passages = passages(document.text());
            List<PairGenerator.Pair> pairs = new ArrayList<>();
            for (int i = 0; i + 1 < passages.size(); i++) {
                pairs.addAll(pairs(passages.get(i), passages.get(i + 1)));
            }
            return pairs;
        });
    }

    private static List<String> passages(String text) {
        List<String> passages = new ArrayList<>();
        StringBuilder passage = new StringBuilder();
        int words = 0;
        for (String sentence : Corpus.sentences(text)) {
            passage.append(passage.isEmpty() ? "" : " ").append(sentence);
            words += Corpus.count(sentence);
            if (words >= PASSAGE_WORDS) {
                passages.add(passage.toString());
                passage.setLength(0);
                words = 0;
            }
        }
        if (!passage.isEmpty()) {
            passages.add(passage.toString());
        }
        return passages;
    }

    /**
     * A random sentence, answered by the text around it; in one case of ten the sentence stays in the text, so that shared
     * words count too (Lee, Chang and Toutanova 2019).
     *
     * @return the generator {@code inverse-cloze}
     */
    public static PairGenerator inverseCloze() {
        return new Named("inverse-cloze", (corpus, document, random) -> {
            List<String> sentences = new ArrayList<>(Corpus.sentences(document.text()));
            if (sentences.size() < 2) {
                return List.of();
            }
            String query = sentences.get(random.nextInt(sentences.size()));
            if (random.nextDouble() >= KEEP_SENTENCE) {
                sentences.remove(query);
            }
            return pairs(query, String.join(" ", sentences));
        });
    }

    /**
     * Two to five words that tell the document from the others, answered by the text; see {@link Corpus#keywords}.
     *
     * @return the generator {@code keywords}
     */
    public static PairGenerator keywords() {
        return new Named("keywords", (corpus, document, random) -> pairs(keywords(corpus, document, random), document.text()));
    }

    private static String keywords(Corpus corpus, Corpus.Document document, SplittableRandom random) {
        List<String> words = corpus.keywords(document.text(), random.nextInt(LEAST_KEYWORDS, MOST_KEYWORDS + 1));
        return words.size() < LEAST_KEYWORDS ? "" : String.join(" ", words);
    }

    /**
     * One of some sentences with places to fill, drawn for each document among those that it can fill: {@code {title}},
     * {@code {heading}}, {@code {keywords}}, {@code {first}} (the first sentence).
     *
     * @param templates at least one
     * @return the generator {@code templates}
     * @throws InvalidInputException when there is none, or a place is not known
     */
    public static PairGenerator templates(List<String> templates) {
        List<String> copy = List.copyOf(templates);
        if (copy.isEmpty()) {
            throw new InvalidInputException("there is no template; give at least one, as in \"how to {heading}\"");
        }
        for (String template : copy) {
            Matcher matcher = PLACE.matcher(template);
            boolean found = false;
            while (matcher.find()) {
                found = true;
                if (!PLACES.contains(matcher.group(1))) {
                    throw new InvalidInputException("the template \"" + template + "\" has the place {" + matcher.group(1)
                            + "}; there are {" + String.join("}, {", PLACES) + "}");
                }
            }
            if (!found) {
                throw new InvalidInputException("the template \"" + template + "\" has no place to fill; use one of {"
                        + String.join("}, {", PLACES) + "}");
            }
        }
        return new Named("templates", (corpus, document, random) -> {
            List<String> sentences = Corpus.sentences(document.text());
            Map<String, String> fillings = Map.of(
                    "title", document.title().replaceAll("\\s*>\\s*", " ").strip(),
                    "heading", document.heading(),
                    "keywords", keywords(corpus, document, random),
                    "first", sentences.isEmpty() ? "" : sentences.get(0));
            List<String> fitting = copy.stream()
                    .filter(template -> PLACE.matcher(template)
                            .results()
                            .noneMatch(place -> fillings.getOrDefault(place.group(1), "").isEmpty()))
                    .toList();
            if (fitting.isEmpty()) {
                return List.of();
            }
            String template = fitting.get(random.nextInt(fitting.size()));
            return pairs(
                    PLACE.matcher(template)
                            .replaceAll(place -> Matcher.quoteReplacement(fillings.getOrDefault(place.group(1), ""))),
                    document.text());
        });
    }

    /**
     * Questions that fit most documentation.
     *
     * @return templates
     */
    public static List<String> defaultTemplates() {
        return List.of(
                "what is {heading}?",
                "how does {heading} work",
                "{heading} example",
                "where can I read about {keywords}",
                "how to use {keywords}");
    }

    /**
     * All generators, {@code templates} with the default ones.
     *
     * @return by name
     */
    public static Map<String, PairGenerator> all() {
        Map<String, PairGenerator> all = new LinkedHashMap<>();
        for (PairGenerator generator : List.of(
                titles(), headings(), firstSentences(), neighbours(), inverseCloze(), keywords(), templates(defaultTemplates()))) {
            all.put(generator.name(), generator);
        }
        return all;
    }

    private static List<PairGenerator.Pair> pairs(String query, String document) {
        return query.isBlank() || document.isBlank()
                ? List.of()
                : List.of(new PairGenerator.Pair(query.strip(), document.strip()));
    }
}
