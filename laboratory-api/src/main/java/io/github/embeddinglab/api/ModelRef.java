package io.github.embeddinglab.api;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asked for: a registered name, {@code org/name@revision} or a folder.
 *
 * @param text as it was written
 * @param name without the revision
 * @param revision branch, tag or commit, null where none was given
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record ModelRef(String text, String name, @Nullable String revision) {
    private static final Pattern FORM = Pattern.compile("(.+?)(?:@([A-Za-z0-9._/-]+))?");
    private static final Pattern HUB_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*/[A-Za-z0-9_][A-Za-z0-9._-]*");

    /**
     * Reads a reference.
     *
     * @param text as a caller wrote it
     * @return the reference
     * @throws InvalidInputException when it is blank
     */
    public static ModelRef parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new InvalidInputException("the model name is empty; name a model (see `lab models list`) or a folder");
        }
        return new ModelRef(text, matcher.group(1), matcher.group(2));
    }

    /**
     * Whether the name has the form {@code org/name} of a hub.
     *
     * @return true when it may be looked for there
     */
    public boolean hasHubForm() {
        return HUB_NAME.matcher(name).matches();
    }

    /**
     * The revision.
     *
     * @return empty where none was given
     */
    public Optional<String> revisionName() {
        return Optional.ofNullable(revision);
    }

    @Override
    public String toString() {
        return text;
    }
}
