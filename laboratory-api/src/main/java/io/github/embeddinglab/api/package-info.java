/**
 * The small front of Embeddings Laboratory: the façade, the rooms, requests, results and errors.
 *
 * <p>Nothing here has a third-party dependency. Requests and results are immutable; implementations are found through
 * {@link io.github.embeddinglab.api.spi} or handed to the builder. To add a room, declare its interface here, extend
 * {@link io.github.embeddinglab.api.Room} and let an artifact provide it with a
 * {@link io.github.embeddinglab.api.spi.RoomProvider}.
 */
@NullMarked
package io.github.embeddinglab.api;

import org.jspecify.annotations.NullMarked;
