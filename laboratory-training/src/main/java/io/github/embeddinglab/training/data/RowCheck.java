package io.github.embeddinglab.training.data;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import java.util.List;

/** Whether a row fits its form. */
final class RowCheck {
    private static final int PAIR = 2;

    private RowCheck() {}

    static void check(Form form, TrainingRow row, int width, String place) {
        int texts = row.texts().size();
        boolean fits = switch (form) {
            case PAIRS, SCORED_PAIRS, LABELLED_PAIRS, DOCUMENTS -> texts == PAIR;
            case TRIPLETS -> texts > PAIR;
            case SCORED_TRIPLETS -> texts == PAIR + 1;
            case LABELLED -> texts == 1;
        };
        if (!fits) {
            throw new InvalidInputException(
                    place + ": the row has " + texts + " texts, which is no row of " + form + "; see TrainingData.Form");
        }
        if (texts != width) {
            throw new InvalidInputException(place + ": the row has " + (texts - PAIR) + " negatives, the first row has "
                    + (width - PAIR) + "; give as many in each");
        }
        for (int i = form == Form.DOCUMENTS ? 1 : 0; i < texts; i++) {
            if (row.texts().get(i).isBlank()) {
                throw new InvalidInputException(place + ": " + names(form).get(Math.min(i, names(form).size() - 1))
                        + " is empty; give a text or leave the row out");
            }
        }
        boolean scored = form == Form.SCORED_PAIRS || form == Form.SCORED_TRIPLETS;
        if (scored != (row.score() != null)) {
            throw new InvalidInputException(place + ": the row has " + (scored ? "no" : "a") + " score, but its form is " + form);
        }
        boolean labelled = form == Form.LABELLED || form == Form.LABELLED_PAIRS;
        String label = row.label();
        if (labelled != (label != null) || (label != null && label.isBlank())) {
            throw new InvalidInputException(
                    place + ": the row has " + (labelled ? "no" : "a") + " label, but its form is " + form);
        }
    }

    private static List<String> names(Form form) {
        return switch (form) {
            case LABELLED -> List.of("text");
            case DOCUMENTS -> List.of("title", "text");
            default -> List.of("query", "document", "negative");
        };
    }
}
