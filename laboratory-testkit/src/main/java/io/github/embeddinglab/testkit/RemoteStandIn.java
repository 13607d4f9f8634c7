package io.github.embeddinglab.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.api.ModelId;
import io.github.embeddinglab.api.ModelInfo;
import io.github.embeddinglab.api.ModelNotFoundException;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.spi.EmbedderProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * A remote service on the loopback interface and the provider of its model. Its embedders have no weights and no
 * tokenizer: they lack {@code LOCAL}, {@code COUNT_TOKENS} and {@code SPLIT}, and their fingerprint is made of provider,
 * model, dimensions, prompts and the vector of a probe text. Faults can be ordered, as services have them.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class RemoteStandIn implements EmbedderProvider, AutoCloseable {
    /** Name of the one model. */
    public static final String MODEL = "stand-in-model";

    private static final Map<String, String> PROMPTS = Map.of("query", "query: ", "document", "passage: ");

    private final HttpServer server;
    private final ExecutorService workers;
    private final FakeEmbedder embedder;
    private final HttpClient client;
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger embedded = new AtomicInteger();
    private volatile Duration retryAfter = Duration.ZERO;
    private volatile @Nullable String poison;

    private RemoteStandIn(HttpServer server) {
        this.server = server;
        this.embedder = FakeEmbedder.builder().prompts(PROMPTS).build();
        this.workers = Executors.newFixedThreadPool(8, task -> {
            Thread thread = new Thread(task, "remote-stand-in");
            thread.setDaemon(true);
            return thread;
        });
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }

    /**
     * Starts a service on a free port.
     *
     * @return a service to close
     * @throws LaboratoryException when no port can be opened
     */
    public static RemoteStandIn start() {
        HttpServer server;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        } catch (IOException e) {
            throw new LaboratoryException(
                    "no port of the loopback interface can be opened (" + e.getMessage() + "); allow local sockets", e);
        }
        RemoteStandIn standIn = new RemoteStandIn(server);
        server.setExecutor(standIn.workers);
        server.createContext("/embed", standIn::embed);
        server.createContext("/check", standIn::check);
        server.start();
        return standIn;
    }

    /**
     * Orders refusals: the next requests are answered with 429 and a delay.
     *
     * @param requests how many
     * @param delay whole seconds, told in {@code Retry-After}
     */
    public void refuseNext(int requests, Duration delay) {
        retryAfter = delay;
        refusals.set(requests);
    }

    /**
     * Orders partly failed batches: a text that contains a word gets a fault instead of a vector.
     *
     * @param word the word, null to end it
     */
    public void failTextsWith(@Nullable String word) {
        poison = word;
    }

    /**
     * Texts that the service has embedded, the probe included.
     *
     * @return at least 0
     */
    public int embeddedTexts() {
        return embedded.get();
    }

    @Override
    public String name() {
        return "stand-in";
    }

    @Override
    public List<ModelInfo> models() {
        ModelFacts facts = new ModelFacts(
                "hashed words behind a loopback service",
                embedder.dimensions(),
                embedder.maxTokens(),
                List.of("multilingual"),
                "Apache-2.0",
                "mean",
                PROMPTS,
                List.of());
        return List.of(new ModelInfo(
                ModelId.of(MODEL), List.of(), facts, ModelInfo.Availability.READY, endpoint("").toString(), false));
    }

    @Override
    public Embedder open(String model) {
        if (!model.equals(MODEL)) {
            throw new ModelNotFoundException("the provider " + name() + " has no model " + model + "; it has " + MODEL);
        }
        return new RemoteEmbedder(name(), models().get(0).facts(), client, endpoint(""));
    }

    private URI endpoint(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + path);
    }

    private void embed(HttpExchange exchange) throws IOException {
        List<String> texts = read(exchange);
        if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            exchange.getResponseHeaders().set("Retry-After", Long.toString(retryAfter.toSeconds()));
            answer(exchange, 429, "too many requests");
            return;
        }
        EmbedOptions options = EmbedOptions.defaults()
                .role(new Role(header(exchange, RemoteWire.ROLE, "")))
                .dimensions(Integer.parseInt(header(exchange, RemoteWire.DIMENSIONS, "0")));
        Embeddings rows = embedder.embed(texts, options);
        embedded.addAndGet(texts.size());
        String word = poison;
        StringBuilder body = new StringBuilder();
        for (int row = 0; row < rows.rows(); row++) {
            boolean fails = word != null && texts.get(row).contains(word);
            body.append(
                    fails
                            ? RemoteWire.fault("this text is refused")
                            : RemoteWire.vector(rows.vector(row), rows.tokenUse(row)));
        }
        answer(exchange, 200, body.toString());
    }

    /** Answers the tokens of each text with its prompt, one number a line. */
    private void check(HttpExchange exchange) throws IOException {
        String prompt = PROMPTS.getOrDefault(header(exchange, RemoteWire.ROLE, ""), "");
        StringBuilder body = new StringBuilder();
        for (String text : read(exchange)) {
            body.append(embedder.countTokens(prompt + text)).append('\n');
        }
        answer(exchange, 200, body.toString());
    }

    private static String header(HttpExchange exchange, String name, String otherwise) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? otherwise : value;
    }

    private static List<String> read(HttpExchange exchange) throws IOException {
        return RemoteWire.texts(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII));
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
        try (exchange) {
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /** Stops the service; its embedders fail from then on. */
    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
        embedder.close();
    }
}
