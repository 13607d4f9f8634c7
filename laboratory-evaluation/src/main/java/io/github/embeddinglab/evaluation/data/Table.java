package io.github.embeddinglab.evaluation.data;

import io.github.embeddinglab.api.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A TSV file with a header line, or a CSV file whose fields may be quoted. Every row has as many fields as the header; an
 * empty line is an error, as a lost row is.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Table {
    private final Path file;
    private final List<String> header;
    private final List<String[]> rows;

    private Table(Path file, List<String> header, List<String[]> rows) {
        this.file = file;
        this.header = header;
        this.rows = rows;
    }

    /**
     * Reads a table whole.
     *
     * @param file a {@code .csv} or {@code .csv.gz} file is read with commas, any other with tabs
     * @return the table
     * @throws InvalidInputException when the file is missing, has no row, is not UTF-8, or a row has another number of
     *     fields than the header
     */
    public static Table read(Path file) {
        return read(file, DataRow.Format.of(file) == DataRow.Format.CSV);
    }

    static Table read(Path file, boolean commas) {
        List<String> header = new ArrayList<>();
        List<String[]> rows = new ArrayList<>();
        Lines.each(file, (number, line) -> {
            String[] fields = commas ? splitCommas(file, number, line) : line.split("\t", -1);
            if (number == 1) {
                header.addAll(Arrays.asList(fields));
            } else if (fields.length == header.size()) {
                rows.add(fields);
            } else {
                throw new InvalidInputException(file + ":" + number + ": the row has " + fields.length
                        + " fields, the header has " + header.size() + "; mend the row");
            }
        });
        if (rows.isEmpty()) {
            throw new InvalidInputException("data file " + file + " has no row"
                    + (header.isEmpty() ? "" : " below its header") + "; give a file with data");
        }
        return new Table(file, List.copyOf(header), rows);
    }

    private static String[] splitCommas(Path file, long number, String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                field.append(c);
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        if (quoted) {
            throw new InvalidInputException(file + ":" + number + ": a quote is not closed; mend the row");
        }
        fields.add(field.toString());
        return fields.toArray(String[]::new);
    }

    /** Takes a row. */
    interface Sink {
        void accept(long line, Map<String, List<String>> fields);
    }

    /** All rows; columns without a name may be several, as numbers of rows are. */
    void each(Sink sink) {
        header.stream().filter(name -> !name.isBlank()).forEach(this::requireOnce);
        for (int i = 0; i < rows.size(); i++) {
            Map<String, List<String>> fields = new LinkedHashMap<>();
            for (int column = 0; column < header.size(); column++) {
                fields.put(header.get(column), List.of(rows.get(i)[column]));
            }
            sink.accept(i + 2L, fields);
        }
    }

    /**
     * How many rows it has.
     *
     * @return at least 1, the header not counted
     */
    public int rows() {
        return rows.size();
    }

    /**
     * Whether it has a column.
     *
     * @param name in the header
     * @return true if so
     */
    public boolean has(String name) {
        return header.contains(name);
    }

    /**
     * A column of texts.
     *
     * @param name as the task calls it
     * @param renamed task's name to this file's name
     * @return one text a row
     * @throws InvalidInputException when there is no such column; names those that exist
     */
    public List<String> texts(String name, Map<String, String> renamed) {
        int column = column(name, renamed);
        return rows.stream().map(row -> row[column]).toList();
    }

    /**
     * A column of finite numbers.
     *
     * @param name as the task calls it
     * @param renamed task's name to this file's name
     * @return one number a row
     * @throws InvalidInputException when there is no such column, or a field is no finite number (with its line)
     */
    public double[] numbers(String name, Map<String, String> renamed) {
        int column = column(name, renamed);
        double[] numbers = new double[rows.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(file, i + 2L, rows.get(i)[column], header.get(column));
        }
        return numbers;
    }

    static double number(Path file, long line, String field, String column) {
        double number;
        try {
            number = Double.parseDouble(field.strip());
        } catch (NumberFormatException e) {
            throw new InvalidInputException(file + ":" + line + ": " + column + " is \"" + field + "\", which is no number", e);
        }
        if (!Double.isFinite(number)) {
            throw new InvalidInputException(file + ":" + line + ": " + column + " is " + field + "; it must be a finite number");
        }
        return number;
    }

    private int column(String name, Map<String, String> renamed) {
        String wanted = renamed.getOrDefault(name, name);
        int column = header.indexOf(wanted);
        if (column < 0) {
            throw new InvalidInputException("data file " + file + " has no column \"" + wanted + "\" but "
                    + String.join(", ", header) + "; map it with --columns " + name + "=NAME");
        }
        requireOnce(wanted);
        return column;
    }

    private void requireOnce(String name) {
        if (header.indexOf(name) != header.lastIndexOf(name)) {
            throw new InvalidInputException("data file " + file + " has the column \"" + name + "\" twice; rename one of them");
        }
    }
}
