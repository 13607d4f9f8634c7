package io.github.embeddinglab.core.hub;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;

/**
 * A hub and the host of its large files, on two ports of this machine: the answers have the status, headers and redirects
 * of the real one, and go wrong where a test says so.
 */
final class HubServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final HttpServer hub;
    private final HttpServer files;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Deque<Fault>> faults = new ConcurrentHashMap<>();
    private final Map<String, Fault> constant = new ConcurrentHashMap<>();
    final List<Seen> log = Collections.synchronizedList(new ArrayList<>());
    final Map<String, String> refs = new ConcurrentHashMap<>();
    final Map<String, byte[]> content = new TreeMap<>();
    final Set<String> large = new TreeSet<>();
    final String id;
    volatile boolean listsBlobs = true;
    volatile boolean statesTags = true;

    /** A request: which host, method, path, and the headers that matter. */
    record Seen(String host, String method, String path, String range, String authorization) {}

    /** An answer that goes wrong; false lets the right answer follow. */
    interface Fault {
        boolean answer(HttpExchange exchange) throws IOException;
    }

    HubServer(String id) throws IOException {
        this.id = id;
        hub = server("hub", exchange -> hub(exchange));
        files = server("files", exchange -> body(exchange, exchange.getRequestURI().getPath().substring("/blobs/".length())));
    }

    private HttpServer server(String host, Answer answer) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            log.add(new Seen(host, exchange.getRequestMethod(), path, String.valueOf(exchange.getRequestHeaders().getFirst("Range")),
                    String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"))));
            try (exchange) {
                String key = host + " " + exchange.getRequestMethod() + " " + path.substring(path.lastIndexOf('/') + 1);
                Fault fault = faults.getOrDefault(key, new ArrayDeque<>()).poll();
                if (fault == null) {
                    fault = constant.get(key);
                }
                if (fault == null || !fault.answer(exchange)) {
                    answer.to(exchange);
                }
            }
        });
        server.start();
        return server;
    }

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    byte[] bytes(String path) {
        return Objects.requireNonNull(content.get(path), path);
    }

    URI endpoint() {
        return URI.create("http://localhost:" + hub.getAddress().getPort());
    }

    /** The next answers to "host METHOD name" go wrong, one after the other. */
    void next(String key, Fault... next) {
        faults.computeIfAbsent(key, k -> new ConcurrentLinkedDeque<>()).addAll(Arrays.asList(next));
    }

    /** All answers go wrong. */
    void always(String key, Fault fault) {
        constant.put(key, fault);
    }

    void recover() {
        faults.clear();
        constant.clear();
    }

    List<Seen> seen(String host, String method, String name) {
        synchronized (log) {
            return log.stream().filter(s -> s.host().equals(host) && s.method().equals(method) && s.path().endsWith("/" + name)).toList();
        }
    }

    static Fault status(int status, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
            return true;
        };
    }

    static Fault page(int status, String type) {
        return exchange -> {
            byte[] page = "<!DOCTYPE html><html><body>Please log in to the guest network</body></html>".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, exchange.getRequestMethod().equals("HEAD") ? -1 : page.length);
            if (!exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseBody().write(page);
            }
            return true;
        };
    }

    /** Ends after some bytes although more were announced. */
    Fault cut(String path, int after) {
        return exchange -> {
            byte[] all = bytes(path);
            int from = offset(exchange);
            partialHead(exchange, from, all.length);
            exchange.getResponseBody().write(all, from, Math.min(after, all.length - from));
            exchange.getResponseBody().flush();
            return true;
        };
    }

    /** Sends a bit every few milliseconds. */
    Fault slow(String path, int chunk, long millis) {
        return exchange -> {
            byte[] all = bytes(path);
            int from = offset(exchange);
            partialHead(exchange, from, all.length);
            OutputStream out = exchange.getResponseBody();
            for (int at = from; at < all.length; at += chunk) {
                out.write(all, at, Math.min(chunk, all.length - at));
                out.flush();
                try {
                    Thread.sleep(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return true;
                }
            }
            return true;
        };
    }

    /** Other bytes of the same length. */
    Fault altered(String path) {
        return exchange -> {
            byte[] all = bytes(path).clone();
            all[all.length - 1] ^= 1;
            exchange.sendResponseHeaders(200, all.length);
            exchange.getResponseBody().write(all);
            return true;
        };
    }

    /** A whole answer, but not of the whole file. */
    Fault shortened(String path) {
        return exchange -> {
            exchange.sendResponseHeaders(200, bytes(path).length - 10);
            exchange.getResponseBody().write(bytes(path), 0, bytes(path).length - 10);
            return true;
        };
    }

    /** The whole file although a part was asked for. */
    Fault ignoresRange(String path) {
        return exchange -> {
            exchange.sendResponseHeaders(200, bytes(path).length);
            exchange.getResponseBody().write(bytes(path));
            return true;
        };
    }

    /** Packed although plain was asked for. */
    Fault gzipped(String path) {
        return exchange -> {
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
                out.write(bytes(path));
            }
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(packed.toByteArray());
            return true;
        };
    }

    private static int offset(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
    }

    private static void partialHead(HttpExchange exchange, int from, int size) throws IOException {
        if (from > 0) {
            exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (size - 1) + "/" + size);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, size - from);
    }

    private void hub(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        String api = "/api/models/" + id + "/revision/";
        String tree = "/api/models/" + id + "/tree/";
        String resolve = "/" + id + "/resolve/";
        if (path.startsWith(api)) {
            String revision = URLDecoder.decode(path.substring(api.length()), StandardCharsets.UTF_8);
            String commit = refs.containsValue(revision) ? revision : refs.get(revision);
            if (commit == null) {
                error(exchange, 404, "RevisionNotFound", "Invalid rev id: " + revision);
            } else {
                json(exchange, info(commit).toString());
            }
        } else if (path.startsWith(tree)) {
            json(exchange, tree().toString());
        } else if (path.startsWith(resolve)) {
            String rest = path.substring(resolve.length());
            resolve(exchange, rest.substring(0, 40), rest.substring(41));
        } else {
            error(exchange, 404, "RepoNotFound", "Repository not found");
        }
    }

    private static void error(HttpExchange exchange, int status, String code, String message) throws IOException {
        status(status, "X-Error-Code", code, "X-Error-Message", message).answer(exchange);
    }

    private static void json(HttpExchange exchange, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private ObjectNode info(String commit) {
        ObjectNode info = JSON.createObjectNode().put("id", id).put("sha", commit);
        ArrayNode siblings = info.putArray("siblings");
        content.forEach((name, bytes) -> {
            ObjectNode file = siblings.addObject().put("rfilename", name);
            if (listsBlobs) {
                file.put("size", bytes.length).put("blobId", gitSha1(bytes));
                if (large.contains(name)) {
                    file.putObject("lfs").put("sha256", sha256(bytes)).put("size", bytes.length).put("pointerSize", 130);
                }
            }
        });
        return info;
    }

    private ArrayNode tree() {
        ArrayNode entries = JSON.createArrayNode();
        content.forEach((name, bytes) -> {
            ObjectNode file = entries.addObject().put("type", "file").put("path", name).put("size", bytes.length).put("oid", gitSha1(bytes));
            if (large.contains(name)) {
                file.putObject("lfs").put("oid", sha256(bytes)).put("size", bytes.length).put("pointerSize", 130);
            }
        });
        return entries;
    }

    private void resolve(HttpExchange exchange, String commit, String path) throws IOException {
        if (!content.containsKey(path)) {
            error(exchange, 404, "EntryNotFound", "Entry not found");
            return;
        }
        byte[] bytes = bytes(path);
        exchange.getResponseHeaders().set("X-Repo-Commit", commit);
        if (large.contains(path)) {
            if (statesTags) {
                exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + sha256(bytes) + "\"");
                exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(bytes.length));
            }
            exchange.getResponseHeaders().set("Location", "http://127.0.0.1:" + files.getAddress().getPort() + "/blobs/" + path
                    + "?X-Signature=abc%3D&disposition=inline; filename=\"x\"");
            exchange.sendResponseHeaders(302, -1);
        } else {
            exchange.getResponseHeaders().set("ETag", statesTags ? "W/\"" + gitSha1(bytes) + "\"" : "\"mirror:" + path.length() + "\"");
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            body(exchange, path);
        }
    }

    private void body(HttpExchange exchange, String path) throws IOException {
        byte[] all = bytes(path);
        int from = offset(exchange);
        if (from >= all.length && from > 0) {
            status(416, "Content-Range", "bytes */" + all.length).answer(exchange);
        } else if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(all.length));
            exchange.sendResponseHeaders(200, -1);
        } else {
            partialHead(exchange, from, all.length);
            exchange.getResponseBody().write(all, from, all.length - from);
        }
    }

    static String sha256(byte[] bytes) {
        ContentDigest digest = new ContentDigest(bytes.length);
        digest.update(bytes, bytes.length);
        return digest.sha256();
    }

    static String gitSha1(byte[] bytes) {
        ContentDigest digest = new ContentDigest(bytes.length);
        digest.update(bytes, bytes.length);
        return digest.gitSha1();
    }

    @Override
    public void close() {
        hub.stop(0);
        files.stop(0);
        threads.shutdownNow();
    }
}
