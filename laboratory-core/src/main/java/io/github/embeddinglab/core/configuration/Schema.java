package io.github.embeddinglab.core.configuration;

import static io.github.embeddinglab.core.configuration.Setting.bytes;
import static io.github.embeddinglab.core.configuration.Setting.flag;
import static io.github.embeddinglab.core.configuration.Setting.integer;
import static io.github.embeddinglab.core.configuration.Setting.number;
import static io.github.embeddinglab.core.configuration.Setting.oneOf;
import static io.github.embeddinglab.core.configuration.Setting.preset;
import static io.github.embeddinglab.core.configuration.Setting.only;
import static io.github.embeddinglab.core.configuration.Setting.text;
import static io.github.embeddinglab.core.configuration.Setting.texts;

import java.util.Map;

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
            "finetuning",
                    Map.of(
                            "preset", preset("finetuning"),
                            "batch_size", integer(1, 65_536),
                            "learning_rate", number(1e-9, 1),
                            "warmup_steps", integer(0, 1_000_000_000),
                            "evaluation_steps", integer(1, 1_000_000_000),
                            "epochs", integer(1, 10_000),
                            "seed", integer(0, Long.MAX_VALUE),
                            "precision", oneOf("auto", "fp32", "bf16")),
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
}
