package io.github.embeddinglab.api.spi;

import io.github.embeddinglab.api.ConfigurationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** What all providers have: a short name and the version of the SPI that they were written for. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface NamedProvider {
    /** The SPI's version; raised when a provider must change. */
    int API_VERSION = 1;

    /**
     * A short name, unique among providers of one kind.
     *
     * @return lower-case letters, digits and hyphens
     */
    String name();

    /**
     * The SPI version that this provider was written for.
     *
     * @return {@link #API_VERSION} as it was when the provider was compiled
     */
    default int apiVersion() {
        return API_VERSION;
    }

    /**
     * Finds providers with {@link ServiceLoader} and checks them: names well-formed and unique, versions known.
     *
     * @param <P> kind of provider
     * @param kind its interface
     * @param loader class loader to look in
     * @return the providers, in the class path's order
     * @throws ConfigurationException naming all candidates when one is wrong
     */
    static <P extends NamedProvider> List<P> discover(Class<P> kind, ClassLoader loader) {
        List<P> found = new ArrayList<>();
        try {
            ServiceLoader.load(kind, loader).forEach(found::add);
        } catch (ServiceConfigurationError e) {
            throw new ConfigurationException("a provider of " + kind.getSimpleName() + " cannot be loaded ("
                    + e.getMessage() + "); remove or update the jar that lists it", e);
        }
        return check(kind, found);
    }

    /**
     * Checks providers however they were found.
     *
     * @param <P> kind of provider
     * @param kind its interface
     * @param providers to check
     * @return the same providers
     * @throws ConfigurationException naming all candidates when one is wrong
     */
    static <P extends NamedProvider> List<P> check(Class<P> kind, List<P> providers) {
        Pattern form = Pattern.compile("[a-z][a-z0-9-]{0,31}");
        Map<String, P> byName = new LinkedHashMap<>();
        for (P provider : providers) {
            String at = kind.getSimpleName() + " " + provider.getClass().getName();
            if (!form.matcher(provider.name()).matches()) {
                throw new ConfigurationException(
                        at + " is called \"" + provider.name() + "\"; use lower-case letters, digits and hyphens");
            }
            if (provider.apiVersion() != API_VERSION) {
                throw new ConfigurationException(at + " was written for version " + provider.apiVersion()
                        + " of the SPI, this is version " + API_VERSION + "; use matching releases");
            }
            P other = byName.putIfAbsent(provider.name(), provider);
            if (other != null) {
                throw new ConfigurationException("two providers of " + kind.getSimpleName() + " are called \""
                        + provider.name() + "\" (" + other.getClass().getName() + " and "
                        + provider.getClass().getName() + "); remove one jar");
            }
        }
        return List.copyOf(providers);
    }

    /**
     * Lists names for a message.
     *
     * @param providers any number
     * @return names separated by commas, {@code none} where there are none
     */
    static String names(List<? extends NamedProvider> providers) {
        return providers.isEmpty()
                ? "none"
                : providers.stream().map(NamedProvider::name).collect(Collectors.joining(", "));
    }
}
