package io.github.embeddinglab.training.data;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingData.Form;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which column of a file is what, and so which form the file has. */
final class ColumnRoles {
    /** What a column can be, each with the names that mean it. */
    enum Role {
        QUERY,
        DOCUMENT,
        NEGATIVE,
        SCORE,
        LABEL,
        TEXT,
        TITLE,
        GROUP;

        List<String> names() {
            return switch (this) {
                case QUERY -> List.of("query", "anchor", "sentence1");
                case DOCUMENT -> List.of("document", "positive", "sentence2");
                case TITLE -> List.of("title", "heading");
                case GROUP -> List.of("group", "file");
                default -> List.of(name().toLowerCase(Locale.ROOT));
            };
        }
    }

    private final Path file;
    private final Map<Role, String> columns = new LinkedHashMap<>();
    private final Set<String> there;

    private ColumnRoles(Path file, Set<String> there) {
        this.file = file;
        this.there = there;
    }

    static ColumnRoles of(Path file, Set<String> there, Map<String, String> renamed) {
        ColumnRoles roles = new ColumnRoles(file, there);
        List<String> known = Stream.of(Role.values()).flatMap(role -> role.names().stream()).toList();
        renamed.forEach((name, column) -> {
            if (!known.contains(name)) {
                throw new InvalidInputException(
                        "the column \"" + name + "\" is not known; map one of " + String.join(", ", known));
            }
            if (!there.contains(column)) {
                throw new InvalidInputException("data file " + file + " has no column \"" + column + "\" but "
                        + String.join(", ", there) + "; map it with --columns " + name + "=NAME");
            }
        });
        for (Role role : Role.values()) {
            List<String> twice = role.names().stream().filter(renamed::containsKey).toList();
            if (twice.size() > 1) {
                throw new InvalidInputException("the columns " + String.join(" and ", twice)
                        + " mean the same, and are mapped to different ones of data file " + file + "; map one of them");
            }
            String column = roles.find(role, renamed);
            if (column != null) {
                roles.columns.put(role, column);
            }
        }
        return roles;
    }

    private @Nullable String find(Role role, Map<String, String> renamed) {
        for (String name : role.names()) {
            String mapped = renamed.get(name);
            if (mapped != null) {
                return mapped;
            }
        }
        // a column that was mapped to something else no longer means its own name
        return role.names().stream()
                .filter(name -> there.contains(name) && !renamed.containsValue(name))
                .findFirst()
                .orElse(null);
    }

    @Nullable
    String column(Role role) {
        return columns.get(role);
    }

    Form form() {
        boolean query = columns.containsKey(Role.QUERY);
        boolean document = columns.containsKey(Role.DOCUMENT);
        if (query && document) {
            boolean negative = columns.containsKey(Role.NEGATIVE);
            if (columns.containsKey(Role.SCORE)) {
                return negative ? Form.SCORED_TRIPLETS : Form.SCORED_PAIRS;
            }
            return negative ? Form.TRIPLETS : columns.containsKey(Role.LABEL) ? Form.LABELLED_PAIRS : Form.PAIRS;
        }
        if (query || document) {
            throw new InvalidInputException("data file " + file + " is one-sided: it has "
                    + (query ? "queries but no documents" : "documents but no queries") + " (" + String.join(", ", there)
                    + "); map the other side with --columns " + (query ? "document" : "query") + "=NAME");
        }
        if (!columns.containsKey(Role.TEXT)) {
            throw new InvalidInputException("data file " + file + " has the columns " + String.join(", ", there)
                    + "; training needs query and document, or anchor and positive, or sentence1 and sentence2, or label and"
                    + " text, or text: map them with --columns query=NAME,document=NAME");
        }
        return columns.containsKey(Role.LABEL) ? Form.LABELLED : Form.DOCUMENTS;
    }

    /** Columns that the form does not use. */
    Set<String> unused() {
        Set<String> unused = new LinkedHashSet<>(there);
        used(form()).forEach(role -> unused.remove(columns.get(role)));
        unused.remove(columns.get(Role.GROUP));
        return unused;
    }

    private static List<Role> used(Form form) {
        return switch (form) {
            case PAIRS -> List.of(Role.QUERY, Role.DOCUMENT);
            case TRIPLETS -> List.of(Role.QUERY, Role.DOCUMENT, Role.NEGATIVE);
            case SCORED_PAIRS -> List.of(Role.QUERY, Role.DOCUMENT, Role.SCORE);
            case SCORED_TRIPLETS -> List.of(Role.QUERY, Role.DOCUMENT, Role.NEGATIVE, Role.SCORE);
            case LABELLED_PAIRS -> List.of(Role.QUERY, Role.DOCUMENT, Role.LABEL);
            case LABELLED -> List.of(Role.LABEL, Role.TEXT);
            case DOCUMENTS -> List.of(Role.TITLE, Role.TEXT);
        };
    }
}
