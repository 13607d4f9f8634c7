package io.github.embeddinglab.evaluation.data;

import io.github.embeddinglab.api.InvalidInputException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Lines of a UTF-8 file, gzipped where its bytes say so. */
final class Lines {
    private static final int GZIP_FIRST = 0x1f;
    private static final int GZIP_SECOND = 0x8b;

    private Lines() {}

    /** Takes a line. */
    interface Sink {
        void accept(long number, String line);
    }

    static void each(Path file, Sink sink) {
        long number = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            in.mark(2);
            boolean zipped = in.read() == GZIP_FIRST && in.read() == GZIP_SECOND;
            in.reset();
            // the reader closes what it wraps
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                    zipped ? new GZIPInputStream(in) : in,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    number++;
                    sink.accept(number, number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line);
                }
            }
        } catch (NoSuchFileException e) {
            throw new InvalidInputException("data file " + file + " does not exist; check the path", e);
        } catch (AccessDeniedException e) {
            throw new InvalidInputException("data file " + file + " cannot be read: no permission; allow it", e);
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(
                    "data file " + file + " is not UTF-8 (after line " + number + "); convert it", e);
        } catch (IOException e) {
            throw new InvalidInputException(
                    "data file " + file + " cannot be read after line " + number + ": " + e.getMessage(), e);
        }
    }

    /** A file by its plain name or with .gz behind it. */
    static Path inFolder(Path folder, String name) {
        Path plain = folder.resolve(name);
        if (Files.exists(plain)) {
            return plain;
        }
        Path zipped = folder.resolve(name + ".gz");
        if (Files.exists(zipped)) {
            return zipped;
        }
        throw new InvalidInputException("folder " + folder + " has no " + name + " (nor " + name + ".gz);"
                + " a retrieval folder holds corpus.jsonl, queries.jsonl and qrels.tsv");
    }
}
