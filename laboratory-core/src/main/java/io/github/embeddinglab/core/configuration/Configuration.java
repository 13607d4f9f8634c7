package io.github.embeddinglab.core.configuration;

import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.Resources;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Checked settings by section and key; whole numbers are {@link Long}, others {@link Double}, sizes bytes.
 *
 * @param sections settings of each section; {@code ""} holds those beside the sections
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Configuration(Map<String, Map<String, Object>> sections) {
    /** Copies the maps. */
    public Configuration {
        Map<String, Map<String, Object>> copy = new TreeMap<>();
        sections.forEach((name, settings) -> copy.put(name, Collections.unmodifiableMap(new TreeMap<>(settings))));
        sections = Collections.unmodifiableMap(copy);
    }

    /**
     * Reads files; a later one wins key by key.
     *
     * @param files any number
     * @return the checked settings, presets filled in
     * @throws ConfigurationException naming file, line and what would have been right
     */
    public static Configuration read(List<Path> files) {
        Map<String, Map<String, Object>> sections = new TreeMap<>();
        for (Path file : files) {
            new ConfigurationReader(file).read().forEach((name, settings) ->
                    sections.computeIfAbsent(name, key -> new TreeMap<>()).putAll(settings));
        }
        return new Configuration(Presets.fill(sections));
    }

    /**
     * One section.
     *
     * @param name as in {@code models}
     * @return its settings, empty where the section is absent
     */
    public Map<String, Object> section(String name) {
        return sections.getOrDefault(name, Map.of());
    }

    /**
     * One setting.
     *
     * @param <T> its type
     * @param section name of the section, empty for those beside the sections
     * @param key its key
     * @param type its class
     * @return the value, empty where it is not set
     */
    public <T> Optional<T> get(String section, String key, Class<T> type) {
        return Optional.ofNullable(section(section).get(key)).map(type::cast);
    }

    /**
     * The thread and memory budget of the section {@code optimization}.
     *
     * @return the defaults where nothing is set
     */
    public Resources resources() {
        Map<String, Object> section = section("optimization");
        Resources resources = Resources.defaults();
        if (section.get("threads") instanceof Long threads) {
            resources = resources.withThreads(threads.intValue());
        }
        if (section.get("memory_limit") instanceof Long bytes) {
            resources = resources.withMemoryLimit(bytes);
        }
        if (section.get("arena") instanceof Boolean arena) {
            resources = resources.withArena(arena);
        }
        if (section.get("batch_tokens") instanceof Long tokens) {
            resources = resources.withBatchTokens(tokens.intValue());
        }
        if (section.get("batch_size") instanceof Long rows) {
            resources = resources.withBatchRows(rows.intValue());
        }
        return resources;
    }
}
