package io.github.embeddinglab.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.InvalidInputException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Texts of a file, read as they are needed: one a line, or one JSON object a line with the field {@code text}; gzipped
 * where the bytes say so; {@code -} is standard input. UTF-8 only: a malformed line is an error, never a replacement.
 */
final class TextLines implements Iterator<String>, AutoCloseable {
    private static final int GZIP_FIRST = 0x1f;
    private static final int GZIP_SECOND = 0x8b;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final boolean jsonLines;
    private final BufferedReader reader;
    private @Nullable String next;
    private long line;

    private TextLines(String name, boolean jsonLines, BufferedReader reader) {
        this.name = name;
        this.jsonLines = jsonLines;
        this.reader = reader;
    }

    static TextLines open(Path file) {
        String name = file.toString();
        try {
            InputStream in = new BufferedInputStream(name.equals("-") ? System.in : Files.newInputStream(file));
            in.mark(2);
            boolean zipped = in.read() == GZIP_FIRST && in.read() == GZIP_SECOND;
            in.reset();
            BufferedReader reader = new BufferedReader(new InputStreamReader(
                    zipped ? new GZIPInputStream(in) : in,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)));
            String plain = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
            TextLines lines = new TextLines(name, plain.endsWith(".jsonl"), reader);
            lines.advance();
            return lines;
        } catch (NoSuchFileException e) {
            throw new InvalidInputException("input " + name + " does not exist; name an existing file, or - for standard input", e);
        } catch (IOException e) {
            throw new InvalidInputException("input " + name + " cannot be read: " + e.getMessage() + "; check the file", e);
        }
    }

    private void advance() {
        try {
            next = reader.readLine();
            line++;
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(
                    "input " + name + " is not UTF-8 (after line " + line + "); convert it, or check that it is a text file", e);
        } catch (IOException e) {
            throw new InvalidInputException("input " + name + " cannot be read after line " + line + ": " + e.getMessage(), e);
        }
        if (next != null && !jsonLines && next.indexOf('\0') >= 0) {
            throw new InvalidInputException("input " + name + " is binary (a zero byte in line " + line
                    + "); give a text file, or JSONL where texts hold such characters");
        }
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public String next() {
        String current = next;
        if (current == null) {
            throw new NoSuchElementException();
        }
        String text = jsonLines ? text(current) : current;
        advance();
        return text;
    }

    private String text(String json) {
        try {
            JsonNode field = JSON.readTree(json).get("text");
            if (field != null && field.isTextual()) {
                return field.textValue();
            }
            throw new InvalidInputException(name + ":" + line + ": the field \"text\" is missing or not a text; each line of a"
                    + " .jsonl file is an object such as {\"text\": \"...\"}");
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(name + ":" + line + ": this is not JSON (" + e.getOriginalMessage() + ")", e);
        }
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw new InvalidInputException("input " + name + " cannot be closed: " + e.getMessage(), e);
        }
    }
}
