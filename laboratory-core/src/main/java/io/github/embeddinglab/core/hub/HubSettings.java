package io.github.embeddinglab.core.hub;

import io.github.embeddinglab.api.ConfigurationException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * How the hub is reached and where its files are kept.
 *
 * @param endpoint address of the hub or of a mirror, without a trailing slash
 * @param token sent to that address only, null for none; never printed
 * @param cacheDirectory a Hugging Face cache ({@code …/huggingface/hub}), shared with Python
 * @param downloadsAllowed whether any connection may be made
 * @param network proxy, patience and retries
 * @param recordDirectory where digests of downloads are recorded, null for the model's folder in the cache
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record HubSettings(
        URI endpoint,
        @Nullable String token,
        Path cacheDirectory,
        boolean downloadsAllowed,
        Network network,
        @Nullable Path recordDirectory) {
    /** The public hub. */
    public static final URI DEFAULT_ENDPOINT = URI.create("https://huggingface.co");

    /**
     * Checks the settings together.
     *
     * @throws ConfigurationException naming everything that is wrong
     */
    public HubSettings {
        List<String> faults = new ArrayList<>();
        String scheme = endpoint.getScheme() == null ? "" : endpoint.getScheme().toLowerCase(Locale.ROOT);
        String host = endpoint.getHost();
        if (!(scheme.equals("https") || scheme.equals("http")) || host == null
                || endpoint.getRawQuery() != null || endpoint.getRawFragment() != null || endpoint.getRawUserInfo() != null) {
            faults.add("endpoint \"" + withoutUser(endpoint) + "\" is not of the form https://host[:port][/path]");
        } else if (endpoint.getRawPath().endsWith("/")) {
            endpoint = URI.create(endpoint.toString().replaceFirst("/+$", ""));
        }
        if (token != null) {
            token = token.strip();
            if (!token.matches("[\\x21-\\x7e]+")) {
                faults.add("the token is empty or has characters that no token has (blanks, line ends, letters beyond ASCII)");
            }
            if (scheme.equals("http") && host != null && !host.matches("localhost|127\\..*|\\[::1\\]")) {
                faults.add("a token would travel unencrypted to " + endpoint + "; use https or leave the token out");
            }
        }
        if (!faults.isEmpty()) {
            throw new ConfigurationException("hub settings: " + String.join("; ", faults));
        }
    }

    private static String withoutUser(URI uri) {
        return uri.toString().replaceFirst("//[^/@]*@", "//***@");
    }

    /**
     * Starts a builder.
     *
     * @param cacheDirectory a Hugging Face cache, made at the first download
     * @return a builder with the public hub, no token, no proxy and downloads forbidden
     */
    public static Builder builder(Path cacheDirectory) {
        return new Builder(cacheDirectory);
    }

    /** Hides the token. */
    @Override
    public String toString() {
        return "HubSettings[endpoint=" + endpoint + ", token=" + (token == null ? "none" : "***") + ", cacheDirectory="
                + cacheDirectory + ", downloadsAllowed=" + downloadsAllowed + ", network=" + network
                + ", recordDirectory=" + recordDirectory + "]";
    }

    /**
     * A proxy that speaks HTTP CONNECT.
     *
     * @param host name or address
     * @param port 1 to 65,535
     */
    public record Proxy(String host, int port) {
        /**
         * Checks both.
         *
         * @throws ConfigurationException when the host is blank or the port out of range
         */
        public Proxy {
            if (host.isBlank() || port < 1 || port > 65_535) {
                throw new ConfigurationException("hub settings: proxy \"" + host + ":" + port
                        + "\" needs a host name and a port from 1 to 65535");
            }
        }
    }

    /**
     * How the network is used.
     *
     * @param proxy for all connections; null for what the JVM's default proxy selector says
     * @param connectTimeout for one connection, above 0
     * @param readTimeout the longest silence of a server that is tolerated, above 0
     * @param maximumRetries of one request without progress, 0 to 20
     */
    public record Network(@Nullable Proxy proxy, Duration connectTimeout, Duration readTimeout, int maximumRetries) {
        /**
         * Checks the ranges.
         *
         * @throws ConfigurationException when one is left
         */
        public Network {
            if (connectTimeout.isNegative() || connectTimeout.isZero() || readTimeout.isNegative() || readTimeout.isZero()) {
                throw new ConfigurationException("hub settings: connect timeout " + connectTimeout + " and read timeout "
                        + readTimeout + " must be above zero");
            }
            if (maximumRetries < 0 || maximumRetries > 20) {
                throw new ConfigurationException("hub settings: maximum retries " + maximumRetries + " must be from 0 to 20");
            }
        }
    }

    /** Collects settings; {@link #build()} checks them. */
    public static final class Builder {
        private final Path cacheDirectory;
        private URI endpoint = DEFAULT_ENDPOINT;
        private @Nullable String token;
        private boolean downloadsAllowed;
        private @Nullable Proxy proxy;
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration readTimeout = Duration.ofSeconds(30);
        private int maximumRetries = 5;
        private @Nullable Path recordDirectory;

        private Builder(Path cacheDirectory) {
            this.cacheDirectory = cacheDirectory;
        }

        /**
         * Another hub or a mirror.
         *
         * @param address its address, a path is kept
         * @return this builder
         */
        public Builder endpoint(URI address) {
            endpoint = address;
            return this;
        }

        /**
         * An access token, for private and gated models.
         *
         * @param value the token, null for none; blanks around it are dropped
         * @return this builder
         */
        public Builder token(@Nullable String value) {
            token = value;
            return this;
        }

        /**
         * Allows downloads.
         *
         * @param allow whether connections may be made
         * @return this builder
         */
        public Builder allowDownloads(boolean allow) {
            downloadsAllowed = allow;
            return this;
        }

        /**
         * A proxy for all connections.
         *
         * @param host name or address
         * @param port 1 to 65,535
         * @return this builder
         */
        public Builder proxy(String host, int port) {
            proxy = new Proxy(host, port);
            return this;
        }

        /**
         * How long to wait.
         *
         * @param connect for a connection; 10 s by default
         * @param read for a silent server; 30 s by default
         * @return this builder
         */
        public Builder timeouts(Duration connect, Duration read) {
            connectTimeout = connect;
            readTimeout = read;
            return this;
        }

        /**
         * How often one request is repeated without progress.
         *
         * @param retries 0 to 20; 5 by default
         * @return this builder
         */
        public Builder maximumRetries(int retries) {
            maximumRetries = retries;
            return this;
        }

        /**
         * Keeps the recorded digests apart from the cache, so that they outlive its removal.
         *
         * @param directory made at the first download
         * @return this builder
         */
        public Builder recordDirectory(Path directory) {
            recordDirectory = directory;
            return this;
        }

        /**
         * Makes the settings.
         *
         * @return checked settings
         * @throws ConfigurationException naming what is wrong
         */
        public HubSettings build() {
            return new HubSettings(endpoint, token, cacheDirectory, downloadsAllowed,
                    new Network(proxy, connectTimeout, readTimeout, maximumRetries), recordDirectory);
        }
    }
}
