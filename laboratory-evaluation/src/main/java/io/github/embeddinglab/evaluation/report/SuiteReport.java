package io.github.embeddinglab.evaluation.report;

import io.github.embeddinglab.api.BenchmarkReport;
import io.github.embeddinglab.api.Comparison;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Promise;
import io.github.embeddinglab.evaluation.suites.Report;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** A report in all its forms. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class SuiteReport implements BenchmarkReport {
    private final Findings findings;

    /**
     * Makes the report.
     *
     * @param findings what was found
     */
    public SuiteReport(Findings findings) {
        this.findings = findings;
    }

    /**
     * What was found.
     *
     * @return as given
     */
    public Findings findings() {
        return findings;
    }

    @Override
    public Comparison comparison() {
        return findings.judgement().comparison();
    }

    @Override
    public List<Promise> promises() {
        return findings.promises();
    }

    @Override
    public List<String> regressions(Path baseline) {
        return findings.judgement().report().regressions(Report.read(baseline));
    }

    @Override
    public String toJson() {
        return ReportJson.scores(findings.judgement());
    }

    @Override
    public String timingsJson() {
        return ReportJson.timings(findings);
    }

    @Override
    public String toMarkdown() {
        return ReportMarkdown.of(findings);
    }

    @Override
    public String toHtml() {
        return HtmlPage.of(findings, Charts.all(findings));
    }

    @Override
    public void writeTo(Path folder) {
        write(folder, "report.json", toJson());
        write(folder, "timings.json", timingsJson());
        write(folder, "report.md", toMarkdown());
        write(folder, "report.html", toHtml());
        for (Drawing drawing : Charts.all(findings)) {
            whole(folder.resolve(drawing.id() + ".png"), PngPainter.painted(drawing));
        }
        for (Map.Entry<String, String> file : LeaderboardFiles.of(findings.judgement()).entrySet()) {
            write(folder.resolve("leaderboard"), file.getKey(), file.getValue());
        }
    }

    private static void write(Path folder, String name, String text) {
        whole(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    private static void whole(Path target, byte[] bytes) {
        try {
            Path folder = Objects.requireNonNull(target.toAbsolutePath().getParent(), "a file has a folder");
            Files.createDirectories(folder);
            Path partial = folder.resolve("." + target.getFileName() + "." + Long.toHexString(System.nanoTime()) + ".part");
            try {
                try (FileChannel channel =
                        FileChannel.open(partial, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                    ByteBuffer left = ByteBuffer.wrap(bytes);
                    while (left.hasRemaining()) {
                        channel.write(left);
                    }
                    channel.force(true);
                }
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            throw new LaboratoryException(
                    "the report cannot be written to " + target + ": " + e.getMessage() + "; choose another folder", e);
        }
    }
}
