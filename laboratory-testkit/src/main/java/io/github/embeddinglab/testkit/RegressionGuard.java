package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.BenchmarkPlan;
import io.github.embeddinglab.api.BenchmarkReport;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Suite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A JUnit extension that fails a test class when a score of a model fell below the interval of a baseline. Before the first
 * test it evaluates the catalogue; tests may then ask for the {@link BenchmarkReport}. Needs an implementation of the
 * laboratory and {@code laboratory-evaluation} on the class path. Immutable, each method gives a changed copy.
 *
 * <pre>{@code
 * class ModelQualityTest {
 *     @RegisterExtension
 *     static final RegressionGuard GUARD = RegressionGuard.of(
 *             Path.of("benchmarks/catalogue.json"), Path.of("src/test/resources/baseline.json")).model("minilm");
 *
 *     @Test
 *     void noScoreFell(BenchmarkReport report) {
 *         assertThat(report.comparison().rows()).hasSize(1);
 *     }
 * }
 * }</pre>
 *
 * <p>The baseline is the {@code report.json} of {@code lab benchmark quality --out DIR}.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class RegressionGuard implements BeforeAllCallback, ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(RegressionGuard.class);

    private final Path catalogue;
    private final Path baseline;
    private final Subject subject;
    private final EvaluationOptions options;

    private record Subject(Supplier<EmbeddingLaboratory> laboratory, @Nullable String model) {}

    private RegressionGuard(Path catalogue, Path baseline, Subject subject, EvaluationOptions options) {
        this.catalogue = catalogue;
        this.baseline = baseline;
        this.subject = subject;
        this.options = options;
    }

    /**
     * Guards the default model of a laboratory that is opened with the defaults.
     *
     * @param catalogue names the data
     * @param baseline an earlier {@code report.json}
     * @return the extension
     */
    public static RegressionGuard of(Path catalogue, Path baseline) {
        return new RegressionGuard(
                catalogue, baseline, new Subject(EmbeddingLaboratory::open, null), EvaluationOptions.defaults());
    }

    /**
     * Guards another model.
     *
     * @param name registry name or folder; it need not be called as in the baseline
     * @return a copy
     */
    public RegressionGuard model(String name) {
        return new RegressionGuard(catalogue, baseline, new Subject(subject.laboratory, name), options);
    }

    /**
     * With another laboratory.
     *
     * @param opened opens it; it is closed after the evaluation
     * @return a copy
     */
    public RegressionGuard laboratory(Supplier<EmbeddingLaboratory> opened) {
        return new RegressionGuard(catalogue, baseline, new Subject(opened, subject.model), options);
    }

    /**
     * With other options.
     *
     * @param other sampling, cache (a second build then computes little), progress
     * @return a copy
     */
    public RegressionGuard options(EvaluationOptions other) {
        return new RegressionGuard(catalogue, baseline, subject, other);
    }

    /**
     * Evaluates and compares, outside of JUnit as well.
     *
     * @return the report
     * @throws AssertionError naming each score that fell, or how to write a baseline where there is none
     */
    public BenchmarkReport check() {
        if (!Files.isRegularFile(baseline)) {
            throw new AssertionError("there is no baseline " + baseline + "; write one with `lab benchmark quality --catalogue "
                    + catalogue + " --out DIR` and copy its report.json");
        }
        try (EmbeddingLaboratory laboratory = subject.laboratory.get()) {
            String model = subject.model == null ? laboratory.defaultModel() : subject.model;
            BenchmarkReport report = laboratory.benchmarks().run(
                    BenchmarkPlan.of(List.of(model)).suites(Suite.QUALITY).catalogue(catalogue).options(options));
            List<String> worse = report.regressions(baseline);
            if (!worse.isEmpty()) {
                throw new AssertionError("model " + model + " is worse than the baseline " + baseline + ": " + String.join("; ", worse));
            }
            return report;
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getStore(NAMESPACE).put(BenchmarkReport.class, check());
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == BenchmarkReport.class;
    }

    @Override
    public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(NAMESPACE).get(BenchmarkReport.class);
    }
}
