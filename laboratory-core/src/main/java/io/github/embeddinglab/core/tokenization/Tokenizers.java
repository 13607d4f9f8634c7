package io.github.embeddinglab.core.tokenization;

import io.github.embeddinglab.api.DeviceException;
import io.github.embeddinglab.api.InvalidModelException;
import java.nio.file.Path;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Opens tokenizers from {@code tokenizer.json} files. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Tokenizers {
    private Tokenizers() {}

    /**
     * Opens a tokenizer: plain Java where the file allows it, else native.
     *
     * @param tokenizerJson the file
     * @param nativeDirectory private folder for the native library's file, made and written only if the library is
     *     needed and not there yet
     * @return the tokenizer, to be closed by the caller
     * @throws InvalidModelException if the file is missing, damaged or of an unknown kind
     * @throws DeviceException if the native library is needed and cannot be loaded
     */
    public static Tokenizer open(Path tokenizerJson, Path nativeDirectory) {
        return open(tokenizerJson, nativeDirectory, TokenizerImplementation.AUTO);
    }

    /**
     * Opens a tokenizer as the reference does for a model that lower-cases its texts: capitals go first, before the
     * normaliser of the file.
     *
     * @param tokenizerJson the file
     * @param nativeDirectory as in {@link #open(Path, Path)}
     * @param lowerCase whether to put a lower-casing step in front, unless the file has one
     * @return the tokenizer, to be closed by the caller
     * @throws InvalidModelException as in {@link #open(Path, Path)}
     * @throws DeviceException as in {@link #open(Path, Path)}
     */
    public static Tokenizer open(Path tokenizerJson, Path nativeDirectory, boolean lowerCase) {
        TokenizerFile file = TokenizerFile.read(tokenizerJson);
        return open(lowerCase ? file.lowerCased() : file, nativeDirectory, TokenizerImplementation.AUTO);
    }

    /**
     * Opens a tokenizer.
     *
     * @param tokenizerJson the file
     * @param nativeDirectory as in {@link #open(Path, Path)}
     * @param implementation who tokenizes
     * @return the tokenizer, to be closed by the caller
     * @throws InvalidModelException if the file is missing, damaged, of an unknown kind, or not covered by the
     *     implementation that is asked for
     * @throws DeviceException if the native library is needed and cannot be loaded
     */
    public static Tokenizer open(Path tokenizerJson, Path nativeDirectory, TokenizerImplementation implementation) {
        return open(TokenizerFile.read(tokenizerJson), nativeDirectory, implementation);
    }

    /**
     * Opens a tokenizer from the content of a file, such as a class-path resource.
     *
     * @param name what messages call it
     * @param tokenizerJson UTF-8 JSON
     * @param nativeDirectory as in {@link #open(Path, Path)}
     * @param implementation who tokenizes
     * @return the tokenizer, to be closed by the caller
     * @throws InvalidModelException as in {@link #open(Path, Path, TokenizerImplementation)}
     * @throws DeviceException as in {@link #open(Path, Path, TokenizerImplementation)}
     */
    public static Tokenizer open(
            String name, byte[] tokenizerJson, Path nativeDirectory, TokenizerImplementation implementation) {
        return open(TokenizerFile.of(name, tokenizerJson), nativeDirectory, implementation);
    }

    /**
     * A tokenizer file as {@link #open(Path, Path, boolean)} runs it, for programs that read nothing but this file.
     *
     * @param tokenizerJson the file
     * @param lowerCase whether to put a lower-casing step in front, unless the file has one
     * @return the content of such a file
     * @throws InvalidModelException as in {@link #open(Path, Path)}
     */
    public static String content(Path tokenizerJson, boolean lowerCase) {
        TokenizerFile file = TokenizerFile.read(tokenizerJson);
        return lowerCase ? file.lowerCased().text() : file.text();
    }

    private static Tokenizer open(TokenizerFile file, Path nativeDirectory, TokenizerImplementation implementation) {
        if (implementation == TokenizerImplementation.NATIVE) {
            return NativeTokenizer.create(file, nativeDirectory);
        }
        String refusal = WordPieceTokenizer.refusal(file);
        if (refusal == null) {
            return WordPieceTokenizer.create(file);
        }
        if (implementation == TokenizerImplementation.JAVA) {
            throw file.invalid("the Java tokenizer does not cover it: " + refusal + "; use the native one");
        }
        return NativeTokenizer.create(file, nativeDirectory);
    }
}
