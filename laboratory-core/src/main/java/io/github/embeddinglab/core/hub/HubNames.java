package io.github.embeddinglab.core.hub;

import io.github.embeddinglab.api.DownloadException;
import io.github.embeddinglab.api.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** The forms of model ids, revisions and paths; all three become parts of local paths, so nothing else may pass. */
final class HubNames {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,95})?");
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9._-]{1,200}(/[A-Za-z0-9._-]{1,200}){0,8}");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern PATH_SEGMENT = Pattern.compile("[^/\\\\:\\p{Cntrl}]+");

    private HubNames() {}

    static boolean isId(String id) {
        // the hub reserves "--" and ".." in names; the cache layout relies on that
        return ID.matcher(id).matches() && !id.contains("--") && !id.contains("..");
    }

    static String id(String id) {
        if (!isId(id)) {
            throw new InvalidInputException("model \"" + id + "\" is not of the hub's form org/name"
                    + " (letters, digits, '.', '_', '-'; neither \"--\" nor \"..\")");
        }
        return id;
    }

    static String revision(String revision) {
        if (!REVISION.matcher(revision).matches() || revision.contains("..")) {
            throw new InvalidInputException("revision \"" + revision
                    + "\" is neither a branch, a tag nor a commit (letters, digits, '.', '_', '-', '/')");
        }
        return revision;
    }

    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    static boolean isSha256(String text) {
        return SHA256.matcher(text).matches();
    }

    /** Checks a path that a server sent. */
    static String path(String path, String id) {
        for (String segment : path.split("/", -1)) {
            if (segment.equals(".") || segment.equals("..") || !PATH_SEGMENT.matcher(segment).matches()) {
                throw new DownloadException("the hub lists a file \"" + printable(path) + "\" in " + id
                        + ", a path that would leave the model's folder; nothing was written, check the endpoint");
            }
        }
        return path;
    }

    /** Entity tags come quoted, weak, or with a content coding appended; the bare digest is what counts. */
    static String tag(String header) {
        String tag = header.strip();
        if (tag.startsWith("W/")) {
            tag = tag.substring(2);
        }
        if (tag.length() >= 2 && tag.startsWith("\"") && tag.endsWith("\"")) {
            tag = tag.substring(1, tag.length() - 1);
        }
        String bare = tag.replaceFirst("(-gzip|--gzip|;gzip|-br)$", "").toLowerCase(Locale.ROOT);
        return isCommit(bare) || isSha256(bare) ? bare : tag;
    }

    /** Percent-encodes all but unreserved characters; keeps {@code /} when asked to. */
    static String encode(String text, boolean keepSlash) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                    || "-._~".indexOf(c) >= 0 || (keepSlash && c == '/');
            if (plain) {
                out.append(c);
            } else {
                out.append(String.format(Locale.ROOT, "%%%02X", b & 0xff));
            }
        }
        return out.toString();
    }

    /** One line, at most 200 characters, of a text that a server chose. */
    static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() <= 200 ? line : line.substring(0, 200) + "…";
    }

    /** A size for people. */
    static String bytes(long size) {
        return size < 1_000_000
                ? size + " bytes"
                : String.format(Locale.ROOT, "%.1f MB", size / 1e6);
    }
}
