package io.github.embeddinglab.examples.corpus;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.MissingArtifactException;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Passages of at most {@value #MAX_TOKENS} WordPiece tokens out of Javadoc jars: what packages, classes, constructors and methods
 * are said to do. Same jars, same passages, in the same order, whatever the number of threads.
 *
 * @param passages in the order of jars, pages (by path) and members (as on the page); no two with the same text
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record JavadocCorpus(List<Passage> passages) {
    /** The most tokens of {@link Passage#titledText()}, the two special ones counted. */
    public static final int MAX_TOKENS = 96;

    private static final int SPECIAL_TOKENS = 2;
    /** What the estimate may be short of on code that looks like no word. */
    private static final int MARGIN = 8;

    private static final int FEWEST_WORDS = 3;
    private static final Pattern WORD = Pattern.compile("\\P{L}+");
    private static final List<Library> LIBRARIES = List.of(
            new Library("org.apache.lucene:lucene-core", "org/apache/lucene/index/IndexWriter.html"),
            new Library("org.apache.lucene:lucene-analysis-common", "org/apache/lucene/analysis/en/EnglishAnalyzer.html"),
            new Library("org.apache.commons:commons-math3", "org/apache/commons/math3/util/FastMath.html"),
            new Library("org.apache.commons:commons-lang3", "org/apache/commons/lang3/StringUtils.html"));

    private record Library(String coordinates, String page) {}

    private record Page(JavadocPage page, String jar, String html) {}

    /** Takes the passages as they are. */
    public JavadocCorpus {
        passages = List.copyOf(passages);
    }

    /**
     * Reads the Javadoc jars that this module depends on.
     *
     * @param threads how many pages are parsed at once, 1 or more
     * @return the corpus
     * @throws MissingArtifactException if one of the jars is not on the class path
     */
    public static JavadocCorpus fromClassPath(int threads) {
        List<Path> jars = new ArrayList<>();
        for (Library library : LIBRARIES) {
            Path jar = jarHolding(library.page());
            if (jar == null) {
                throw new MissingArtifactException("no Javadoc jar of " + library.coordinates() + " on the class path; add that artifact with the classifier 'javadoc'");
            }
            jars.add(jar);
        }
        return fromJars(jars, threads);
    }

    /**
     * Reads the given Javadoc jars.
     *
     * @param jars jars as Maven names them, {@code artifact-version-javadoc.jar}
     * @param threads how many pages are parsed at once, 1 or more
     * @return the corpus
     * @throws InvalidInputException if a jar cannot be read
     */
    public static JavadocCorpus fromJars(List<Path> jars, int threads) {
        if (threads < 1) {
            throw new InvalidInputException("threads " + threads + " is below 1");
        }
        List<Page> pages = new ArrayList<>();
        for (Path jar : jars) {
            pages.addAll(pagesOf(jar));
        }
        return new JavadocCorpus(passagesOf(pages, describe(pages, threads)));
    }

    /**
     * Reads what {@link #writeJsonl} wrote.
     *
     * @param file documents as JSONL
     * @return the corpus
     * @throws InvalidInputException if the file cannot be read or a line is not a passage
     */
    public static JavadocCorpus readJsonl(Path file) {
        return new JavadocCorpus(PassageFile.read(file));
    }

    /**
     * Writes documents as JSONL, one object a line: {@code id, title, text, metadata.location}. The file appears whole or not at all.
     *
     * @param file the file, replaced if it exists
     * @throws InvalidInputException if it cannot be written
     */
    public void writeJsonl(Path file) {
        PassageFile.write(passages, file);
    }

    private static @Nullable Path jarHolding(String page) {
        URL url = JavadocCorpus.class.getClassLoader().getResource(page);
        if (url == null || !url.getProtocol().equals("jar")) {
            return null;
        }
        String address = url.getPath(); // file:/…/x.jar!/page
        return Path.of(URI.create(address.substring(0, address.length() - page.length() - "!/".length())));
    }

    private static List<Page> pagesOf(Path jar) {
        if (!Files.isRegularFile(jar)) {
            throw new InvalidInputException("'" + jar + "' is no file; hand in a Javadoc jar");
        }
        Path fileName = jar.getFileName();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            List<String> paths = new ArrayList<>();
            zip.stream().map(ZipEntry::getName).filter(path -> JavadocPage.at(path) != null).sorted().forEach(paths::add);
            List<Page> pages = new ArrayList<>();
            for (String path : paths) {
                JavadocPage page = JavadocPage.at(path);
                ZipEntry entry = zip.getEntry(path);
                if (page != null && entry != null) {
                    try (var in = zip.getInputStream(entry)) {
                        pages.add(new Page(page, String.valueOf(fileName), new String(in.readAllBytes(), StandardCharsets.UTF_8)));
                    }
                }
            }
            return pages;
        } catch (IOException e) {
            throw new InvalidInputException("'" + jar + "' cannot be read as a jar (" + e.getMessage() + "); fetch it again", e);
        }
    }

    private static List<List<JavadocPage.Description>> describe(List<Page> pages, int threads) {
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            List<Future<List<JavadocPage.Description>>> futures = new ArrayList<>();
            for (Page page : pages) {
                futures.add(workers.submit(() -> page.page().descriptions(page.html())));
            }
            List<List<JavadocPage.Description>> descriptions = new ArrayList<>();
            for (Future<List<JavadocPage.Description>> future : futures) {
                descriptions.add(future.get());
            }
            return descriptions;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("reading the Javadoc jars was interrupted; nothing was written", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a Javadoc page could not be parsed: " + e.getCause(), e);
        } finally {
            workers.shutdownNow();
        }
    }

    private static List<Passage> passagesOf(List<Page> pages, List<List<JavadocPage.Description>> descriptions) {
        PassageCutter cutter = new PassageCutter(MAX_TOKENS - SPECIAL_TOKENS - MARGIN);
        Set<String> texts = new HashSet<>();
        Set<String> ids = new HashSet<>();
        List<Passage> passages = new ArrayList<>();
        for (int i = 0; i < pages.size(); i++) {
            String jar = pages.get(i).jar();
            String library = jar.replaceFirst("-[0-9].*$", "");
            for (JavadocPage.Description description : descriptions.get(i)) {
                int number = 0;
                for (String text : cutter.cut(description.paragraphs(), PassageCutter.tokens(description.title()))) {
                    if (WORD.splitAsStream(text).filter(word -> word.length() > 1).count() < FEWEST_WORDS) {
                        continue; // the end of a cut line of code, or a bare formula
                    }
                    number++;
                    String id = library + "/" + description.key() + (number == 1 ? "" : "/" + number);
                    if (texts.add(text.toLowerCase(Locale.ROOT)) && ids.add(id)) {
                        passages.add(new Passage(id, description.title(), text, jar + "!/" + description.location()));
                    }
                }
            }
        }
        return passages;
    }
}
