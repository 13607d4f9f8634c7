package io.github.embeddinglab.core.hub;

import io.github.embeddinglab.api.DownloadException;
import io.github.embeddinglab.api.DownloadNotAllowedException;
import io.github.embeddinglab.api.ModelNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One request and its redirects. Redirects are followed here and not by the client, because the token must reach the
 * endpoint's host and no other: large files live on hosts of other owners, whose addresses are signed.
 */
final class HubTransport {
    private static final int MAXIMUM_REDIRECTS = 10;
    private static final Pattern RATE_LIMIT = Pattern.compile("r=0;\\s*t=(\\d{1,9})");
    private final HubSettings settings;
    private final HttpClient client;

    HubTransport(HubSettings settings) {
        if (!settings.downloadsAllowed()) {
            throw new DownloadNotAllowedException("downloads are not allowed, so no connection to " + settings.endpoint()
                    + " is made; allow them with allowDownloads(true), --allow-downloads or models.allow_downloads: true");
        }
        this.settings = settings;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.network().connectTimeout());
        HubSettings.Proxy proxy = settings.network().proxy();
        if (proxy != null) {
            builder.proxy(ProxySelector.of(new InetSocketAddress(proxy.host(), proxy.port())));
        }
        this.client = builder.build();
    }

    /**
     * A request.
     *
     * @param method GET or HEAD
     * @param uri at the endpoint
     * @param offset first byte that is wanted
     * @param untilTag whether to stop at a redirect to another host once the answer tells the file's tag
     */
    record Request(String method, URI uri, long offset, boolean untilTag) {
        static Request get(URI uri, long offset) {
            return new Request("GET", uri, offset, false);
        }

        static Request metadata(URI uri) {
            return new Request("HEAD", uri, 0, true);
        }
    }

    /**
     * Sends a request once and follows its redirects.
     *
     * @throws IOException when it may be tried again
     * @throws DownloadException when it is refused
     */
    HubResponse open(HubSubject subject, Request request) throws IOException {
        URI uri = request.uri();
        for (int hop = 0; hop <= MAXIMUM_REDIRECTS; hop++) {
            HubResponse response = send(request, uri);
            boolean handedOver = false;
            try {
                int status = response.status();
                String location = response.header("Location").orElse(null);
                if (status / 100 == 3 && location != null) {
                    URI next = target(subject, uri, location);
                    boolean tagged = response.header("X-Linked-Etag").isPresent() || response.header("ETag").isPresent();
                    if (request.untilTag() && tagged && !sameHost(uri, next)) {
                        handedOver = true;
                        return response;
                    }
                    uri = next;
                    continue;
                }
                check(subject, response, request);
                handedOver = true;
                return response;
            } finally {
                if (!handedOver) {
                    response.close();
                }
            }
        }
        throw new DownloadException("cannot download " + subject + ": more than " + MAXIMUM_REDIRECTS
                + " redirects from " + request.uri().getHost() + "; check the endpoint and the proxy");
    }

    private HubResponse send(Request request, URI uri) throws IOException {
        HttpRequest.Builder builder = HttpRequest.newBuilder(uri)
                .method(request.method(), HttpRequest.BodyPublishers.noBody())
                .header("User-Agent", "embeddings-laboratory")
                .header("Accept-Encoding", "identity");  // sizes, ranges and digests are those of the plain file
        if (request.offset() > 0) {
            builder.header("Range", "bytes=" + request.offset() + "-");
        }
        if (settings.token() != null && sameHost(uri, settings.endpoint())) {
            builder.header("Authorization", "Bearer " + settings.token());
        }
        Duration patience = settings.network().readTimeout();
        // no request timeout: on newer JDKs it would bound the whole body, not only the wait for its head
        CompletableFuture<HttpResponse<Flow.Publisher<List<ByteBuffer>>>> answer =
                client.sendAsync(builder.build(), HttpResponse.BodyHandlers.ofPublisher());
        try {
            HttpResponse<Flow.Publisher<List<ByteBuffer>>> response = answer.get(
                    patience.plus(settings.network().connectTimeout()).toMillis(), TimeUnit.MILLISECONDS);
            ResponseBody body = new ResponseBody(patience);
            response.body().subscribe(body);
            return new HubResponse(uri, response.statusCode(), response.headers(), body);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new HttpTimeoutException(uri.getHost() + " did not answer within " + patience.toMillis() + " ms");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException io) {
                throw new IOException(uri.getHost() + ": " + (io.getMessage() == null ? io.getClass().getSimpleName()
                        : io.getMessage()), io);
            }
            throw new IOException(String.valueOf(cause), cause);
        }
    }

    private static boolean sameHost(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && String.valueOf(one.getHost()).equalsIgnoreCase(other.getHost()) && port(one) == port(other);
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    private static URI target(HubSubject subject, URI from, String location) {
        try {
            // signed addresses may hold characters that a URI must not
            StringBuilder clean = new StringBuilder();
            location.strip().chars().forEach(c -> clean.append(c > 0x20 && c < 0x7f && "\"<>\\^`{|}".indexOf(c) < 0
                    ? String.valueOf((char) c) : HubNames.encode(String.valueOf((char) c), false)));
            URI next = from.resolve(clean.toString());
            String scheme = String.valueOf(next.getScheme()).toLowerCase(Locale.ROOT);
            boolean downgrade = from.getScheme().equalsIgnoreCase("https") && scheme.equals("http");
            if (next.getHost() != null && !downgrade && (scheme.equals("http") || scheme.equals("https"))) {
                return next;
            }
        } catch (IllegalArgumentException e) {
            throw new DownloadException("cannot download " + subject + ": " + from.getHost() + " redirects to \""
                    + HubNames.printable(location) + "\", which is no address; check the endpoint and the proxy", e);
        }
        throw new DownloadException("cannot download " + subject + ": " + from.getHost() + " redirects to \""
                + HubNames.printable(location) + "\", which is not followed (unencrypted or no address); check the endpoint and the proxy");
    }

    private void check(HubSubject subject, HubResponse response, Request request) throws IOException {
        int status = response.status();
        String host = response.uri().getHost();
        if (status / 100 == 2) {
            if (response.isHtml()) {
                throw html(subject, host);
            }
            return;
        }
        String said = response.header("X-Error-Message").map(text -> " (\"" + HubNames.printable(text) + "\")").orElse("");
        String code = response.header("X-Error-Code").orElse("");
        switch (status) {
            case 416 -> {
                if (request.offset() == 0) {
                    throw new DownloadException("cannot download " + subject + ": " + host + " answers 416 to a request for all of it");
                }
            }
            case 401, 403 -> throw denied(subject, response, said);
            case 404, 410 -> throw notFound(subject, host, code, said);
            case 407 -> throw new DownloadException("cannot download " + subject
                    + ": the proxy wants a login (407), which is not supported; use a proxy without one");
            case 408, 425, 429, 500, 502, 503, 504 ->
                throw new RetryLaterException(host + " answers " + status + said, wait(response.headers()));
            default -> throw new DownloadException("cannot download " + subject + ": " + host + " answers " + status + said
                    + (response.isHtml() ? " with a web page; is a proxy in between?" : "; check the endpoint"));
        }
    }

    static DownloadException html(HubSubject subject, String host) {
        return new DownloadException("cannot download " + subject + ": " + host + " answers with a web page (HTML) instead of the"
                + " file; a login page of a network or a proxy stands in between, or the endpoint is wrong; nothing was kept");
    }

    private DownloadException denied(HubSubject subject, HubResponse response, String said) {
        String host = response.uri().getHost();
        int status = response.status();
        if (!sameHost(response.uri(), settings.endpoint())) {
            return new DownloadException("cannot download " + subject + ": the file host " + host + " answers " + status
                    + "; its address has expired or a proxy blocks it, try again");
        }
        String page = settings.endpoint() + "/" + subject.id();
        if (response.header("X-Error-Code").orElse("").equals("GatedRepo")) {
            return new DownloadException("cannot download " + subject + ": the model is gated" + said + "; accept its terms at "
                    + page + " and set a token of an account that did" + (settings.token() == null ? " (none is set)" : ""));
        }
        return new DownloadException("cannot download " + subject + ": " + host + " answers " + status + said + "; "
                + (settings.token() == null
                        ? "the model does not exist or is private: check its name, or set a token that may read it"
                        : "the token is wrong, has expired or may not read " + subject.id() + ": check it, or leave it out for a public model"));
    }

    private static ModelNotFoundException notFound(HubSubject subject, @Nullable String host, String code, String said) {
        String what = switch (code) {
            case "RepoNotFound" -> "no model \"" + subject.id() + "\" at " + host + "; check its name, or set a token if it is private";
            case "RevisionNotFound" -> "model \"" + subject.id() + "\" has no revision \"" + subject.revision() + "\" at " + host
                    + "; name a branch, tag or commit that exists";
            default -> subject.file() == null
                    ? "no model \"" + subject.id() + "\" with a revision \"" + subject.revision() + "\" at " + host
                            + " (404); check both, and whether the endpoint is a hub"
                    : "revision \"" + subject.revision() + "\" of model \"" + subject.id() + "\" has no file \"" + subject.file()
                            + "\" at " + host + "; name another revision";
        };
        return new ModelNotFoundException(what + said);
    }

    /** Retry-After in seconds or as a date, else the reset of a used-up rate limit. */
    private static @Nullable Duration wait(HttpHeaders headers) {
        String after = headers.firstValue("Retry-After").orElse("").strip();
        if (after.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(after));
        }
        if (!after.isEmpty()) {
            try {
                Duration until = Duration.between(Instant.now(),
                        ZonedDateTime.parse(after, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
                return until.isNegative() ? Duration.ZERO : until;
            } catch (DateTimeException e) {
                return null;
            }
        }
        Matcher limit = RATE_LIMIT.matcher(headers.firstValue("RateLimit").orElse(""));
        return limit.find() ? Duration.ofSeconds(Long.parseLong(limit.group(1)) + 1) : null;
    }
}
