package io.github.embeddinglab.core.hub;

import io.github.embeddinglab.api.LaboratoryException;
import java.net.URI;
import java.nio.file.Path;

/** A program of its own for tests that kill it, starve it, or run two of it. */
final class HubDownloadProgram {
    private HubDownloadProgram() {}

    /** Arguments: endpoint, cache, id. */
    public static void main(String[] arguments) {
        HubSettings settings = HubSettings.builder(Path.of(arguments[1])).endpoint(URI.create(arguments[0])).allowDownloads(true).build();
        try {
            System.out.println(new HubSource(settings).find(arguments[2], "main").orElseThrow());
        } catch (LaboratoryException e) {
            System.out.println("failed: " + e.getMessage());
            System.exit(1);
        }
    }
}
