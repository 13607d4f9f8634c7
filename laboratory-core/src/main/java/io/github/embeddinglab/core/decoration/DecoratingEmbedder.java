package io.github.embeddinglab.core.decoration;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import java.util.List;

/** What decorators share: a name of their own, the inner embedder, and its end. */
abstract class DecoratingEmbedder implements Embedder {
    private final String name;
    private final Embedder inner;
    private volatile boolean closed;

    DecoratingEmbedder(String name, Embedder inner) {
        this.name = name;
        this.inner = inner;
    }

    final Embedder inner() {
        if (closed) {
            throw new LaboratoryException("model " + name + " was closed; load it again");
        }
        return inner;
    }

    final void check(List<String> texts, EmbedOptions options) {
        options.model().filter(asked -> !asked.equals(name)).ifPresent(asked -> {
            throw new InvalidInputException("options name the model \"" + asked + "\", this embedder is \"" + name
                    + "\"; ask the laboratory instead, or leave the model out");
        });
        for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i) == null) {
                throw new InvalidInputException("text " + i + " is null; give an empty text or leave it out");
            }
        }
        if (options.dimensions() > dimensions()) {
            throw new InvalidInputException("dimensions is " + options.dimensions() + ", model " + name + " has " + dimensions()
                    + "; ask for at most that many");
        }
    }

    @Override
    public final String model() {
        return name;
    }

    @Override
    public int dimensions() {
        return inner().dimensions();
    }

    @Override
    public int countTokens(String text) {
        return inner().countTokens(text);
    }

    /** Closes the inner embedder as well. */
    @Override
    public final void close() {
        if (!closed) {
            closed = true;
            inner.close();
        }
    }
}
