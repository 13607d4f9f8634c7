package io.github.embeddinglab.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.embeddinglab.api.CodeRanges;
import io.github.embeddinglab.api.Codec;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.EncodedEmbeddings;
import io.github.embeddinglab.api.EncodingCost;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryBuilder;
import io.github.embeddinglab.api.Npy;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.core.encoding.CodeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code lab embed}: a file of texts to a matrix of vectors. */
@Command(
        name = "embed",
        description = "Embed the texts of a file and write their vectors as a NumPy matrix (float32 n x d; int8 or packed bits by --codec).",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class EmbedCommand implements Runnable, Lab.Verb {
    private static final double NANOS = 1e9;
    private static final String FLOAT32 = "float32";

    private final Console console;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Option(names = "--model", paramLabel = "MODEL", description = "Registry name or folder; default: the configured model.")
    private @Nullable String model;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            defaultValue = "none",
            description = "none, query, document, or a prompt name of the model (default: ${DEFAULT-VALUE}).")
    private String role = "none";

    @Option(
            names = "--in",
            paramLabel = "FILE",
            required = true,
            description = "Texts: .txt one a line, .jsonl with the field text, each also gzipped; - reads lines from standard input.")
    private Path in = Path.of("-");

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The .npy file to write.")
    private Path out = Path.of("-");

    @Option(
            names = "--overflow",
            paramLabel = "POLICY",
            defaultValue = "truncate",
            description = "What to do with texts over the model's limit: truncate, fail or split (default: ${DEFAULT-VALUE}).")
    private Overflow overflow = Overflow.TRUNCATE;

    @Option(names = "--dimensions", paramLabel = "K", description = "Keep the first K columns and normalise again.")
    private @Nullable Integer dimensions;

    @Option(
            names = "--codec",
            paramLabel = "CODEC",
            defaultValue = "float32",
            description = "float32, int8 (ranges in a sibling .ranges.npy) or binary (packed bits); says what it costs"
                    + " (default: ${DEFAULT-VALUE}).")
    private String codec = FLOAT32;

    @Option(
            names = "--ranges",
            paramLabel = "FILE",
            description = "Ranges of the documents' int8 codes, so that queries are encoded alike; default: of these texts.")
    private @Nullable Path ranges;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute; default: all processors.")
    private @Nullable Integer threads;

    @Mixin
    private CommonOptions common = new CommonOptions();

    EmbedCommand(Console console) {
        this.console = console;
    }

    /** The JSON object of this verb. */
    private record Report(
            String model,
            String fingerprint,
            long count,
            int dimensions,
            double seconds,
            double textsPerSecond,
            long tokens,
            List<Truncated> truncated,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Encoded encoding) {}

    /** What a codec made of the vectors; absent for float32. JSON has no NaN: what is undefined is null. */
    private record Encoded(
            String codec,
            int bytesPerVector,
            @Nullable String ranges,
            @Nullable Double meanCosine,
            @Nullable Double recall,
            int neighbours,
            int sample,
            long clipped) {}

    private record Truncated(long index, int tokens, int kept) {}

    /** What the rows add up to. */
    private static final class Sums {
        private long count;
        private long tokens;
        private final List<Truncated> truncated = new ArrayList<>();

        void add(long firstRow, Embeddings rows) {
            count += rows.rows();
            tokens += rows.tokens();
            rows.truncated().forEach(cut -> truncated.add(new Truncated(firstRow + cut.index(), cut.tokens(), cut.kept())));
        }
    }

    @Override
    public void run() {
        LaboratoryBuilder builder = common.builder();
        Integer width = Usage.positive(spec, "--dimensions", dimensions);
        Integer callers = Usage.positive(spec, "--threads", threads);
        Optional<Codec> lossy = lossyCodec();
        if (callers != null) {
            // the other settings of the files stay
            builder.resources(common.configuration().resources().withThreads(callers));
        }
        requireOtherFile();
        EmbedOptions options = EmbedOptions.defaults()
                .role(role.toLowerCase(Locale.ROOT).equals("none") ? Role.NONE : Role.prompt(role))
                .overflow(overflow)
                .dimensions(width == null ? 0 : width);
        try (EmbeddingLaboratory lab = builder.build();
                TextLines texts = TextLines.open(in, System.in);
                Embedder embedder = lab.models().load(model == null ? lab.defaultModel() : model)) {
            String fingerprint = embedder.fingerprint().value();
            int columns = width == null ? embedder.dimensions() : width;
            Sums sums = new Sums();
            long start = System.nanoTime();
            EmbedOptions watched = options.progress(console.progress());
            Encoded encoded = null;
            if (lossy.isPresent()) {
                try (CodeFile writer = new CodeFile(out, columns, lossy.get())) {
                    embedder.embed(texts, watched, (firstRow, rows) -> {
                        writer.accept(firstRow, rows);
                        sums.add(firstRow, rows);
                    });
                    encoded = encoded(lossy.get(), columns, writer.finish());
                }
            } else {
                try (Npy.Writer writer = new Npy.Writer(out, columns)) {
                    embedder.embed(texts, watched, (firstRow, rows) -> {
                        writer.append(rows);
                        sums.add(firstRow, rows);
                    });
                    writer.finish();
                }
            }
            double seconds = (System.nanoTime() - start) / NANOS;
            report(new Report(
                    embedder.model(),
                    fingerprint,
                    sums.count,
                    columns,
                    seconds,
                    seconds > 0 ? sums.count / seconds : 0,
                    sums.tokens,
                    sums.truncated,
                    encoded));
        }
    }

    private Optional<Codec> lossyCodec() {
        String name = codec.toLowerCase(Locale.ROOT);
        if (ranges != null && !name.equals("int8")) {
            throw new ParameterException(
                    spec.commandLine(), "--ranges belongs to --codec int8, the codec is " + codec + "; leave one of them out");
        }
        return switch (name) {
            case FLOAT32 -> Optional.empty();
            case "int8" -> Optional.of(ranges == null ? Codec.int8() : Codec.int8(CodeRanges.readNpy(ranges)));
            case "binary" -> Optional.of(Codec.binary());
            default -> throw new ParameterException(
                    spec.commandLine(), "--codec is \"" + codec + "\"; it must be float32, int8 or binary");
        };
    }

    private Encoded encoded(Codec lossy, int columns, EncodingCost cost) {
        boolean bytes = lossy.form() == Codec.Form.INT8;
        return new Encoded(
                bytes ? "int8" : "binary",
                lossy.form().bytes(columns),
                bytes ? EncodedEmbeddings.rangesFile(out).toString() : null,
                number(cost.meanCosine()),
                number(cost.recall()),
                cost.neighbours(),
                cost.sample(),
                cost.clipped());
    }

    private static @Nullable Double number(double value) {
        return Double.isNaN(value) ? null : value;
    }

    private void requireOtherFile() {
        try {
            if (Files.exists(in) && Files.exists(out) && Files.isSameFile(in, out)) {
                throw new ParameterException(spec.commandLine(), "--in and --out are both " + out + "; write to another file");
            }
        } catch (IOException e) {
            throw new InvalidInputException(in + " and " + out + " cannot be compared: " + e.getMessage(), e);
        }
    }

    private void report(Report report) {
        if (common.json()) {
            console.json(report);
            return;
        }
        console.line(String.format(
                Locale.ROOT,
                "%,d texts, %,d tokens, %d dimensions in %.2f s (%.0f texts a second) with %s -> %s",
                report.count(),
                report.tokens(),
                report.dimensions(),
                report.seconds(),
                report.textsPerSecond(),
                report.model(),
                out));
        if (report.encoding() != null) {
            Encoded encoded = report.encoding();
            console.note(String.format(
                    Locale.ROOT,
                    "%s: %d bytes a vector instead of %d, mean cosine %s, %s of the %d nearest kept without rescoring"
                            + " (among %,d texts), %,d numbers clipped%s",
                    encoded.codec(),
                    encoded.bytesPerVector(),
                    report.dimensions() * Float.BYTES,
                    shown(encoded.meanCosine()),
                    shown(encoded.recall()),
                    encoded.neighbours(),
                    encoded.sample(),
                    encoded.clipped(),
                    encoded.ranges() == null ? "" : "; ranges in " + encoded.ranges()));
        }
        if (!report.truncated().isEmpty()) {
            Truncated worst = report.truncated().stream()
                    .max(Comparator.comparingInt(cut -> cut.tokens() - cut.kept()))
                    .orElseThrow();
            console.note(String.format(
                    Locale.ROOT,
                    "%,d texts were cut to the model's limit, the worst is text %d with %d of %d tokens kept;"
                            + " --overflow split keeps all, --json lists them",
                    report.truncated().size(),
                    worst.index(),
                    worst.kept(),
                    worst.tokens()));
        }
    }

    private static String shown(@Nullable Double value) {
        return value == null ? "unknown" : String.format(Locale.ROOT, "%.4f", value);
    }
}
