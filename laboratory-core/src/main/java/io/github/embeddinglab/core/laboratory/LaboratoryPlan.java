package io.github.embeddinglab.core.laboratory;

import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.LaboratorySettings;
import io.github.embeddinglab.api.Resources;
import io.github.embeddinglab.core.configuration.Configuration;
import io.github.embeddinglab.core.host.HostEnvironment;
import io.github.embeddinglab.core.hub.HubSettings;
import io.github.embeddinglab.core.zoo.ZooSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Everything decided before a laboratory opens: code wins over files, files over the environment.
 *
 * @param defaultModel where none is named
 * @param resources thread and memory budget
 * @param zoo where models come from and are kept
 * @param configuration what the files say
 */
record LaboratoryPlan(String defaultModel, Resources resources, ZooSettings zoo, Configuration configuration) {
    private static final String DEFAULT_MODEL = "all-MiniLM-L6-v2";
    private static final int DEFAULT_PROXY_PORT = 80;
    private static final long DEFAULT_COUNT = 5;
    private static final long DEFAULT_BYTES = 4L << 30;
    private static final long DEFAULT_COMPILED = 8L << 30;

    static LaboratoryPlan of(LaboratorySettings settings, HostEnvironment environment) {
        Configuration file = Configuration.read(settings.configurations());
        Path directory = settings.modelDirectory() != null
                ? settings.modelDirectory()
                : file.get("models", "directory", String.class).map(Path::of).orElseGet(environment::modelDirectory);
        boolean downloads = settings.allowDownloads() != null
                ? settings.allowDownloads()
                : file.get("models", "allow_downloads", Boolean.class).orElse(false);
        ZooSettings zoo = new ZooSettings(
                directory,
                hub(file, environment, downloads),
                new ZooSettings.Limits(
                        file.get("models", "cache_size", Long.class).orElse(DEFAULT_COUNT).intValue(),
                        file.get("models", "cache_bytes", Long.class).orElse(DEFAULT_BYTES),
                        file.get("models", "compiled_bytes", Long.class).orElse(DEFAULT_COMPILED),
                        file.get("optimization", "max_sequence_length", Long.class)
                                .orElse((long) Integer.MAX_VALUE)
                                .intValue()),
                texts(file, "optimization", "devices"),
                texts(file, "models", "enabled"));
        String model = settings.defaultModel() != null
                ? settings.defaultModel()
                : file.get("", "default_model", String.class).orElse(DEFAULT_MODEL);
        Resources resources = settings.resources() != null ? settings.resources() : file.resources();
        return new LaboratoryPlan(model, resources, zoo, file);
    }

    private static HubSettings hub(Configuration file, HostEnvironment environment, boolean downloads) {
        Path cache =
                file.get("models", "hub_cache", String.class).map(Path::of).orElseGet(environment::hubCache);
        HubSettings.Builder hub = HubSettings.builder(cache).allowDownloads(downloads);
        // a variable that is wrong must not stop a laboratory that never connects
        HostEnvironment connecting = downloads ? environment : HostEnvironment.of(Map.of(), cache);
        file.get("models", "hub", String.class)
                .map(address -> address(address, "models.hub"))
                .or(() -> connecting.hubEndpoint().map(address -> address(address, "HF_ENDPOINT")))
                .ifPresent(hub::endpoint);
        file.get("models", "proxy", String.class)
                .map(address -> proxy(address, "models.proxy"))
                .or(() -> connecting.proxy().map(address -> proxy(address, "HTTPS_PROXY")))
                .ifPresent(proxy -> hub.proxy(String.valueOf(proxy.getHost()), proxy.getPort()));
        connecting.hubToken().ifPresent(hub::token);
        return hub.build();
    }

    /** A proxy, with or without its scheme; port 80 where none is given, as curl and Python have it. */
    private static URI proxy(String text, String where) {
        URI address = address(text.contains("://") ? text : "http://" + text, where);
        if (address.getHost() == null || !"http".equals(address.getScheme())) {
            throw new ConfigurationException(where + " is \"" + text + "\"; a proxy is http://HOST:PORT");
        }
        return address.getPort() < 0 ? URI.create("http://" + address.getHost() + ":" + DEFAULT_PROXY_PORT) : address;
    }

    private static URI address(String text, String where) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new ConfigurationException(where + " is \"" + text + "\", which is no address: " + e.getReason(), e);
        }
    }

    private static List<String> texts(Configuration file, String section, String key) {
        return file.get(section, key, List.class)
                .map(list -> ((List<?>) list).stream().map(String.class::cast).toList())
                .orElse(List.of());
    }
}
