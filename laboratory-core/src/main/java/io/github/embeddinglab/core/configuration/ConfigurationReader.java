package io.github.embeddinglab.core.configuration;

import io.github.embeddinglab.api.ConfigurationException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.reader.StreamReader;

/** Reads one file against the schema, keeping line numbers for messages. */
final class ConfigurationReader {
    private static final String WRAPPER = "embedder";

    private final String file;
    private final @Nullable Path path;

    ConfigurationReader(Path path) {
        this.file = path.toString();
        this.path = path;
    }

    private ConfigurationReader(String resource) {
        this.file = resource;
        this.path = null;
    }

    /** Settings by section; {@code ""} holds those beside the sections. */
    Map<String, Map<String, Object>> read() {
        if (path == null || !Files.isRegularFile(path)) {
            throw new ConfigurationException("configuration " + file + " does not exist; name an existing file");
        }
        Map<String, Map<String, Object>> sections = new TreeMap<>();
        readTop(compose(text(path)), sections, true);
        return sections;
    }

    private String text(Path readable) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(readable);
        } catch (IOException e) {
            throw new ConfigurationException("configuration " + file + " cannot be read: " + e.getMessage(), e);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(in).toString();
        } catch (CharacterCodingException e) {
            int line = 1;
            for (int i = 0; i < in.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw new ConfigurationException(file + ":" + line + ": this is not UTF-8; save the file as UTF-8", e);
        }
    }

    /** Groups of settings of one section, by name: the form of preset files. */
    static Map<String, Map<String, Object>> readGroups(String resource, String text, String section) {
        ConfigurationReader self = new ConfigurationReader(resource);
        Map<String, Map<String, Object>> groups = new LinkedHashMap<>();
        self.entries(self.compose(text))
                .forEach((name, node) -> groups.put(name.text(), self.readSection(section, node)));
        return groups;
    }

    private record Key(String text, int line) {}

    private @Nullable Node compose(String text) {
        try {
            return new Yaml(new LoaderOptions()).compose(new StringReader(text));
        } catch (YAMLException e) {
            throw notYaml(e, text);
        }
    }

    private ConfigurationException notYaml(YAMLException e, String text) {
        if (e instanceof MarkedYAMLException marked) {
            int line = marked.getProblemMark() == null ? 1 : marked.getProblemMark().getLine() + 1;
            String problem = marked.getProblem() == null ? String.valueOf(marked.getContext()) : marked.getProblem();
            return new ConfigurationException(
                    file + ":" + line + ": this is not YAML (" + problem.replaceAll("\\s+", " ") + "); mend the line", e);
        }
        int line = 1;
        for (int i = 0; i < text.length() && StreamReader.isPrintable(text.codePointAt(i)); i++) {
            line += text.charAt(i) == '\n' ? 1 : 0;
            i += Character.charCount(text.codePointAt(i)) - 1;
        }
        return new ConfigurationException(file + ":" + line + ": this cannot be read as YAML ("
                + String.valueOf(e.getMessage()).replaceAll("\\s+", " ") + "); mend the file", e);
    }

    private void readTop(@Nullable Node root, Map<String, Map<String, Object>> sections, boolean mayWrap) {
        entries(root).forEach((key, node) -> {
            String name = key.text();
            if (mayWrap && name.equals(WRAPPER)) {
                readTop(node, sections, false);
            } else if (Schema.TOP.containsKey(name)) {
                put(sections.computeIfAbsent("", top -> new TreeMap<>()), key, node, Schema.TOP.get(name));
            } else if (Schema.SECTIONS.containsKey(name)) {
                if (sections.put(name, readSection(name, node)) != null) {
                    throw wrong(key.line(), "section " + name + " stands twice; join both");
                }
            } else {
                List<String> known = new ArrayList<>(Schema.SECTIONS.keySet());
                known.addAll(Schema.TOP.keySet());
                throw unknown(key, "", known);
            }
        });
    }

    private Map<String, Object> readSection(String section, Node node) {
        Map<String, Setting> keys = Schema.SECTIONS.getOrDefault(section, Map.of());
        Map<String, Object> settings = new TreeMap<>();
        entries(node).forEach((key, value) -> {
            Setting setting = keys.get(key.text());
            if (setting == null) {
                throw unknown(key, " in section " + section, keys.keySet());
            }
            put(settings, key, value, setting);
        });
        return settings;
    }

    private void put(Map<String, Object> settings, Key key, Node node, @Nullable Setting setting) {
        Object value;
        try {
            value = new Plain().value(node);
        } catch (YAMLException e) {
            throw notYaml(e, "");
        }
        try {
            if (setting == null || value == null) {
                throw new Setting.Wrong("a value");
            }
            if (settings.put(key.text(), setting.read(value)) != null) { // beside and inside the wrapper
                throw wrong(key.line(), "key " + key.text() + " stands twice; keep one");
            }
        } catch (Setting.Wrong e) {
            throw wrong(key.line(), key.text() + " is " + value + "; it must be " + e.getMessage());
        }
    }

    private Map<Key, Node> entries(@Nullable Node node) {
        if (node == null) {
            return Map.of();
        }
        if (!(node instanceof MappingNode mapping)) {
            throw wrong(node.getStartMark().getLine() + 1, "expected keys with values here");
        }
        Map<Key, Node> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode scalar)) {
                throw wrong(tuple.getKeyNode().getStartMark().getLine() + 1, "a key must be a plain text");
            }
            Key key = new Key(scalar.getValue(), scalar.getStartMark().getLine() + 1);
            if (entries.keySet().stream().anyMatch(earlier -> earlier.text().equals(key.text()))) {
                throw wrong(key.line(), "key " + key.text() + " stands twice; keep one");
            }
            entries.put(key, tuple.getValueNode());
        }
        return entries;
    }

    private ConfigurationException unknown(Key key, String where, Collection<String> known) {
        return wrong(key.line(), "unknown key \"" + key.text() + "\"" + where + "; known are "
                + String.join(", ", known.stream().sorted().toList()));
    }

    private ConfigurationException wrong(int line, String what) {
        return new ConfigurationException(file + ":" + line + ": " + what);
    }

    /** Plain Java values of a node, with no type tag obeyed. */
    private static final class Plain extends SafeConstructor {
        Plain() {
            super(new LoaderOptions());
        }

        @Nullable Object value(Node node) {
            return constructDocument(node);
        }
    }
}
