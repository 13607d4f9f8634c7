package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.training.FineTuningReport.Course;
import io.github.embeddinglab.core.model.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What a training came to.
 *
 * @param weights by canonical name, single precision, of the chosen state
 * @param chosen which state that is, for people
 * @param course of the training
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record TrainingOutcome(Tensors weights, String chosen, Course course) {
    /**
     * With one more note.
     *
     * @param line for people
     * @return a copy
     */
    public TrainingOutcome noted(String line) {
        List<String> notes = new ArrayList<>(course.notes());
        notes.add(line);
        return new TrainingOutcome(
                weights, chosen, new Course(course.steps(), course.seconds(), course.losses(), course.looks(), notes));
    }
}
