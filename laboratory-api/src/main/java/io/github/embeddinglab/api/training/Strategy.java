package io.github.embeddinglab.api.training;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** What a training is made for; each is a preset over one loop, and the report says what it expanded to. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public enum Strategy {
    /** Looks at the data, chooses one of the others, and says why. */
    AUTO,
    /** Any data: texts that belong together come close, others of the batch go apart; for documents, each text and itself. */
    CONTRASTIVE,
    /** Triplets or labelled texts: positives come nearer than negatives by a margin, which is a weaker lesson; scored triplets: by as much as told. */
    TRIPLET,
    /** Plain texts: masked words are guessed. */
    MLM,
    /** Plain texts of a domain: queries made from them, with scores of parent and BM25; before it, where asked for, a stage on words. */
    DOMAIN_ADAPTIVE,
    /** Any texts, with or without partners: a smaller model learns the vectors or scores of a teacher. */
    DISTILL,
    /** Pairs or triplets: a linear map behind frozen vectors, of queries alone, so that an index stays valid, or of both sides. */
    ADAPTER;

    /**
     * Reads a name.
     *
     * @param text as in {@code domain-adaptive}
     * @return the strategy
     * @throws InvalidInputException when there is none of that name
     */
    public static Strategy parse(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT).replace('-', '_');
        return Arrays.stream(values())
                .filter(value -> value.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("strategy \"" + text + "\" is not known; there are "
                        + Arrays.stream(values()).map(Strategy::toString).collect(Collectors.joining(", "))));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
