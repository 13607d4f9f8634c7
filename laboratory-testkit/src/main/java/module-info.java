/** What tests of and around Embeddings Laboratory share. */
module io.github.embeddinglab.testkit {
    requires transitive io.github.embeddinglab.api;
    requires transitive org.junit.jupiter.api;
    requires transitive org.assertj.core;
    requires java.net.http;
    requires jdk.httpserver;

    exports io.github.embeddinglab.testkit;

    opens io.github.embeddinglab.testkit to
            org.junit.platform.commons;
}
