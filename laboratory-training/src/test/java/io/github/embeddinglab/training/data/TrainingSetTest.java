package io.github.embeddinglab.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
class TrainingSetTest {
    @TempDir
    private Path folder;

    private Path write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        if (name.endsWith(".gz")) {
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
                out.write(content.getBytes(StandardCharsets.UTF_8));
            }
        } else {
            Files.writeString(file, content);
        }
        return file;
    }

    @ParameterizedTest(name = "{1} -> {0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "PAIRS | query,document",
                "PAIRS | anchor,positive",
                "TRIPLETS | anchor,positive,negative",
                "TRIPLETS | query,document,negative",
                "SCORED_PAIRS | sentence1,sentence2,score",
                "SCORED_TRIPLETS | query,document,negative,score",
                "LABELLED_PAIRS | sentence1,sentence2,label",
                "LABELLED | label,text",
                "DOCUMENTS | text",
                "DOCUMENTS | title,text"
            })
    @DisplayName("The names of the columns decide the form, in CSV, TSV and JSONL, plain and gzipped alike")
    void form(Form form, String header) throws IOException {
        List<String> names = List.of(header.split(","));
        List<String> first = names.stream().map(name -> name.equals("score") ? "0.25" : "a " + name).toList();
        List<String> second = names.stream().map(name -> name.equals("score") ? "1" : "b " + name).toList();
        StringBuilder json = new StringBuilder();
        for (List<String> row : List.of(first, second)) {
            StringBuilder object = new StringBuilder();
            for (int i = 0; i < names.size(); i++) {
                object.append(object.isEmpty() ? "{" : ", ").append('"').append(names.get(i)).append("\": ");
                object.append(names.get(i).equals("score") ? row.get(i) : '"' + row.get(i) + '"');
            }
            json.append(object).append("}\n");
        }
        String tabs = String.join("\t", names) + "\n" + String.join("\t", first) + "\n" + String.join("\t", second) + "\n";
        TrainingSet jsonl = TrainingSet.read(TrainingData.files(write("a.jsonl", json.toString())));
        TrainingSet tsv = TrainingSet.read(TrainingData.files(write("a.tsv.gz", tabs)));
        TrainingSet csv = TrainingSet.read(TrainingData.csv(write("a.data", tabs.replace('\t', ','))));

        assertThat(jsonl.form()).isEqualTo(form);
        assertThat(tsv.rows()).isEqualTo(jsonl.rows());
        assertThat(csv.rows()).isEqualTo(jsonl.rows());
        assertThat(tsv.sha256()).isEqualTo(jsonl.sha256());
        if (names.contains("score")) {
            assertThat(jsonl.rows().get(0).score()).isEqualTo(0.25);
        }
        if (names.contains("label")) {
            assertThat(jsonl.rows().get(1).label()).isEqualTo("b label");
        }
    }

    @Test
    @DisplayName("Columns are mapped; those that are not used are noted; files are joined; a group is kept")
    void columns() throws IOException {
        Path one = write("a.jsonl", "{\"question\": \"q1\", \"answer\": \"d1\", \"file\": \"x.md\", \"year\": 2020}\n");
        Path two = write("b.tsv", "question\tanswer\nq2\td2\n");
        TrainingSet set = TrainingSet.read(
                TrainingData.files(one, two).columns(Map.of("query", "question", "document", "answer")));
        assertThat(set.rows())
                .containsExactly(TrainingRow.pair("q1", "d1").inGroup("x.md").inSet("a.jsonl"), TrainingRow.pair("q2", "d2").inSet("b.tsv"));
        assertThat(set.notes()).containsExactly("a.jsonl: columns that are not used: year");
    }

    @Test
    @DisplayName("A list of negatives becomes one row with all of them")
    void negatives() throws IOException {
        Path file = write("a.jsonl", "{\"query\": \"q\", \"document\": \"d\", \"negative\": [\"n1\", \"n2\"]}\n");
        assertThat(TrainingSet.read(TrainingData.jsonl(file)).rows().get(0).texts()).containsExactly("q", "d", "n1", "n2");
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "empty.jsonl | '' | empty.jsonl is empty",
                "empty.tsv | 'query\tdocument\n' | empty.tsv has no row",
                "one.jsonl | '{\"query\": \"q\"}\n' | is one-sided: it has queries but no documents",
                "one.tsv | 'positive\nd\n' | is one-sided: it has documents but no queries",
                "gap.jsonl | '{\"query\": \"q\", \"document\": \"d\"}\n{\"query\": \"q2\"}\n' | gap.jsonl:2: the field \"document\" is missing",
                "gap.tsv | 'query\tdocument\nq\td\nq2\n' | gap.tsv:3: the row has 1 fields, the header has 2",
                "blank.tsv | 'query\tdocument\nq\td\nq2\t \n' | blank.tsv:3: document is empty",
                "score.tsv | 'query\tdocument\tscore\nq\td\thigh\n' | score.tsv:2: the score is \"high\"",
                "score.jsonl | '{\"query\": \"q\", \"document\": \"d\", \"score\": 1}\n{\"query\": \"q\", \"document\": \"d\"}\n' | score.jsonl:2: the field \"score\" is missing",
                "width.jsonl | '{\"query\": \"q\", \"document\": \"d\", \"negative\": [\"a\", \"b\"]}\n{\"query\": \"q\", \"document\": \"d\", \"negative\": [\"a\"]}\n' | width.jsonl:2: the row has 1 negatives, the first row has 2",
                "twice.tsv | 'query\tdocument\tdocument\nq\td\te\n' | twice.tsv has the column \"document\" twice",
                "other.tsv | 'a\tb\n1\t2\n' | other.tsv has the columns a, b; training needs",
                "json.jsonl | '{\"query\": \n' | json.jsonl:1: this is not JSON"
            })
    @DisplayName("A fault names file and line")
    void faults(String name, String content, String message) throws IOException {
        Path file = write(name, content);
        assertThatThrownBy(() -> TrainingSet.read(TrainingData.files(file)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(message);
    }

    @Test
    @DisplayName("Files of different forms are refused, and so is a mapped column that is absent or unknown")
    void mixed() throws IOException {
        Path pairs = write("a.tsv", "query\tdocument\nq\td\n");
        Path texts = write("b.txt", "one text\n");
        assertThatThrownBy(() -> TrainingSet.read(TrainingData.files(pairs, texts)))
                .hasMessageContaining("b.txt holds documents, the files before it pairs");
        assertThatThrownBy(() -> TrainingSet.read(TrainingData.files(pairs).columns(Map.of("query", "question"))))
                .hasMessageContaining("has no column \"question\" but query, document");
        assertThatThrownBy(() -> TrainingSet.read(TrainingData.files(pairs).columns(Map.of("frage", "query"))))
                .hasMessageContaining("the column \"frage\" is not known");
        assertThatThrownBy(() -> TrainingSet.read(TrainingData.files(pairs).columns(Map.of("query", "query", "sentence1", "document"))))
                .hasMessageContaining("the columns query and sentence1 mean the same");
    }

    @Test
    @DisplayName("Data from which nothing can be learned are refused: one label, equal scores, one document")
    void nothingToLearn() {
        assertThatThrownBy(() -> TrainingSet.read(TrainingData.labelled(
                                List.of(TrainingRow.labelled("x", "a"), TrainingRow.labelled("x", "b"))))
                        .requireLearnable())
                .hasMessageContaining("has 2 rows and one label only (\"x\")");
        assertThatThrownBy(() -> TrainingSet.read(TrainingData.scoredPairs(
                                List.of(TrainingRow.scored("a", "b", 1), TrainingRow.scored("c", "d", 1))))
                        .requireLearnable())
                .hasMessageContaining("one score only");
        assertThatThrownBy(() -> TrainingSet.read(TrainingData.pairs(
                                List.of(TrainingRow.pair("a", "d"), TrainingRow.pair("b", "d"))))
                        .requireLearnable())
                .hasMessageContaining("one document only");
        assertThatThrownBy(() -> TrainingSet.read(TrainingData.pairs(List.of())))
                .hasMessageContaining("has no row");
        assertThatThrownBy(() -> TrainingSet.read(TrainingData.pairs(List.of(TrainingRow.labelled("x", "a")))))
                .hasMessageContaining("row 1: the row has 1 texts, which is no row of PAIRS");
    }
}
