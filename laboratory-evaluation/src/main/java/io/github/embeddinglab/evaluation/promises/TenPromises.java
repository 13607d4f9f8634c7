package io.github.embeddinglab.evaluation.promises;

import io.github.embeddinglab.api.Analysis;
import io.github.embeddinglab.api.Comparison;
import io.github.embeddinglab.api.Compression;
import io.github.embeddinglab.api.Promise;
import io.github.embeddinglab.api.Promise.Finding;
import io.github.embeddinglab.api.Promise.Verdict;
import io.github.embeddinglab.api.Room;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.api.Training;
import io.github.embeddinglab.evaluation.comparison.Standings;
import io.github.embeddinglab.evaluation.suites.Catalogue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Judges the ten promises. A promise is met only where the whole interval reaches its target. What compares two models takes
 * the first as the one to beat; whether the second was made from it is for the reader to say.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TenPromises {
    /** Tasks that count as retrieval. */
    public static final Set<String> RETRIEVAL = Set.of("retrieval", "reranking");

    private static final double QUALITY = 0.15;
    private static final double SPEED = 2;
    private static final double SIZE = 0.7;
    private static final double FOUND = 0.1;
    private static final double MEMORY = 0.5;
    private static final double KEPT = 0.95;
    private static final double ACROSS = 0.85;
    private static final Score NONE = new Score(Double.NaN, Double.NaN, Double.NaN);
    private static final String ALL = "lab benchmark all --model A --model B";
    private static final String RIVALS = "lab benchmark inference --json > rivals.json; lab benchmark all --rivals rivals.json";
    private static final String SECOND = "give a second --model that is held against the first";

    private final Comparison comparison;
    private final Standings standings;
    private final Optional<Rivals> rivals;
    private final Predicate<Class<? extends Room>> rooms;

    private TenPromises(
            Comparison comparison,
            Standings standings,
            Optional<Rivals> rivals,
            Predicate<Class<? extends Room>> rooms) {
        this.comparison = comparison;
        this.standings = standings;
        this.rivals = rivals;
        this.rooms = rooms;
    }

    /**
     * Judges.
     *
     * @param comparison of the models
     * @param standings that it was made from
     * @param rivals engines against each other, where measured
     * @param rooms tells whether a room is there
     * @return the ten, in the order of the project's description
     */
    public static List<Promise> judge(
            Comparison comparison,
            Standings standings,
            Optional<Rivals> rivals,
            Predicate<Class<? extends Room>> rooms) {
        return new TenPromises(comparison, standings, rivals, rooms).all();
    }

    private List<Promise> all() {
        List<Promise> all = new ArrayList<>();
        all.add(new Promise("embedding quality", "+15 % mean score", gain(standings.entries(), QUALITY), ALL));
        all.add(new Promise("inference", "2x LangChain4j, short texts", rival("texts_per_second", SPEED), RIVALS));
        all.add(new Promise("model size", "-70 % bytes", size(), ALL));
        List<Catalogue.Entry> retrieval = standings.entries().stream()
                .filter(entry -> RETRIEVAL.contains(entry.data().task()))
                .toList();
        all.add(new Promise("retrieval", "+10 % mean nDCG@10", gain(retrieval, FOUND), ALL));
        all.add(new Promise("memory", "-50 % peak of LangChain4j", rival("peak_rss_mb", MEMORY), RIVALS));
        all.add(new Promise("fine-tuning gain", "above 0", tuned(), ALL));
        all.add(new Promise("compression keeps quality", "95 % of the mean score", kept(), ALL));
        all.add(new Promise("visualisations", "embedding spaces drawn", absent(Analysis.class, "laboratory-analysis"), "lab explore"));
        all.add(new Promise("bias reduction", "less bias, measured", absent(Analysis.class, "laboratory-analysis"), "lab analyze"));
        all.add(new Promise("cross-lingual", "85 % of English", acrossLanguages(), ALL));
        return all;
    }

    private Optional<Comparison.Row> best() {
        return comparison.rows().stream()
                .skip(1)
                .filter(row -> row.standing().mean().defined())
                .max(Comparator.comparingDouble(row -> row.standing().mean().value()));
    }

    private String pair(Comparison.Row other) {
        return other.model() + " against " + comparison.rows().get(0).model();
    }

    private Finding gain(List<Catalogue.Entry> entries, double target) {
        if (entries.isEmpty()) {
            return missing("the catalogue has no data for it");
        }
        return best().map(row -> reached(standings.gain(row.model(), entries), target, pair(row)))
                .orElseGet(() -> missing(SECOND));
    }

    private Finding rival(String figure, double target) {
        if (rivals.isEmpty()) {
            return missing("engines run in processes of their own; measure them and give the result as --rivals FILE");
        }
        Score ratio = rivals.get().ratio("langchain4j", "short", figure);
        boolean less = target < 1;
        Score value = less ? new Score(1 - ratio.value(), 1 - ratio.high(), 1 - ratio.low()) : ratio;
        return reached(value, target, "same texts and threads, rounds in turn");
    }

    private Finding size() {
        return made(Compression.class, "laboratory-compression", row -> {
            double first = (double) comparison.rows().get(0).cost().bytes();
            double saved = 1 - row.cost().bytes() / first;
            return first == 0 || row.cost().bytes() == 0
                    ? missing("the size of a model's folder is not known")
                    : reached(new Score(saved, saved, saved), SIZE, pair(row) + "; exact");
        });
    }

    private Finding kept() {
        return made(Compression.class, "laboratory-compression", row -> {
            Score gain = standings.gain(row.model(), standings.entries());
            return reached(new Score(1 + gain.value(), 1 + gain.low(), 1 + gain.high()), KEPT, pair(row));
        });
    }

    private Finding tuned() {
        return made(Training.class, "laboratory-training", row -> {
            Score gain = standings.gain(row.model(), standings.entries());
            Finding found = reached(gain, 0, pair(row));
            return found.verdict() == Verdict.MET && gain.low() <= 0
                    ? new Finding(Verdict.NOT_MET, gain, found.note())
                    : found;
        });
    }

    private Finding made(Class<? extends Room> room, String artifact, Function<Comparison.Row, Finding> judge) {
        if (!rooms.test(room)) {
            return absent(room, artifact);
        }
        if (standings.entries().isEmpty()) {
            return missing("the catalogue has no data for it");
        }
        return best().map(judge).orElseGet(() -> missing(SECOND + " and was made from it"));
    }

    private Finding absent(Class<? extends Room> room, String artifact) {
        return rooms.test(room)
                ? missing("the room is there; this benchmark does not read its results yet")
                : missing("the room of " + room.getSimpleName().toLowerCase(Locale.ROOT) + " (" + artifact + ") is not there");
    }

    private Finding acrossLanguages() {
        Map<String, Score> shares = new LinkedHashMap<>();
        for (Comparison.Row row : comparison.rows()) {
            Score share = standings.crossLingual(row.model());
            if (share.defined()) {
                shares.put(row.model(), share);
            }
        }
        return shares.entrySet().stream()
                .max(Comparator.comparingDouble(entry -> entry.getValue().value()))
                .map(entry -> reached(entry.getValue(), ACROSS, entry.getKey() + ", mean over languages and sets"))
                .orElseGet(() -> missing("the catalogue names no set in English and another language"));
    }

    private static Finding reached(Score value, double target, String note) {
        if (!value.defined()) {
            return missing("the value is undefined");
        }
        if (Double.isNaN(value.low())) {
            return new Finding(Verdict.NOT_MEASURABLE_YET, value, note + "; one round only, so no interval");
        }
        boolean met = value.low() >= target;
        return new Finding(
                met ? Verdict.MET : Verdict.NOT_MET,
                value,
                !met && value.value() >= target ? note + "; the value reaches the target, its interval does not" : note);
    }

    private static Finding missing(String what) {
        return new Finding(Verdict.NOT_MEASURABLE_YET, NONE, what);
    }
}
