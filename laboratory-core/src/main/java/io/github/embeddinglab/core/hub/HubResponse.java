package io.github.embeddinglab.core.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * An answer whose body is still to be read.
 *
 * @param uri that answered, after redirects
 * @param status 2xx, 416, or 3xx where the request stops at a redirect
 * @param headers as sent
 * @param body its owner closes it
 */
record HubResponse(URI uri, int status, HttpHeaders headers, ResponseBody body) implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes (\\d+)-\\d+/(\\d+|\\*)");
    private static final Pattern UNSATISFIED = Pattern.compile("bytes \\*/(\\d+)");

    Optional<String> header(String name) {
        return headers.firstValue(name).filter(value -> !value.isBlank());
    }

    /** Content-Length, where it counts the bytes of the content itself. */
    OptionalLong length() {
        return encoded() ? OptionalLong.empty() : number("Content-Length");
    }

    OptionalLong number(String name) {
        return header(name).map(String::strip).filter(text -> text.matches("\\d{1,18}"))
                .map(text -> OptionalLong.of(Long.parseLong(text))).orElse(OptionalLong.empty());
    }

    /** Whether the body is packed although that was not asked for, as some proxies do. */
    boolean encoded() {
        return header("Content-Encoding").filter(coding -> !coding.equalsIgnoreCase("identity")).isPresent();
    }

    boolean isHtml() {
        return header("Content-Type").map(type -> type.toLowerCase(Locale.ROOT))
                .filter(type -> type.startsWith("text/html") || type.startsWith("application/xhtml")).isPresent();
    }

    /** Where a partial body begins, empty where the answer does not say. */
    OptionalLong rangeStart() {
        return group(RANGE);
    }

    /** The whole size that a refused range reports. */
    OptionalLong refusedRangeSize() {
        return group(UNSATISFIED);
    }

    private OptionalLong group(Pattern pattern) {
        Matcher matcher = pattern.matcher(header("Content-Range").orElse(""));
        return matcher.matches() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }

    /** The content, unpacked. */
    InputStream content() throws IOException {
        if (!encoded()) {
            return body;
        }
        @Nullable String coding = header("Content-Encoding").orElse(null);
        if (coding != null && (coding.equalsIgnoreCase("gzip") || coding.equalsIgnoreCase("x-gzip"))) {
            return new GZIPInputStream(body);
        }
        throw new IOException("the answer of " + uri.getHost() + " is packed as \"" + coding + "\", which was not asked for");
    }

    @Override
    public void close() {
        body.close();
    }
}
