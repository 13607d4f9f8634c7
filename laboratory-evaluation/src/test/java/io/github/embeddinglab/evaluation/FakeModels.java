package io.github.embeddinglab.evaluation;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.ModelCheck;
import io.github.embeddinglab.api.ModelNotFoundException;
import io.github.embeddinglab.api.Models;
import io.github.embeddinglab.api.Room;
import io.github.embeddinglab.api.spi.RoomContext;
import io.github.embeddinglab.api.spi.RoomProvider;
import io.github.embeddinglab.testkit.FakeEmbedder;
import java.lang.reflect.Proxy;
import java.util.List;

/** A zoo without weights that loads two models: a good one, and one of four dimensions. */
final class FakeModels implements RoomProvider {
    @Override
    public String name() {
        return "fake-models";
    }

    @Override
    public Class<? extends Room> room() {
        return Models.class;
    }

    @Override
    public Room open(RoomContext context) {
        return (Room) Proxy.newProxyInstance(Models.class.getClassLoader(), new Class<?>[] {Models.class}, (proxy, method, args) -> {
            if (method.getName().equals("verify")) {
                try (Embedder embedder = load((String) args[0])) {
                    return new ModelCheck((String) args[0], embedder.fingerprint(), embedder.dimensions(), 4L * embedder.dimensions(), List.of());
                }
            }
            if (!method.getName().equals("load")) {
                throw new UnsupportedOperationException(method.getName());
            }
            return load((String) args[0]);
        });
    }

    private static Embedder load(String model) {
        return switch (model) {
            case "wide" -> FakeEmbedder.builder().dimensions(256).build();
            case "narrow" -> FakeEmbedder.builder().dimensions(4).build();
            default -> throw new ModelNotFoundException("model " + model + " is not here");
        };
    }
}
