/**
 * The Hugging Face hub as a source of model folders: a local cache in the layout that Python shares, and downloads that
 * are pinned to a commit, resumed, and checked by digest.
 *
 * <p>{@link io.github.embeddinglab.core.hub.HubSource} is the door; {@link io.github.embeddinglab.core.hub.HubCache}
 * knows the folders, {@link io.github.embeddinglab.core.hub.HubClient} the protocol. Nothing here opens a connection
 * unless {@link io.github.embeddinglab.core.hub.HubSettings#downloadsAllowed()}. To fetch another kind of file, teach
 * {@code ModelFiles}; for another hub, write a {@link io.github.embeddinglab.api.spi.ModelSource}.
 */
@NullMarked
package io.github.embeddinglab.core.hub;

import org.jspecify.annotations.NullMarked;
