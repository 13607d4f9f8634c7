package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.RemoteException;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.TextTooLongException;
import io.github.embeddinglab.api.TokenUse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A client of {@link RemoteStandIn}: what it knows of the model are published facts and the vector of a probe text. */
final class RemoteEmbedder implements Embedder {
    private static final int ROWS_OF_A_REQUEST = 64;
    private static final String PROBE = "The quick brown fox jumps over the lazy dog.";

    private final String provider;
    private final ModelFacts facts;
    private final HttpClient client;
    private final URI service;
    private final AtomicBoolean closed = new AtomicBoolean();
    private @Nullable Fingerprint fingerprint;

    RemoteEmbedder(String provider, ModelFacts facts, HttpClient client, URI service) {
        this.provider = provider;
        this.facts = facts;
        this.client = client;
        this.service = service;
    }

    @Override
    public String model() {
        return RemoteStandIn.MODEL;
    }

    @Override
    public Embeddings embed(List<String> texts, EmbedOptions options) {
        requireOpen();
        requireOptions(texts, options);
        int dimensions = options.dimensions() == 0 ? facts.dimensions() : options.dimensions();
        if (options.overflow() == Overflow.FAIL) {
            requireShort(texts, options.role());
        }
        Fingerprint print = fingerprint();
        long start = System.nanoTime();
        float[] values = new float[texts.size() * dimensions];
        TokenUse[] uses = new TokenUse[texts.size()];
        List<Integer> failed = new ArrayList<>();
        String reason = "";
        for (int from = 0; from < texts.size(); from += ROWS_OF_A_REQUEST) {
            int to = Math.min(texts.size(), from + ROWS_OF_A_REQUEST);
            List<RemoteWire.Row> rows;
            try {
                rows = request(texts.subList(from, to), options.role(), dimensions);
            } catch (RemoteException e) {
                IntStream.range(from, texts.size()).forEach(failed::add);
                throw new RemoteException(String.valueOf(e.getMessage()), e.retryAfter().orElse(null), failed);
            }
            for (int row = from; row < to; row++) {
                RemoteWire.Row answer = rows.get(row - from);
                float[] vector = answer.vector();
                uses[row] = answer.use();
                if (vector == null) {
                    failed.add(row);
                    reason = answer.fault();
                } else {
                    System.arraycopy(vector, 0, values, row * dimensions, dimensions);
                }
            }
            options.progress()
                    .report(new Progress("embedding", to, texts.size(), Duration.ofNanos(System.nanoTime() - start)));
        }
        if (!failed.isEmpty()) {
            throw new RemoteException(
                    provider + " gave no vector for the rows " + failed + " of " + texts.size() + " (" + reason
                            + "); drop or change these texts",
                    null,
                    failed);
        }
        return Embeddings.adopt(values, dimensions, List.of(uses), print);
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new LaboratoryException("the embedder " + model() + " is closed; open another one");
        }
    }

    private void requireOptions(List<String> texts, EmbedOptions options) {
        String asked = options.model().orElse(model());
        if (!asked.equals(model())) {
            throw new InvalidInputException(
                    "this embedder is " + model() + ", the request names " + asked + "; leave the name out");
        }
        if (options.dimensions() > facts.dimensions()) {
            throw new InvalidInputException("dimensions is " + options.dimensions() + ", " + model() + " has "
                    + facts.dimensions() + "; ask for at most that many, or 0 for all");
        }
        if (options.overflow() == Overflow.SPLIT) {
            throw new InvalidInputException(
                    model() + " has no tokenizer and cannot split; cut the texts yourself, or choose Overflow.TRUNCATE");
        }
        String prompt = promptName(options.role());
        if (!prompt.isEmpty() && !facts.prompts().containsKey(prompt)) {
            throw new InvalidInputException("prompt \"" + prompt + "\" is unknown to " + model() + ", it has "
                    + String.join(", ", facts.prompts().keySet()));
        }
        int row = 0;
        for (String text : texts) {
            if (text == null) {
                throw new InvalidInputException("text " + row + " of the request is null; drop it or give an empty string");
            }
            row++;
        }
    }

    private String promptName(Role role) {
        boolean optional = role.equals(Role.QUERY) || role.equals(Role.DOCUMENT);
        return optional && !facts.prompts().containsKey(role.promptName()) ? "" : role.promptName();
    }

    private void requireShort(List<String> texts, Role role) {
        for (int from = 0; from < texts.size(); from += ROWS_OF_A_REQUEST) {
            int to = Math.min(texts.size(), from + ROWS_OF_A_REQUEST);
            List<String> counts =
                    send(post("check", texts.subList(from, to), role).build()).lines().toList();
            for (int row = from; row < to; row++) {
                int tokens = Integer.parseInt(counts.get(row - from));
                if (tokens > facts.maxTokens()) {
                    throw new TextTooLongException("text " + row + " has " + tokens + " tokens, " + model() + " takes "
                            + facts.maxTokens() + "; shorten it, or choose Overflow.TRUNCATE");
                }
            }
        }
    }

    private List<RemoteWire.Row> request(List<String> texts, Role role, int dimensions) {
        List<RemoteWire.Row> rows = RemoteWire.rows(send(post("embed", texts, role)
                .header(RemoteWire.DIMENSIONS, Integer.toString(dimensions))
                .build()));
        if (rows.size() != texts.size()
                || rows.stream().map(RemoteWire.Row::vector).anyMatch(v -> v != null && v.length != dimensions)) {
            throw new RemoteException(
                    provider + " answered " + rows.size() + " rows to " + texts.size() + " texts, or of another width than "
                            + dimensions + "; the service changed",
                    null,
                    List.of());
        }
        return rows;
    }

    private HttpRequest.Builder post(String path, List<String> texts, Role role) {
        HttpRequest.Builder request = HttpRequest.newBuilder(service.resolve(path))
                .timeout(Duration.ofSeconds(60))
                .POST(HttpRequest.BodyPublishers.ofString(RemoteWire.texts(texts)));
        String prompt = promptName(role);
        return prompt.isEmpty() ? request : request.header(RemoteWire.ROLE, prompt);
    }

    private String send(HttpRequest request) {
        try {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() == 200) {
                return response.body();
            }
            Duration delay = response.headers()
                    .firstValue("Retry-After")
                    .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
                    .orElse(null);
            throw new RemoteException(
                    provider + " answered " + response.statusCode() + " (" + response.body() + "); try again "
                            + (delay == null ? "later" : "in " + delay.toSeconds() + " s"),
                    delay,
                    List.of());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("a request to " + provider + " was interrupted; call it again to repeat it", e);
        } catch (IOException e) {
            throw new RemoteException(
                    provider + " cannot be reached at " + service + " (" + e + "); start it or check the network",
                    null,
                    List.of());
        }
    }

    @Override
    public int dimensions() {
        return facts.dimensions();
    }

    @Override
    public int maxTokens() {
        return facts.maxTokens();
    }

    @Override
    public int countTokens(String text) {
        throw new InvalidInputException(model() + " is remote and has no tokenizer; ask capabilities() first");
    }

    /** Asks for the probe's vector once. */
    @Override
    public synchronized Fingerprint fingerprint() {
        Fingerprint known = fingerprint;
        if (known == null) {
            float[] probe = request(List.of(PROBE), Role.NONE, facts.dimensions()).get(0).vector();
            known = FakeEmbedder.sha256(provider + "|" + model() + "|" + facts.dimensions() + "|" + facts.prompts() + "|"
                    + Arrays.toString(probe));
            fingerprint = known;
        }
        return known;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.DIMENSIONS);
    }

    @Override
    public void close() {
        closed.set(true);
    }
}
