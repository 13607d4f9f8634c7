package io.github.embeddinglab.training.record;

import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.training.tensorboard.TrainingEvents;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API.Status;
import org.apiguardian.api.API;

/**
 * All that made a tuned model.
 *
 * @param report result, with scores before and after, and what was trained on
 * @param origin parent, and what judged and chose
 * @param settings every setting of the training, defaults included, strategy and loss first
 * @param host versions and machine, since floating point differs by both
 * @param at when it ended
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record TrainingRecord(
        FineTuningReport report, Origin origin, Map<String, Object> settings, Map<String, String> host, Instant at) {
    /** Copies the maps. */
    public TrainingRecord {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        host = Collections.unmodifiableMap(new LinkedHashMap<>(host));
    }

    /**
     * Where the model comes from.
     *
     * @param parent its fingerprint
     * @param judged name of the gate's data
     * @param chosen which state of the training was taken
     */
    public record Origin(Fingerprint parent, String judged, String chosen) {}

    /**
     * What the folder tells of the training: all notes but where files lie on this machine, for the folder travels.
     *
     * @return without line ends
     */
    public List<String> notes() {
        return report.course().notes().stream()
                .filter(note -> !note.startsWith(TrainingEvents.WHERE))
                .toList();
    }
}
