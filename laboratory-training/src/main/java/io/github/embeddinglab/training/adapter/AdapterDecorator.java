package io.github.embeddinglab.training.adapter;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.spi.DecoratorProvider;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Puts a kept adapter behind a model that is asked for as {@code adapter=FOLDER:MODEL}. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class AdapterDecorator implements DecoratorProvider {
    /** For {@link java.util.ServiceLoader}. */
    public AdapterDecorator() {}

    @Override
    public String name() {
        return "adapter";
    }

    @Override
    public Embedder decorate(String setting, Embedder inner) {
        try {
            return AdapterFile.read(Path.of(setting), inner);
        } catch (InvalidPathException e) {
            throw new InvalidInputException("the adapter \"" + setting + "\" is no path of this system: " + e.getReason(), e);
        }
    }
}
