package io.github.embeddinglab.core.configuration;

import io.github.embeddinglab.api.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Named groups of settings; what a file says beside its preset wins. */
final class Presets {
    private static final Map<String, String> FILES = Map.of(
            "models", "model_configs.yaml",
            "finetuning", "training_configs.yaml",
            "optimization", "optimization_configs.yaml");

    private Presets() {}

    static Map<String, Map<String, Object>> fill(Map<String, Map<String, Object>> sections) {
        Map<String, Map<String, Object>> filled = new TreeMap<>();
        sections.forEach((name, settings) -> filled.put(name, fill(name, settings)));
        return filled;
    }

    private static Map<String, Object> fill(String section, Map<String, Object> settings) {
        if (!(settings.get("preset") instanceof String preset)) {
            return settings;
        }
        Map<String, Object> filled = new TreeMap<>(presets(section).getOrDefault(preset, Map.of())); // checked when read
        filled.putAll(settings);
        return filled;
    }

    /** All presets of a section, checked like any other settings. */
    static Map<String, Map<String, Object>> presets(String section) {
        String file = FILES.getOrDefault(section, "");
        try (InputStream in = Presets.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new ConfigurationException("section " + section + " has no presets; remove the key preset");
            }
            return ConfigurationReader.readGroups(file, new String(in.readAllBytes(), StandardCharsets.UTF_8), section);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
