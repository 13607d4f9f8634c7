package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.api.AuditCause;
import io.github.embeddinglab.api.AuditReport;
import io.github.embeddinglab.api.AuditSpec;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Stores of 38 short texts that another runtime, tokenizer and pooling made ({@code benchmarks/audit-stores.py fixture}),
 * one as it should be and ten with one planted fault each: the fault is named, and nothing else.
 */
@Tag("integration")
class AuditStoresTest {
    private static final Path STORES = Path.of("src/test/resources/audit");
    private static final String MODEL = "all-MiniLM-L6-v2";

    @TempDir
    static Path folder = Path.of(".");

    private static EmbeddingLaboratory lab = EmbeddingLaboratory.builder().build();

    @BeforeAll
    static void open() {
        lab = EmbeddingLaboratory.builder().modelDirectory(folder).build();
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    private static AuditReport audit(String vectors) {
        AuditSpec spec = AuditSpec.of(STORES.resolve("docs.jsonl"), STORES.resolve(vectors + ".npy"));
        return lab.benchmarks().audit(spec, MODEL, EvaluationOptions.defaults());
    }

    @Test
    void aCleanStoreHasNoFinding() {
        AuditReport report = audit("right");
        assertThat(report.findings()).isEmpty();
        assertThat(report.rows()).isEmpty();
        assertThat(report.subject().sampled()).isEqualTo(38);
    }

    @ParameterizedTest
    @EnumSource(
            value = AuditCause.class,
            names = {
                "OTHER_POOLING", "PROMPT", "TITLE", "CUT", "SPLIT", "NOT_NORMALISED", "MIXED_MODELS", "LOSSY_CODES", "STALE_TEXT",
                "ROWS_DISPLACED"
            })
    void thePlantedFaultIsNamedAndNothingElse(AuditCause planted) {
        AuditReport report = audit(planted.id());
        assertThat(report.findings())
                .as("%s", report.findings())
                .extracting(AuditReport.Finding::cause)
                .containsExactly(planted);
    }
}
