package io.github.embeddinglab.core.model;

import io.github.embeddinglab.api.InvalidModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What {@code sentence_bert_config.json} and {@code tokenizer_config.json} add to a transformer.
 *
 * <p>The limit is the reference's: {@code max_seq_length} where it is given, else the smaller of the tokenizer's
 * {@code model_max_length} and the position table. Where that is more than the positions a token can have (the RoBERTa
 * family and MPNet lose those up to the padding id), the reference fails on longer texts; here the limit is lowered.
 *
 * @param maxTokens the limit, special tokens included
 * @param wanted the limit before it was lowered to the positions
 * @param lowerCase whether text is lower-cased before tokenisation
 */
record TransformerSettings(int maxTokens, int wanted, boolean lowerCase) {
    private static final List<String> FILES = List.of(
            "sentence_bert_config.json",
            "sentence_roberta_config.json",
            "sentence_distilbert_config.json",
            "sentence_camembert_config.json",
            "sentence_albert_config.json",
            "sentence_xlm-roberta_config.json",
            "sentence_xlnet_config.json");
    private static final Set<String> KNOWN = Set.of(
            "max_seq_length", "do_lower_case", "transformer_task", "modality_config", "module_output_name", "processing_kwargs",
            "unpad_inputs", "query_length", "document_length", "query_expansion", "model_args", "model_kwargs", "tokenizer_args",
            "processor_kwargs", "config_args", "config_kwargs", "tokenizer_name_or_path");

    /** How, not what: none of these changes a vector beyond rounding. */
    private static final Set<String> HARMLESS = Set.of(
            "attn_implementation", "torch_dtype", "dtype", "trust_remote_code", "use_fast", "padding_side", "low_cpu_mem_usage",
            "device_map", "use_safetensors", "model_max_length");

    /**
     * Reads the files.
     *
     * @param folder of the transformer
     * @param encoder what runs there
     * @param listed whether {@code modules.json} exists; without it the reference ignores its own settings file
     * @param tokenizer what {@code tokenizer.json} says
     */
    static TransformerSettings read(Path folder, EncoderConfig encoder, boolean listed, TokenizerFile tokenizer) {
        Path adapter = folder.resolve("adapter_config.json");
        if (Files.exists(adapter)) {
            throw new InvalidModelException(adapter + " shows an adapter (PEFT), which is not read; merge it into the model in Python "
                    + "with merge_and_unload() and save the result");
        }
        ConfigFile settings = ConfigFile.readIfPresent(folder.resolve(FILES.get(0)));
        for (String name : FILES) {
            if (settings.isEmpty()) {
                settings = ConfigFile.readIfPresent(folder.resolve(name));
            }
        }
        ConfigFile own = ConfigFile.readIfPresent(folder.resolve("tokenizer_config.json"));
        capitals(own, tokenizer);
        own.require("truncation_side", "right"); // the reference would keep the end of a long text
        int positions = EncoderReader.longest(encoder);
        int inferred = Math.min(own.limit("model_max_length"), encoder.positions());
        if (!listed) {
            return new TransformerSettings(Math.min(inferred, positions), inferred, false);
        }
        settings.onlyKnown(KNOWN);
        understood(settings);
        int wanted = inferred;
        String arguments = settings.spelled(List.of("processor_kwargs", "tokenizer_args"));
        if (settings.child(arguments).has("model_max_length")) {
            wanted = settings.child(arguments).limit("model_max_length");
        } else if (settings.has("max_seq_length")) {
            wanted = settings.limit("max_seq_length");
        }
        return new TransformerSettings(Math.min(wanted, positions), wanted, settings.flag("do_lower_case", false));
    }

    private static void understood(ConfigFile settings) {
        settings.require("transformer_task", "feature-extraction");
        settings.require("module_output_name", "token_embeddings");
        for (String key : List.of("processing_kwargs", "query_length", "document_length", "query_expansion", "tokenizer_name_or_path")) {
            settings.requireAbsent(key);
        }
        for (String key : List.of("model_args", "model_kwargs", "tokenizer_args", "processor_kwargs", "config_args", "config_kwargs")) {
            settings.child(key).onlyKnown(HARMLESS);
        }
        if (settings.has("modality_config")) {
            ConfigFile modalities = settings.child("modality_config");
            if (!modalities.keys().contains("text")) {
                throw settings.refused("modality_config", String.valueOf(settings.node("modality_config")), "\"text\" is expected");
            }
            ConfigFile text = modalities.child("text");
            text.require("method", "forward");
            text.require("method_output_name", "last_hidden_state");
        }
    }

    /** The reference's BERT tokenizers let this file win over tokenizer.json; here both have to say the same. */
    private static void capitals(ConfigFile own, TokenizerFile tokenizer) {
        String kind = own.text("tokenizer_class", "");
        boolean bert = kind.startsWith("BertTokenizer") || kind.startsWith("DistilBertTokenizer") || kind.startsWith("MPNetTokenizer");
        if (bert && own.has("do_lower_case") && !tokenizer.bertLowerCase().isEmpty()) {
            boolean here = own.flag("do_lower_case", true);
            if (here != Boolean.parseBoolean(tokenizer.bertLowerCase())) {
                throw own.refused("do_lower_case", Boolean.toString(here), "tokenizer.json says lowercase: "
                        + tokenizer.bertLowerCase() + ", so one of the two belongs to another model");
            }
        }
    }
}
