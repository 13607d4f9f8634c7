package io.github.embeddinglab.core.tokenization;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Reads {@code post_processor}: what the tokenizer puts around a single text. */
final class TemplateReader {
    private final TokenizerFile file;

    TemplateReader(TokenizerFile file) {
        this.file = file;
    }

    SpecialTokens read(JsonNode processor) {
        if (processor.isMissingNode() || processor.isNull()) {
            return SpecialTokens.NONE;
        }
        String type = processor.path("type").asText();
        return switch (type) {
            case "TemplateProcessing" -> template(processor);
            case "BertProcessing", "RobertaProcessing" -> SpecialTokens.of(
                    new int[] {pair(processor, "cls")}, new int[] {pair(processor, "sep")});
            case "ByteLevel" -> SpecialTokens.NONE;
            case "Sequence" -> sequence(processor);
            default -> throw file.invalid("post_processor `" + type + "` is unknown: supported are TemplateProcessing,"
                    + " BertProcessing, RobertaProcessing, ByteLevel and Sequence of these");
        };
    }

    private SpecialTokens sequence(JsonNode processor) {
        SpecialTokens inner = SpecialTokens.NONE;
        for (JsonNode part : processor.path("processors")) {
            SpecialTokens outer = read(part);
            inner = SpecialTokens.of(
                    IntStream.concat(prefix(outer), prefix(inner)).toArray(),
                    IntStream.concat(suffix(inner), suffix(outer)).toArray());
        }
        return inner;
    }

    private static IntStream prefix(SpecialTokens tokens) {
        return IntStream.range(0, tokens.prefixLength()).map(tokens::prefixId);
    }

    private static IntStream suffix(SpecialTokens tokens) {
        return IntStream.range(0, tokens.suffixLength()).map(tokens::suffixId);
    }

    private int pair(JsonNode processor, String field) {
        JsonNode id = processor.path(field).path(1);
        if (!id.isInt()) {
            throw file.invalid("post_processor." + field + " has no id: get the file anew");
        }
        return id.intValue();
    }

    private SpecialTokens template(JsonNode processor) {
        int[] prefix = {};
        int[] suffix = {};
        int sequences = 0;
        for (JsonNode part : processor.path("single")) {
            JsonNode token = part.path("SpecialToken");
            JsonNode any = token.isObject() ? token : part.path("Sequence");
            if (any.path("type_id").asInt() != 0) {
                throw file.invalid("post_processor.single uses token type " + any.path("type_id")
                        + ": only type 0 is supported for a single text");
            }
            if (!token.isObject()) {
                sequences++;
            } else if (sequences == 0) {
                prefix = append(prefix, ids(processor, token));
            } else {
                suffix = append(suffix, ids(processor, token));
            }
        }
        if (sequences != 1) {
            throw file.invalid("post_processor.single names the text " + sequences + " times: once is supported");
        }
        return SpecialTokens.of(prefix, suffix);
    }

    private int[] ids(JsonNode processor, JsonNode token) {
        String name = token.path("id").asText();
        JsonNode ids = processor.path("special_tokens").path(name).path("ids");
        if (!ids.isArray()) {
            throw file.invalid("post_processor has no ids for special token `" + name + "`: get the file anew");
        }
        return IntStream.range(0, ids.size()).map(i -> ids.get(i).asInt()).toArray();
    }

    private static int[] append(int[] head, int[] tail) {
        int[] all = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, all, head.length, tail.length);
        return all;
    }
}
