package io.github.embeddinglab.core.tokenization;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.github.embeddinglab.api.DeviceException;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.LaboratoryException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The Rust tokenizers through JNI: owns one native tokenizer. The file's own truncation and padding are switched off
 * natively, and only content ids are asked for: the special tokens are put around them here, which was compared with the
 * native template when the file was opened.
 *
 * <p>Texts go over one by one. The library's batch call would start a thread pool of its own beside the caller's thread
 * budget, as large as the machine.
 */
final class NativeTokenizer implements Tokenizer {
    /** JNI hands a string over as at most 3 bytes for a char, counted in an int. */
    private static final int MAX_CHARS = Integer.MAX_VALUE / 3 - 1;

    private static final String PROBE = "a 1";

    private final TokenizerFile file;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private long handle;

    private NativeTokenizer(TokenizerFile file, long handle) {
        this.file = file;
        this.handle = handle;
    }

    static NativeTokenizer create(TokenizerFile file, Path nativeDirectory) {
        NativeLibrary.load(nativeDirectory);
        NativeTokenizer tokenizer = new NativeTokenizer(file, open(file));
        try {
            tokenizer.check();
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
        return tokenizer;
    }

    private static long open(TokenizerFile file) {
        long handle;
        try {
            handle = TokenizersLibrary.LIB.createTokenizerFromString(file.text());
        } catch (UnsatisfiedLinkError e) {
            throw new DeviceException("the native tokenizer is loaded but not linked: " + e.getMessage()
                    + "; put laboratory-core and ai.djl.huggingface:tokenizers into one class loader", e);
        } catch (RuntimeException e) {
            throw refused(file, e);
        }
        TokenizersLibrary.LIB.disableTruncation(handle);
        TokenizersLibrary.LIB.disablePadding(handle);
        return handle;
    }

    private static InvalidModelException refused(TokenizerFile file, RuntimeException e) {
        String reason = Objects.toString(e.getMessage(), e.toString()).replaceAll("\\s+", " ");
        return new InvalidModelException(file.name() + " is no tokenizer: " + reason + "; get the file anew", e);
    }

    /** The template that we read must be the one that the library applies. */
    private void check() {
        int[] ours;
        int[] theirs;
        try {
            ours = encode(PROBE).toArray();
            theirs = ids(PROBE, true);
        } catch (LaboratoryException e) {
            throw e;
        } catch (RuntimeException e) {
            throw refused(file, e);
        }
        if (!Arrays.equals(ours, theirs)) {
            throw file.invalid("post_processor puts other special tokens around a text than read from it: "
                    + Arrays.toString(theirs) + " instead of " + Arrays.toString(ours));
        }
    }

    @Override
    public TokenIds encode(String text) {
        if (text.length() > MAX_CHARS) {
            throw new InvalidInputException("a text of " + text.length() + " characters: the native tokenizer takes "
                    + MAX_CHARS + "; cut it into parts");
        }
        return TokenIds.wrap(file.special(), ids(WellFormed.of(text), false));
    }

    private int[] ids(String text, boolean special) {
        long[] ids;
        Lock reading = lock.readLock();
        reading.lock();
        try {
            if (handle == 0) {
                throw new LaboratoryException("the tokenizer of " + file.name() + " is closed: open it again");
            }
            long encoding = TokenizersLibrary.LIB.encode(handle, text, special);
            try {
                ids = TokenizersLibrary.LIB.getTokenIds(encoding);
            } finally {
                TokenizersLibrary.LIB.deleteEncoding(encoding);
            }
        } finally {
            reading.unlock();
        }
        int[] ints = new int[ids.length];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = (int) ids[i];
        }
        return ints;
    }

    @Override
    public SpecialTokens special() {
        return file.special();
    }

    @Override
    public int vocabularySize() {
        return file.vocabularySize();
    }

    @Override
    public int padId() {
        return file.padId();
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (handle != 0) {
                long closing = handle;
                handle = 0;
                TokenizersLibrary.LIB.deleteTokenizer(closing);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public String toString() {
        return "native tokenizer of " + file.name();
    }
}
