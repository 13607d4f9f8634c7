package io.github.embeddinglab.core.hub;

import org.jspecify.annotations.Nullable;

/**
 * What a request is about, for messages.
 *
 * @param id {@code org/name}
 * @param revision as asked for
 * @param file path in the repository, null for the repository itself
 */
record HubSubject(String id, String revision, @Nullable String file) {
    HubSubject with(String path) {
        return new HubSubject(id, revision, path);
    }

    @Override
    public String toString() {
        return (file == null ? "" : file + " of ") + id + "@" + revision;
    }
}
