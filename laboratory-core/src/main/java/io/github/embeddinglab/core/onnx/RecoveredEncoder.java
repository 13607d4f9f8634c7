package io.github.embeddinglab.core.onnx;

import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.EncoderConfig.Activation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An encoder found in a graph.
 *
 * @param config read from the graph; its padding token from the tokenizer
 * @param tensors by canonical name
 */
record RecoveredEncoder(EncoderConfig config, SortedMap<String, Placed> tensors) {

    /** Copies the map. */
    RecoveredEncoder {
        tensors = Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
    }

    /**
     * A weight and how it lies.
     *
     * @param weight as stored
     * @param transposed whether it has to be transposed
     */
    record Placed(Weight weight, boolean transposed) {
        long[] shape() {
            if (weight.vector()) {
                return new long[] {weight.columns()};
            }
            return transposed ? new long[] {weight.columns(), weight.rows()} : new long[] {weight.rows(), weight.columns()};
        }
    }

    /**
     * Recovers an encoder.
     *
     * @param output value that holds the token vectors
     * @throws io.github.embeddinglab.api.InvalidModelException naming what does not fit
     */
    static RecoveredEncoder of(OnnxGraph graph, String output, TokenizerFacts tokenizer) {
        EncoderSkeleton skeleton = EncoderSkeleton.match(graph, output);
        EmbeddingTables tables = EmbeddingTables.read(graph, skeleton.embeddingNorm());
        AttentionProbe probe = new AttentionProbe(graph, skeleton);
        List<AttentionProbe.Reading> attentions = new ArrayList<>();
        skeleton.layers().forEach(layer -> attentions.add(probe.read(layer)));
        Activation activation = verified(graph, skeleton, attentions);
        AttentionProbe.Reading attention = attentions.get(0);
        Architecture architecture = architecture(graph, tables, attention.positionBias(), tokenizer);
        EncoderConfig config = new EncoderConfig(
                architecture,
                skeleton.layers().size(),
                skeleton.embeddingNorm().width(),
                attention.heads(),
                skeleton.layers().get(0).first().out(),
                tables.words().rows(),
                tables.positions().rows(),
                tables.tokenTypes() == null ? 0 : tables.tokenTypes().rows(),
                activation,
                skeleton.embeddingNorm().epsilon(),
                tokenizer.padTokenId(),
                attention.positionBias() == null ? 0 : attention.positionBias().rows(),
                null);
        checkTokenizer(graph, tables, tokenizer);
        return new RecoveredEncoder(config, named(architecture, skeleton, tables, attentions));
    }

    /** All layers have one form, and each computes what its form says; gives the activation. */
    private static Activation verified(
            OnnxGraph graph, EncoderSkeleton skeleton, List<AttentionProbe.Reading> attentions) {
        Norm first = skeleton.embeddingNorm();
        int hidden = first.width();
        int intermediate = skeleton.layers().get(0).first().out();
        Activation activation = ActivationProbe.read(graph, skeleton.layers().get(0));
        first.verify(graph);
        for (int i = 0; i < skeleton.layers().size(); i++) {
            EncoderLayer layer = skeleton.layers().get(i);
            String what = "layer " + i;
            for (Norm norm : List.of(layer.attentionNorm(), layer.norm())) {
                norm.verify(graph);
                same(graph, what + "'s normalisation width", norm.width(), hidden);
                same(graph, what + "'s normalisation epsilon", norm.epsilon(), first.epsilon());
            }
            for (Linear linear : layer.projections()) {
                same(graph, what + "'s attention input width", linear.in(), hidden);
                same(graph, what + "'s attention width", linear.out(), hidden);
            }
            same(graph, what + "'s attention output width", layer.mix().in(), hidden);
            same(graph, what + "'s attention output width", layer.mix().out(), hidden);
            same(graph, what + "'s feed-forward input width", layer.first().in(), hidden);
            same(graph, what + "'s intermediate width", layer.first().out(), intermediate);
            same(graph, what + "'s intermediate width", layer.second().in(), intermediate);
            same(graph, what + "'s output width", layer.second().out(), hidden);
            same(graph, what + "'s heads", attentions.get(i).heads(), attentions.get(0).heads());
            same(graph, what + "'s activation", ActivationProbe.read(graph, layer), activation);
            same(graph, what + "'s position bias", bias(attentions.get(i)), bias(attentions.get(0)));
        }
        return activation;
    }

