package io.github.embeddinglab.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A hub of one model on this machine, with the answers of the real one, and one way to go wrong. */
final class TinyHub implements AutoCloseable {
    static final String ID = "laboratory/tiny";
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final String WEIGHTS = "model.safetensors";
    private static final String JSON = "application/json";

    /** What goes wrong. */
    enum Fault {
        NONE,
        UNAUTHORIZED,
        ABSENT,
        BUSY,
        PAGE,
        CUT,
        ALTERED
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, byte[]> files = new TreeMap<>();
    private final Fault fault;
    final AtomicInteger requests = new AtomicInteger();

    TinyHub(Path model, Fault fault) throws IOException {
        this.fault = fault;
        try (Stream<Path> all = Files.walk(model)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(model.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                requests.incrementAndGet();
                answer(exchange);
            }
        });
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String resolve = "/" + ID + "/resolve/" + COMMIT + "/";
        switch (fault) {
            case UNAUTHORIZED -> send(exchange, 401, JSON, "{\"error\":\"Invalid credentials\"}".getBytes(StandardCharsets.UTF_8));
            case ABSENT -> {
                exchange.getResponseHeaders().set("X-Error-Code", "RepoNotFound");
                send(exchange, 404, JSON, "{\"error\":\"Repository not found\"}".getBytes(StandardCharsets.UTF_8));
            }
            case BUSY -> {
                exchange.getResponseHeaders().set("Retry-After", "600");
                send(exchange, 429, JSON, new byte[0]);
            }
            case PAGE -> send(exchange, 200, "text/html", "<!DOCTYPE html><html>Log in</html>".getBytes(StandardCharsets.UTF_8));
            default -> {
                if (path.equals("/api/models/" + ID + "/revision/main")) {
                    send(exchange, 200, JSON, info().toString().getBytes(StandardCharsets.UTF_8));
                } else if (path.startsWith(resolve) && files.containsKey(path.substring(resolve.length()))) {
                    file(exchange, path.substring(resolve.length()));
                } else {
                    exchange.getResponseHeaders().set("X-Error-Code", "EntryNotFound");
                    send(exchange, 404, JSON, new byte[0]);
                }
            }
        }
    }

    private ObjectNode info() {
        ObjectNode info = JsonMapper.builder().build().createObjectNode().put("id", ID).put("sha", COMMIT);
        files.forEach((name, bytes) -> {
            ObjectNode file = info.withArray("siblings").addObject().put("rfilename", name).put("size", bytes.length).put("blobId", git(bytes));
            if (name.equals(WEIGHTS)) {
                file.putObject("lfs").put("sha256", hex("SHA-256", bytes)).put("size", bytes.length).put("pointerSize", 130);
            }
        });
        return info;
    }

    private void file(HttpExchange exchange, String name) throws IOException {
        byte[] bytes = files.getOrDefault(name, new byte[0]);
        boolean weights = name.equals(WEIGHTS);
        exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
        exchange.getResponseHeaders().set("ETag", "\"" + (weights ? hex("SHA-256", bytes) : git(bytes)) + "\"");
        if (weights && fault == Fault.ALTERED) {
            bytes = bytes.clone();
            bytes[bytes.length - 1] ^= 1;
        }
        if (weights && fault == Fault.CUT && !exchange.getRequestMethod().equals("HEAD")) {
            String range = exchange.getRequestHeaders().getFirst("Range");
            if (range != null) {
                // nothing more comes, so that the client has to give up
                exchange.close();
                return;
            }
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes, 0, bytes.length / 2);
            exchange.getResponseBody().flush();
            return;
        }
        send(exchange, 200, "application/octet-stream", bytes);
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
            exchange.sendResponseHeaders(status, -1);
        } else {
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private static String git(byte[] bytes) {
        byte[] head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] all = java.util.Arrays.copyOf(head, head.length + bytes.length);
        System.arraycopy(bytes, 0, all, head.length, bytes.length);
        return hex("SHA-1", all);
    }

    private static String hex(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
