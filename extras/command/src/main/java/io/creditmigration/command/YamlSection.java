package io.creditmigration.command;

import io.creditmigration.CreditMigrationException;
import io.creditmigration.InvalidValueException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * A mapping of a YAML file, read strictly: a key that is not known, is there twice, is missing or has a value of another kind
 * is refused, with the file and the line.
 */
final class YamlSection {

    private final String file;
    private final String path;
    private final int line;
    private final Map<String, Node> values = new LinkedHashMap<>();

    private YamlSection(String file, String path, MappingNode node, @Nullable List<String> known) {
        this.file = file;
        this.path = path;
        this.line = lineOf(node);
        for (NodeTuple tuple : node.getValue()) {
            Node key = tuple.getKeyNode();
            String name = key instanceof ScalarNode scalar ? scalar.getValue() : "(a list or mapping)";
            if (known != null && !known.contains(name)) {
                throw refused(key, "'" + name + "' is not a key of " + where() + "; known are " + words(known));
            }
            if (values.put(name, tuple.getValueNode()) != null) {
                throw refused(key, "'" + full(name) + "' is there twice; keep one");
            }
        }
    }

    /** The whole file. */
    static YamlSection of(String file, String text, List<String> known) {
        Node root;
        try {
            root = new Compose(LoadSettings.builder()
                            .setLabel(file)
                            .setSchema(new CoreSchema())
                            .build())
                    .composeString(text)
                    .orElse(null);
        } catch (MarkedYamlEngineException e) {
            int at = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            throw CommandFailure.usage(file + ":" + at + ": is not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw CommandFailure.usage(file + ": is not YAML: " + e.getMessage());
        }
        if (root instanceof MappingNode mapping) {
            return new YamlSection(file, "", mapping, known);
        }
        throw CommandFailure.usage(
                file + ":1: is empty, or no mapping of keys; write one with 'credit-migration init'");
    }

    boolean has(String key) {
        return values.containsKey(key) && !isNull(values.get(key));
    }

    /** The section under this key, which must be there. */
    YamlSection section(String key, List<String> known) {
        return optionalSection(key, known).orElseThrow(() -> missing(key, "a section"));
    }

    Optional<YamlSection> optionalSection(String key, List<String> known) {
        return sectionOf(key, known);
    }

    /** What is under this key, by whatever names. */
    Map<String, @Nullable String> optionalEntries(String key) {
        Map<String, @Nullable String> entries = new LinkedHashMap<>();
        sectionOf(key, null)
                .ifPresent(section -> section.values.keySet().forEach(name -> entries.put(name, section.orNull(name))));
        return entries;
    }

    private Optional<YamlSection> sectionOf(String key, @Nullable List<String> known) {
        Node node = values.get(key);
        if (node == null || isNull(node)) {
            return Optional.empty();
        }
        if (node instanceof MappingNode mapping) {
            return Optional.of(new YamlSection(file, full(key), mapping, known));
        }
        throw refused(node, full(key) + " is " + kind(node) + ", not keys with values, indented below it");
    }

    String text(String key) {
        return optionalText(key).orElseThrow(() -> missing(key, "a value"));
    }

    Optional<String> optionalText(String key) {
        return Optional.ofNullable(orNull(key));
    }

    private @Nullable String orNull(String key) {
        Node node = values.get(key);
        if (node == null || isNull(node)) {
            return null;
        }
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw refused(node, full(key) + " is " + kind(node) + ", not one value");
    }

    /** One value or several, each a text. */
    List<String> texts(String key) {
        Node node = values.get(key);
        if (node instanceof SequenceNode sequence) {
            List<String> texts = new ArrayList<>();
            for (Node element : sequence.getValue()) {
                if (!(element instanceof ScalarNode scalar) || isNull(element)) {
                    throw refused(element, full(key) + " has an element that is not one value");
                }
                texts.add(scalar.getValue());
            }
            return texts;
        }
        return optionalText(key).map(List::of).orElse(List.of());
    }

    <T> T value(String key, String allowed, Function<String, T> parse) {
        return optionalValue(key, allowed, parse).orElseThrow(() -> missing(key, allowed));
    }

    /** The value under this key as something; what cannot be read as such is refused with what is allowed. */
    <T> Optional<T> optionalValue(String key, String allowed, Function<String, T> parse) {
        return optionalText(key).map(text -> {
            try {
                return parse.apply(text);
            } catch (InvalidValueException e) {
                throw refused(values.get(key), full(key) + " is '" + text + "'; allowed: " + e.allowed());
            } catch (RuntimeException e) {
                throw refused(values.get(key), full(key) + " is '" + text + "'; allowed: " + allowed);
            }
        });
    }

    boolean truth(String key, boolean otherwise) {
        return optionalValue(key, "true or false", text -> switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new IllegalArgumentException(text);
                })
                .orElse(otherwise);
    }

    Optional<Integer> number(String key) {
        return optionalValue(key, "a whole number", Integer::valueOf);
    }

    /** Does what the library may refuse, and says where in the file it was asked for. */
    <T> T checked(String key, Supplier<T> work) {
        try {
            return work.get();
        } catch (CreditMigrationException e) {
            throw refused(values.get(key), full(key) + ": " + e.getMessage());
        }
    }

    CommandFailure refused(@Nullable String key, String problem) {
        return refused(key == null ? null : values.get(key), problem);
    }

    private CommandFailure missing(String key, String allowed) {
        return refused(values.get(key), full(key) + " is missing; give it " + allowed);
    }

    private CommandFailure refused(@Nullable Node node, String problem) {
        return CommandFailure.usage(file + ":" + (node == null ? line : lineOf(node)) + ": " + problem);
    }

    private String full(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private String where() {
        return path.isEmpty() ? "the configuration" : "'" + path + "'";
    }

    private static String words(List<String> known) {
        return String.join(", ", known);
    }

    private static boolean isNull(@Nullable Node node) {
        return node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL);
    }

    private static String kind(Node node) {
        return node instanceof ScalarNode scalar
                ? "'" + scalar.getValue() + "'"
                : node instanceof SequenceNode ? "a list" : "a section";
    }

    private static int lineOf(Node node) {
        return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }
}
