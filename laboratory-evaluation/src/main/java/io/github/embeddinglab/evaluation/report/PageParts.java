package io.github.embeddinglab.evaluation.report;

import static io.github.embeddinglab.evaluation.report.SvgWriter.escaped;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** What all pages share: the head with colours and style, and a plot in its frame. */
final class PageParts {
    private PageParts() {}

    /** All up to the begin of the page's content; ends with {@code </main></body></html>}. */
    static String head(String title) {
        StringBuilder out = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .append("<meta name=\"color-scheme\" content=\"light dark\"><title>")
                .append(escaped(title))
                .append("</title>\n<style>\n:root{");
        for (Drawing.Ink ink : Drawing.Ink.values()) {
            out.append(ink.variable()).append(':').append(ink.light).append(';');
        }
        out.append("--paper:#ffffff;--page:#f7f8fa}\n@media (prefers-color-scheme: dark){:root{");
        for (Drawing.Ink ink : Drawing.Ink.values()) {
            out.append(ink.variable()).append(':').append(ink.dark).append(';');
        }
        return out.append("--paper:#161b21;--page:#0f1318}}\n")
                .append(style())
                .append("</style></head>\n<body><main>\n")
                .toString();
    }

    static String figure(Drawing drawing) {
        return "<figure class=\"panel\" id=\"" + drawing.id() + "\"><h2>" + escaped(drawing.title()) + "</h2><div class=\"scroll\">"
                + SvgWriter.write(drawing) + "</div><figcaption>" + escaped(drawing.description()) + "</figcaption></figure>\n";
    }

    private static String style() {
        try (InputStream in = Objects.requireNonNull(PageParts.class.getResourceAsStream("report.css"), "report.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
