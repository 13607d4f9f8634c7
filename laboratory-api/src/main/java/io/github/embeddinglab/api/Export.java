package io.github.embeddinglab.api;

import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** A form in which a model leaves the laboratory. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public sealed interface Export {
    /**
     * An ONNX graph of standard operators with its tokenizer, for any runtime.
     *
     * @param poolingInside whether the graph gives the finished vector ({@code sentence_embedding}, n x d) or the token
     *     vectors ({@code last_hidden_state}, n x t x h) that the deployer pools
     */
    record Onnx(boolean poolingInside) implements Export {}

    /** A sentence-transformers folder. */
    record Folder() implements Export {}

    /**
     * A Maven artifact that is found on the class path.
     *
     * @param groupId as in {@code com.example}
     * @param artifactId as in {@code my-model}
     * @param version as in {@code 1.0.0}
     */
    record Jar(String groupId, String artifactId, String version) implements Export {
        private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

        /**
         * Checks the coordinates.
         *
         * @throws InvalidInputException naming the wrong part
         */
        public Jar {
            for (String part : new String[] {groupId, artifactId, version}) {
                if (!FORM.matcher(part).matches()) {
                    throw new InvalidInputException("Maven coordinates " + groupId + ":" + artifactId + ":" + version
                            + " are wrong at \"" + part + "\"; use letters, digits, '.', '_' and '-'");
                }
            }
        }
    }
}
