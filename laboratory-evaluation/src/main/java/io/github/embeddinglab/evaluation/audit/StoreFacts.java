package io.github.embeddinglab.evaluation.audit;

import io.github.embeddinglab.api.AuditCause;
import io.github.embeddinglab.evaluation.data.Documents;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What can be said of texts and rows without the model. */
final class StoreFacts {
    /** Tags that close; generics of a programming language do not look like these. */
    private static final Pattern MARKUP =
            Pattern.compile("</(p|div|span|a|li|ul|ol|table|tr|td|h[1-6]|b|i|strong|em|code|pre|body|html)>|<br\\s*/?>|&(nbsp|amp|lt|gt|quot);", Pattern.CASE_INSENSITIVE);
    private static final double MARKED = 0.5;

    private final Documents documents;
    private final List<float[]> rows;

    StoreFacts(Documents documents, List<float[]> rows) {
        this.documents = documents;
        this.rows = rows;
    }

    /** Rows that have a document, finite numbers and a direction. */
    List<Integer> usable() {
        List<Integer> usable = new ArrayList<>();
        for (int row = 0; row < Math.min(documents.size(), rows.size()); row++) {
            if (!broken(row)) {
                usable.add(row);
            }
        }
        return usable;
    }

    private boolean broken(int row) {
        return !Rows.finite(rows.get(row)) || Rows.norm(rows.get(row)) == 0;
    }

    int duplicateTexts() {
        Set<String> seen = new HashSet<>();
        int duplicates = 0;
        for (int row = 0; row < documents.size(); row++) {
            duplicates += seen.add(documents.whole(row)) ? 0 : 1;
        }
        return duplicates;
    }

    List<Found> found() {
        List<Found> found = new ArrayList<>();
        brokenRows(found);
        if (documents.size() != rows.size()) {
            found.add(new Found(AuditCause.ROW_COUNT, documents.size() + " documents, " + rows.size()
                    + " vectors: rows are missing or left over, so the order is in doubt; export both again", 1));
        }
        duplicateIds(found);
        return found;
    }

    private void brokenRows(List<Found> found) {
        int notFinite = 0;
        int zero = 0;
        int first = -1;
        for (int row = 0; row < rows.size(); row++) {
            boolean finite = Rows.finite(rows.get(row));
            notFinite += finite ? 0 : 1;
            zero += finite && Rows.norm(rows.get(row)) == 0 ? 1 : 0;
            first = first < 0 && broken(row) ? row : first;
        }
        if (first >= 0) {
            found.add(new Found(AuditCause.BROKEN_ROWS, notFinite + " rows with NaN or infinity, " + zero
                    + " rows of zeros only, the first is row " + first + "; embed these documents again",
                    (double) (notFinite + zero) / rows.size()));
        }
    }

    private void duplicateIds(List<Found> found) {
        Map<String, Integer> first = new HashMap<>();
        int again = 0;
        String example = "";
        for (int row = 0; row < documents.size(); row++) {
            Integer before = first.putIfAbsent(documents.ids().get(row), row);
            if (before != null) {
                again++;
                example = example.isEmpty()
                        ? "id " + documents.ids().get(row) + " in rows " + before + " and " + row
                        : example;
            }
        }
        if (again > 0) {
            found.add(new Found(AuditCause.DUPLICATE_IDS, again + " rows repeat an id (" + example
                    + "); a search returns such a document twice or loses one, make ids unique",
                    (double) again / documents.size()));
        }
    }

    /**
     * Rows whose vector is that of an earlier row although their texts begin differently. Texts that differ in letters'
     * case, spaces or punctuation only may have one vector.
     */
    List<int[]> repeated() {
        Map<Code.Key, Integer> first = new HashMap<>();
        List<int[]> repeated = new ArrayList<>();
        for (int row : usable()) {
            Integer before = first.putIfAbsent(new Code.Key(rows.get(row)), row);
            if (before != null && !beginning(before).equals(beginning(row))) {
                repeated.add(new int[] {before, row});
            }
        }
        return repeated;
    }

    private String beginning(int row) {
        String text = documents.whole(row).toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
        return text.substring(0, Math.min(text.length(), 200));
    }

    /** Texts with HTML tags or entities. */
    int marked() {
        int marked = 0;
        for (int row = 0; row < documents.size(); row++) {
            marked += MARKUP.matcher(documents.texts().get(row)).find() ? 1 : 0;
        }
        return marked;
    }

    /** Pages on technical matters may name a tag; where most texts hold them, pages were exported. */
    boolean ofPages(int marked) {
        return marked > MARKED * documents.size();
    }

    /** A finding before its worth is known. */
    record Found(AuditCause cause, String detail, double share) {}
}
