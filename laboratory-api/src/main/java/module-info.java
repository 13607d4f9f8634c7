/** The small front of Embeddings Laboratory and its SPI. */
module io.github.embeddinglab.api {
    requires static transitive org.jspecify;
    requires static transitive org.apiguardian.api;

    exports io.github.embeddinglab.api;
    exports io.github.embeddinglab.api.spi;
    exports io.github.embeddinglab.api.training;

    uses io.github.embeddinglab.api.spi.LaboratoryProvider;
    uses io.github.embeddinglab.api.spi.EmbedderProvider;
    uses io.github.embeddinglab.api.spi.DecoratorProvider;
    uses io.github.embeddinglab.api.spi.ModelSource;
    uses io.github.embeddinglab.api.spi.RoomProvider;
}
