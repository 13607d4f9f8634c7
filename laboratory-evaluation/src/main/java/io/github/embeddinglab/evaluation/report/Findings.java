package io.github.embeddinglab.evaluation.report;

import io.github.embeddinglab.api.Comparison;
import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.ModelCheck;
import io.github.embeddinglab.api.Promise;
import io.github.embeddinglab.evaluation.load.Timing;
import io.github.embeddinglab.evaluation.suites.Catalogue;
import io.github.embeddinglab.evaluation.suites.Report;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * All that a benchmark found.
 *
 * @param judgement depends on models, data and seed only
 * @param measurement what a clock told
 * @param promises ten, or none
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Findings(Judgement judgement, Measurement measurement, List<Promise> promises) {
    /** Copies the list. */
    public Findings {
        promises = List.copyOf(promises);
    }

    /**
     * Scores and what follows from them.
     *
     * @param report scores of models and baselines
     * @param comparison models against tasks, with costs
     * @param differences of each other model from the first, by model; a difference is named by its entry
     * @param origin models and data
     */
    public record Judgement(
            Report report, Comparison comparison, Map<String, List<Difference>> differences, Origin origin) {
        /** Copies the map. */
        public Judgement {
            differences = Collections.unmodifiableMap(new LinkedHashMap<>(differences));
        }
    }

    /**
     * What was judged on what.
     *
     * @param models in the order they were named
     * @param entries of the catalogue
     * @param digests SHA-256 of an entry's files, by its name
     */
    public record Origin(List<Model> models, List<Catalogue.Entry> entries, Map<String, String> digests) {
        /** Copies the collections. */
        public Origin {
            models = List.copyOf(models);
            entries = List.copyOf(entries);
            digests = Map.copyOf(digests);
        }
    }

    /**
     * A model.
     *
     * @param name as it was asked for
     * @param check fingerprint, parameters, bytes
     * @param dimensions of its vectors
     * @param maxTokens its limit
     */
    public record Model(String name, ModelCheck check, int dimensions, int maxTokens) {}

    /**
     * What a clock told.
     *
     * @param timings one for each model, none where no such suite ran
     * @param machine where
     */
    public record Measurement(List<Timing> timings, Machine machine) {
        /** Copies the list. */
        public Measurement {
            timings = List.copyOf(timings);
        }
    }

    /**
     * A machine.
     *
     * @param java version of the runtime
     * @param system operating system and architecture
     * @param processors that Java sees
     */
    public record Machine(String java, String system, int processors) {}
}
