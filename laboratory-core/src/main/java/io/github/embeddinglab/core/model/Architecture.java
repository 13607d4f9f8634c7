package io.github.embeddinglab.core.model;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The encoder families that the laboratory reads, runs and trains. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public enum Architecture {
    /** BERT: learned positions, token types, post-norm. */
    BERT,
    /** MPNet: learned positions after the padding index, one shared relative position bias, post-norm. */
    MPNET,
    /** RoBERTa: as BERT, positions counted after the padding index. */
    ROBERTA,
    /** XLM-RoBERTa: the layout of RoBERTa with a multilingual vocabulary. */
    XLM_ROBERTA,
    /** DistilBERT: BERT without token types and pooler. */
    DISTILBERT,
    /** ModernBERT: rotary positions, alternating local and global attention, gated feed-forward, pre-norm. */
    MODERNBERT,
    /** A table of token vectors; no transformer at all. */
    STATIC
}
