package io.github.embeddinglab.core.configuration;

import static io.github.embeddinglab.core.configuration.Setting.bytes;
import static io.github.embeddinglab.core.configuration.Setting.flag;
import static io.github.embeddinglab.core.configuration.Setting.integer;
import static io.github.embeddinglab.core.configuration.Setting.loss;
import static io.github.embeddinglab.core.configuration.Setting.number;
import static io.github.embeddinglab.core.configuration.Setting.oneOf;
import static io.github.embeddinglab.core.configuration.Setting.preset;
import static io.github.embeddinglab.core.configuration.Setting.only;
import static io.github.embeddinglab.core.configuration.Setting.text;
import static io.github.embeddinglab.core.configuration.Setting.texts;
import static io.github.embeddinglab.core.configuration.Setting.word;

import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingSetting;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Every section and key of {@code laboratory.yaml}, with the values it takes. */
final class Schema {
    /** Keys that stand beside the sections. */
    static final Map<String, Setting> TOP = Map.of(
            "type",
            only("laboratory", "this library has one implementation, chosen by the artifact on the class path"),
            "default_model",
            text());

    static final Map<String, Map<String, Setting>> SECTIONS = Map.of(
            "models",
                    Map.of(
                            "preset", preset("models"),
                            "enabled", texts(),
                            "cache_size", integer(1, 10_000),
                            "cache_bytes", bytes(1),
                            "directory", text(),
                            "allow_downloads", flag(),
                            "hub", text(),
                            "hub_cache", text(),
                            "proxy", text(),
                            "compiled_bytes", bytes(1)),
            "optimization",
                    Map.of(
                            "preset", preset("optimization"),
                            "use_onnx",
                                    only(
                                            true,
                                            "graphs are always compiled for ONNX Runtime; static models run without it"
                                                    + " by themselves"),
                            "batch_size", integer(1, 65_536),
                            "batch_tokens", integer(16, 1 << 20),
                            "max_sequence_length", integer(1, 1 << 20),
                            "threads", integer(1, 1024),
                            "memory_limit", bytes(8L << 20),
                            "arena", flag(),
                            "devices", texts()),
            "finetuning", finetuning(),
            "compression",
                    Map.of(
                            "quantization", oneOf("none", "int8", "int4", "binary"),
                            "dimension_reduction", integer(1, 65_536),
                            "compression_target", number(0.001, 1)),
            "storage",
                    Map.of(
                            "index_type", oneOf("flat", "hnsw", "ivf"),
                            "ef_construction", integer(1, 100_000),
                            "m", integer(2, 512),
                            "directory", text()));

    private Schema() {}

    /** All that can be set about a training, and which preset, strategy and loss. */
    private static Map<String, Setting> finetuning() {
        Map<String, Setting> all = new TreeMap<>();
        all.put("preset", preset("finetuning"));
        all.put("strategy", oneOf(Arrays.stream(Strategy.values()).map(Strategy::toString).toArray(String[]::new)));
        all.put("loss", loss());
        for (TrainingSetting setting : TrainingSetting.values()) {
            all.put(setting.key(), of(setting.kind()));
        }
        return all;
    }

    private static Setting of(TrainingSetting.Kind kind) {
        if (kind instanceof TrainingSetting.Kind.Decimal range) {
            return number(range.low(), range.high());
        }
        if (kind instanceof TrainingSetting.Kind.Whole range) {
            return integer(range.low(), range.high());
        }
        return kind instanceof TrainingSetting.Kind.Choice choice ? word(choice.words()) : text();
    }
}