    private static String bias(AttentionProbe.Reading attention) {
        return attention.positionBias() == null ? "none" : attention.positionBias().name();
    }

    private static void same(OnnxGraph graph, String what, Object found, Object expected) {
        if (!found.equals(expected)) {
            throw graph.refused(what + " is " + found + ", elsewhere it is " + expected, "only uniform encoders are imported");
        }
    }

    private static Architecture architecture(
            OnnxGraph graph, EmbeddingTables tables, @Nullable Weight positionBias, TokenizerFacts tokenizer) {
        boolean types = tables.tokenTypes() != null;
        boolean counted = tables.paddingIndex() >= 0;
        if (types && positionBias == null) {
            return !counted ? Architecture.BERT : tokenizer.unigram() ? Architecture.XLM_ROBERTA : Architecture.ROBERTA;
        }
        if (!types && positionBias == null && !counted) {
            return Architecture.DISTILBERT;
        }
        if (!types && positionBias != null && counted) {
            return Architecture.MPNET;
        }
        throw graph.refused(
                "an encoder " + (types ? "with" : "without") + " token types, " + (positionBias == null ? "without" : "with")
                        + " a position bias and with positions counted from " + (tables.paddingIndex() + 1) + " is not known",
                "BERT, RoBERTa, XLM-RoBERTa, DistilBERT and MPNet encoders are imported");
    }

    private static void checkTokenizer(OnnxGraph graph, EmbeddingTables tables, TokenizerFacts tokenizer) {
        if (tokenizer.largestId() >= tables.words().rows()) {
            throw graph.refused(
                    "the tokenizer gives ids up to " + tokenizer.largestId() + ", the word table has " + tables.words().rows() + " rows",
                    "give the tokenizer.json of this model");
        }
        if (tables.paddingIndex() >= 0 && tables.paddingIndex() != tokenizer.padTokenId()) {
            throw graph.refused(
                    "the tokenizer pads with id " + tokenizer.padTokenId() + ", the graph counts positions after id "
                            + tables.paddingIndex(),
                    "give the tokenizer.json of this model");
        }
    }

    private static SortedMap<String, Placed> named(
            Architecture architecture,
            EncoderSkeleton skeleton,
            EmbeddingTables tables,
            List<AttentionProbe.Reading> attentions) {
        TensorNames names = TensorNames.of(architecture);
        SortedMap<String, Placed> out = new TreeMap<>();
        out.put(TensorNames.WORDS + ".weight", new Placed(tables.words(), false));
        out.put(TensorNames.POSITIONS + ".weight", new Placed(tables.positions(), false));
        if (tables.tokenTypes() != null) {
            out.put(TensorNames.TOKEN_TYPES + ".weight", new Placed(tables.tokenTypes(), false));
        }
        Weight bias = attentions.get(0).positionBias();
        if (bias != null) {
            out.put(TensorNames.POSITION_BIAS + ".weight", new Placed(bias, false));
        }
        put(out, TensorNames.EMBEDDING_NORM, skeleton.embeddingNorm());
        for (int i = 0; i < skeleton.layers().size(); i++) {
            EncoderLayer layer = skeleton.layers().get(i);
            AttentionProbe.Reading attention = attentions.get(i);
            String prefix = names.layers() + i + ".";
            put(out, prefix + names.query(), attention.query());
            put(out, prefix + names.key(), attention.key());
            put(out, prefix + names.value(), attention.value());
            put(out, prefix + names.mix(), layer.mix());
            put(out, prefix + names.attentionNorm(), layer.attentionNorm());
            put(out, prefix + names.first(), layer.first());
            put(out, prefix + names.second(), layer.second());
            put(out, prefix + names.norm(), layer.norm());
        }
        return out;
    }

    private static void put(SortedMap<String, Placed> out, String name, Linear linear) {
        out.put(name + ".weight", new Placed(linear.weight(), linear.transposed()));
        out.put(name + ".bias", new Placed(linear.bias(), false));
    }

    private static void put(SortedMap<String, Placed> out, String name, Norm norm) {
        out.put(name + ".weight", new Placed(norm.weight(), false));
        out.put(name + ".bias", new Placed(norm.bias(), false));
    }
}
