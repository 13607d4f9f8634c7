package io.github.embeddinglab.api.spi;

import io.github.embeddinglab.api.Embedder;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Brings a decorator that model names may have in front, as in {@code NAME=SETTING:MODEL}. Core knows the names that may stand there, so that a
 * model name with a colon is never taken for one: {@code adapter} is the one that others bring.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface DecoratorProvider extends NamedProvider {
    /**
     * Decorates a model.
     *
     * @param setting what stands behind the equals sign
     * @param inner closed with the result
     * @return the decorated model
     * @throws io.github.embeddinglab.api.LaboratoryException when the setting does not fit; the model stays open
     */
    Embedder decorate(String setting, Embedder inner);
}
