package io.github.embeddinglab.core.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which files of a repository make an embedding model, and whether a folder has them all. */
final class ModelFiles {
    static final String WEIGHTS = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";
    static final String MODULES = "modules.json";
    static final String CONFIG = "config.json";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern MODULE_FOLDER = Pattern.compile("\\d+_[A-Za-z0-9_]+");
    private static final Pattern SHARD = Pattern.compile("model-\\d+-of-\\d+\\.safetensors");
    private static final Pattern SMALL = Pattern.compile("config\\.json|modules\\.json|sentence_[a-z-]+_config\\.json"
            + "|config_sentence_transformers\\.json|tokenizer[A-Za-z0-9_.-]*\\.json|special_tokens_map\\.json"
            + "|added_tokens\\.json|vocab\\.(txt|json)|merges\\.txt|unigram\\.json|sentencepiece\\.bpe\\.model"
            + "|spiece\\.model|tokenizer\\.model|README\\.md|LICENSE(\\.(txt|md))?");
    private static final Pattern TOKENIZER = Pattern.compile("tokenizer\\.json|vocab\\.(txt|json)|unigram\\.json"
            + "|sentencepiece\\.bpe\\.model|spiece\\.model|tokenizer\\.model");

    private ModelFiles() {}

    /**
     * Chooses what to download, smallest first: a folder that has its weights has the rest.
     *
     * @param files everything in the repository
     * @param moduleFolders folders that its modules.json names
     */
    static List<HubFile> wanted(List<HubFile> files, Set<String> moduleFolders) {
        TreeMap<String, List<HubFile>> byFolder = new TreeMap<>();
        for (HubFile file : files) {
            String folder = file.folder();
            if (folder.isEmpty() || moduleFolders.contains(folder) || MODULE_FOLDER.matcher(folder).matches()) {
                byFolder.computeIfAbsent(folder, f -> new ArrayList<>()).add(file);
            }
        }
        List<HubFile> wanted = new ArrayList<>();
        byFolder.values().forEach(inFolder -> {
            inFolder.stream().filter(file -> SMALL.matcher(file.name()).matches()).forEach(wanted::add);
            wanted.addAll(weights(inFolder));
        });
        wanted.sort(Comparator.comparing((HubFile file) -> file.name().endsWith(".safetensors"))
                .thenComparingLong(HubFile::size).thenComparing(HubFile::path));
        return wanted;
    }

    /** One whole file is preferred to shards, shards to files of other names. */
    private static List<HubFile> weights(List<HubFile> inFolder) {
        Optional<HubFile> whole = inFolder.stream().filter(file -> file.name().equals(WEIGHTS)).findFirst();
        if (whole.isPresent()) {
            return List.of(whole.get());
        }
        boolean sharded = inFolder.stream().anyMatch(file -> file.name().equals(INDEX));
        return inFolder.stream()
                .filter(file -> sharded
                        ? file.name().equals(INDEX) || SHARD.matcher(file.name()).matches()
                        : file.name().endsWith(".safetensors"))
                .toList();
    }

    /** The folders that a modules.json names, the root left out. */
    static Set<String> moduleFolders(Path modules) {
        Set<String> folders = new LinkedHashSet<>();
        for (JsonNode module : read(modules)) {
            String folder = module.path("path").asText("").replaceFirst("/+$", "");
            if (!folder.isEmpty() && !folder.equals(".")) {
                folders.add(folder);
            }
        }
        return folders;
    }

    /**
     * What a folder lacks to be an embedding model.
     *
     * @return paths or kinds of files; empty when the folder is whole
     */
    static List<String> missing(Path folder) {
        Set<String> missing = new TreeSet<>();
        boolean modules = Files.isRegularFile(folder.resolve(MODULES));
        if (!modules && !Files.isRegularFile(folder.resolve(CONFIG))) {
            missing.add(CONFIG);
        }
        if (modules) {
            for (JsonNode module : read(folder.resolve(MODULES))) {
                String type = module.path("type").asText("");
                Path at = folder.resolve(module.path("path").asText("")).normalize();
                boolean pooling = type.endsWith(".Pooling");
                boolean dense = type.endsWith(".Dense");
                if (!at.startsWith(folder.normalize())) {
                    missing.add(MODULES + " that names only folders inside the model");
                } else if ((pooling || dense) && !Files.isRegularFile(at.resolve(CONFIG))) {
                    missing.add(name(folder, at.resolve(CONFIG)));
                } else if (dense && !Files.isRegularFile(at.resolve(WEIGHTS))) {
                    missing.add(name(folder, at.resolve(WEIGHTS)));
                }
            }
        }
        List<Path> files = files(folder);
        if (files.stream().noneMatch(file -> TOKENIZER.matcher(file.getFileName().toString()).matches())) {
            missing.add("tokenizer.json");
        }
        files.stream().filter(file -> file.getFileName().toString().equals(INDEX)).forEach(index -> {
            if (!Files.isRegularFile(index.resolveSibling(WEIGHTS))) {
                for (JsonNode shard : read(index).path("weight_map")) {
                    Path at = index.resolveSibling(shard.asText("")).normalize();
                    if (!Files.isRegularFile(at)) {
                        missing.add(name(folder, at));
                    }
                }
            }
        });
        // a Dense layer alone is no encoder: weights must lie beside the encoder's config or the token table
        if (files.stream().noneMatch(file -> file.getFileName().toString().endsWith(".safetensors")
                && !String.valueOf(file.getParent()).endsWith("_Dense"))) {
            missing.add(WEIGHTS);
        }
        return List.copyOf(missing);
    }

    /** Regular files at most one folder deep; a link without a target is none. */
    private static List<Path> files(Path folder) {
        try (Stream<Path> walk = Files.find(folder, 2, (path, attributes) -> Files.isRegularFile(path))) {
            return walk.toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            return List.of();
        }
    }

    private static String name(Path folder, Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }

    private static JsonNode read(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            return JSON.createArrayNode();  // an unreadable file counts as a missing one; the reader of folders names it
        }
    }
}
