package io.github.embeddinglab.training.record;

import io.github.embeddinglab.api.ModelId;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.Instant;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Names tuned models: parent, day (UTC) and the first digits of a hash, as in {@code all-MiniLM-L6-v2-tuned-20261124-ab12cd}. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TunedName {
    private static final Pattern UNFIT = Pattern.compile("[^A-Za-z0-9._-]+");
    private static final int DIGITS = 6;
    private static final int LONGEST = 64;

    private TunedName() {}

    /**
     * Makes a name.
     *
     * @param parent name or folder of the parent; of a path and of {@code org/name} the last part counts
     * @param at when the training ended
     * @param sha256 hexadecimal digits of what makes the training itself
     * @return the name
     */
    public static ModelId of(String parent, Instant at, String sha256) {
        String day = DateTimeFormatter.BASIC_ISO_DATE.format(LocalDate.ofInstant(at, ZoneOffset.UTC));
        return ModelId.of(plain(parent) + "-tuned-" + day + "-" + sha256.substring(0, DIGITS));
    }

    /**
     * The parent's part of the name.
     *
     * @param parent name or folder of the parent
     * @return at most 64 letters, digits, dots, dashes and underscores
     */
    public static String plain(String parent) {
        String last = parent.replaceAll("[/\\\\]+$", "").replaceAll(".*[/\\\\]", "").replaceAll("@.*$", "");
        // a model tuned twice says so by its day and hash alone
        String name = UNFIT.matcher(last.replaceAll("-tuned-\\d{8}-[0-9a-f]{6}$", "")).replaceAll("-");
        String stem = name.isEmpty() || name.startsWith(".") || name.startsWith("-") ? "model" + name : name;
        return stem.substring(0, Math.min(LONGEST, stem.length()));
    }
}
