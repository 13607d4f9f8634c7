package io.github.embeddinglab.core.decoration;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.MissingArtifactException;
import io.github.embeddinglab.api.spi.DecoratorProvider;
import io.github.embeddinglab.api.spi.NamedProvider;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * A model name with a decorator in front: {@code hierarchical:MODEL}, {@code hierarchical=TOKENS:MODEL} (of a window),
 * {@code contrastive=FILE:MODEL} (UTF-8, a text a line), or {@code adapter=FOLDER:MODEL} (which {@code laboratory-training} brings).
 * MODEL may be decorated itself.
 *
 * @param kind {@code hierarchical}, {@code contrastive} or {@code adapter}
 * @param setting after the equals sign, null without one
 * @param model what is decorated
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Decoration(String kind, @Nullable String setting, String model) {
    private static final String HIERARCHICAL = "hierarchical";
    private static final String ADAPTER = "adapter";

    /** A setting ends at its first colon but for that of a drive. */
    private static final Pattern FORM =
            Pattern.compile("(hierarchical|contrastive|adapter)(?:=((?:[A-Za-z]:(?=[/\\\\]))?[^:]+))?:(.+)");

    /**
     * Reads a name.
     *
     * @param name as a user gives it
     * @return empty where it is a plain one
     */
    public static Optional<Decoration> parse(String name) {
        Matcher matcher = FORM.matcher(name.strip());
        return matcher.matches()
                ? Optional.of(new Decoration(matcher.group(1), matcher.group(2), matcher.group(3)))
                : Optional.empty();
    }

    /**
     * Opens the decorated model.
     *
     * @param open opens the model by its name
     * @return closed with the model
     * @throws InvalidInputException when the setting is missing or wrong
     */
    public Embedder open(Function<String, Embedder> open) {
        if (kind.equals(HIERARCHICAL)) {
            int tokens = setting == null ? HierarchicalEmbedder.WINDOW_TOKENS : tokens(setting);
            return around(open, inner -> HierarchicalEmbedder.over(inner, tokens));
        }
        if (kind.equals(ADAPTER)) {
            if (setting == null) {
                throw new InvalidInputException("adapter needs its folder: adapter=FOLDER:" + model);
            }
            DecoratorProvider provider = NamedProvider.discover(DecoratorProvider.class, Decoration.class.getClassLoader()).stream()
                    .filter(candidate -> candidate.name().equals(ADAPTER))
                    .findFirst()
                    .orElseThrow(() -> new MissingArtifactException("adapters are read by an artifact that is not on the class path; add"
                            + " io.github.embeddinglab:laboratory-training"));
            return around(open, inner -> provider.decorate(setting, inner));
        }
        if (setting == null) {
            throw new InvalidInputException("contrastive needs a background: contrastive=FILE:" + model
                    + ", FILE holding a text a line");
        }
        List<String> background = background(setting);
        return around(open, inner -> ContrastiveEmbedder.against(background, inner));
    }

    private Embedder around(Function<String, Embedder> open, Function<Embedder, Embedder> decorator) {
        Embedder inner = open.apply(model);
        try {
            return decorator.apply(inner);
        } catch (RuntimeException | Error e) {
            inner.close();
            throw e;
        }
    }

    private static int tokens(String setting) {
        try {
            return Integer.parseInt(setting);
        } catch (NumberFormatException e) {
            throw new InvalidInputException("hierarchical=" + setting + " is no number of tokens; give one, as in hierarchical=128:MODEL", e);
        }
    }

    private static List<String> background(String setting) {
        try {
            return Files.readAllLines(Path.of(setting), StandardCharsets.UTF_8).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (InvalidPathException e) {
            throw new InvalidInputException("the background \"" + setting + "\" is no path of this system: " + e.getReason(), e);
        } catch (CharacterCodingException e) {
            throw new InvalidInputException("the background " + setting + " is not UTF-8; convert it", e);
        } catch (IOException e) {
            throw new InvalidInputException("the background " + setting + " cannot be read (" + e
                    + "); name a file with a text a line", e);
        }
    }
}
