package io.github.embeddinglab.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.embeddinglab.api.InvalidInputException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Texts of a file, read as they are needed: one a line, or one JSON object a line with the field {@code text}; gzipped
 * where the bytes say so; {@code -} is standard input. UTF-8 only: a malformed line is an error, never a replacement.
 * Lines end with a line feed, a carriage return before it does not count, and neither does a byte order mark at the start.
 */
final class TextLines implements Iterator<String>, AutoCloseable {
    private static final int GZIP_FIRST = 0x1f;
    private static final int GZIP_SECOND = 0x8b;
    private static final int BUFFER = 1 << 16;
    private static final int LONGEST_LINE = 64 << 20;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final String name;
    private final boolean jsonLines;
    private final InputStream in;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private @Nullable String next;
    private long line;

    private TextLines(String name, boolean jsonLines, InputStream in) {
        this.name = name;
        this.jsonLines = jsonLines;
        this.in = in;
    }

    static TextLines open(Path file, InputStream standardInput) {
        String given = file.toString();
        String name = given.equals("-") ? "from standard input" : given;
        InputStream raw = null;
        try {
            raw = new BufferedInputStream(given.equals("-") ? standardInput : Files.newInputStream(file), BUFFER);
            raw.mark(2);
            boolean zipped = raw.read() == GZIP_FIRST && raw.read() == GZIP_SECOND;
            raw.reset();
            String plain = given.endsWith(".gz") ? given.substring(0, given.length() - 3) : given;
            TextLines lines = new TextLines(
                    name,
                    plain.endsWith(".jsonl"),
                    zipped ? new BufferedInputStream(new GZIPInputStream(raw, BUFFER), BUFFER) : raw);
            lines.advance();
            return lines;
        } catch (NoSuchFileException e) {
            throw new InvalidInputException("input " + name + " does not exist; name an existing file, or - for standard input", e);
        } catch (AccessDeniedException e) {
            throw new InvalidInputException("input " + name + " cannot be read: no permission; allow it, or name another file", e);
        } catch (IOException e) {
            closeQuietly(raw, e);
            throw new InvalidInputException("input " + name + " cannot be read: " + e.getMessage() + "; check the file", e);
        } catch (RuntimeException e) {
            closeQuietly(raw, e);
            throw e;
        }
    }

    private static void closeQuietly(@Nullable InputStream in, Exception reason) {
        if (in != null) {
            try {
                in.close();
            } catch (IOException e) {
                reason.addSuppressed(e);
            }
        }
    }

    private void advance() {
        try {
            next = read();
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(
                    "input " + name + " is not UTF-8 in line " + line + "; convert it, or check that it is a text file", e);
        } catch (ZipException | EOFException e) {
            throw new InvalidInputException("input " + name + " is a damaged or cut gzip file (after line " + line
                    + ": " + e.getMessage() + "); copy it again", e);
        } catch (IOException e) {
            throw new InvalidInputException("input " + name + " cannot be read after line " + line + ": " + e.getMessage()
                    + "; name a readable file, or - for standard input", e);
        }
    }

    /** The next line, decoded alone so that a fault has its line; null at the end. */
    private @Nullable String read() throws IOException {
        bytes.reset();
        int b = in.read();
        if (b < 0) {
            return null;
        }
        line++;
        for (; b >= 0 && b != '\n'; b = in.read()) {
            if (b == 0) {
                throw new InvalidInputException("input " + name + " is binary (a zero byte in line " + line
                        + "); give a text file, or JSONL where texts hold such characters as \\u0000");
            }
            if (bytes.size() == LONGEST_LINE) {
                throw new InvalidInputException("input " + name + ": line " + line + " is longer than " + LONGEST_LINE
                        + " bytes; one text stands in one line: split the text, or check the file");
            }
            bytes.write(b);
        }
        byte[] all = bytes.toByteArray();
        int length = all.length > 0 && all[all.length - 1] == '\r' && b == '\n' ? all.length - 1 : all.length;
        String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(all, 0, length)).toString();
        return line == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text;
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
            throw new InvalidInputException(name + ":" + line + ": this is not one JSON object (" + e.getOriginalMessage()
                    + "); each line of a .jsonl file is an object such as {\"text\": \"...\"}", e);
        }
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new InvalidInputException("input " + name + " cannot be closed: " + e.getMessage(), e);
        }
    }
}
