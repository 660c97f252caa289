package io.creditmigration.command;

import io.creditmigration.CreditMigrationException;
import io.creditmigration.InvalidValueException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
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
 * is refused, with the file and the line. A variable of the environment goes before the file: {@code run.page-size} is
 * {@code CREDIT_MIGRATION_RUN_PAGE_SIZE}.
 */
final class YamlSection {

    private static final String VARIABLES = "CREDIT_MIGRATION_";

    /** Sections in sections of which the keys are known, so that variables can name them. */
    private static final Set<String> INNER = Set.of("exempt", "convert", "grant");

    private final String file;
    private final String path;
    private final int line;
    private final Map<String, String> environment;
    private final Map<String, Node> values = new LinkedHashMap<>();

    private YamlSection(
            String file,
            String path,
            @Nullable MappingNode node,
            @Nullable List<String> known,
            Map<String, String> environment) {
        this.file = file;
        this.path = path;
        this.environment = environment;
        this.line = node == null ? 1 : lineOf(node);
        if (known != null && !path.isEmpty()) {
            checkVariables(known);
        }
        if (node == null) {
            return;
        }
        for (NodeTuple tuple : node.getValue()) {
            Node key = tuple.getKeyNode();
            String name = key instanceof ScalarNode scalar ? scalar.getValue() : "(a list or mapping)";
            if (known != null && !known.contains(name)) {
                throw refused(key, "'" + name + "' is not a key of " + where() + Suggestion.of(name, known));
            }
            if (values.put(name, tuple.getValueNode()) != null) {
                throw refused(key, "'" + full(name) + "' is there twice; keep one");
            }
        }
    }

    /** Refuses a variable of this section that names no key of it. */
    private void checkVariables(List<String> known) {
        String prefix = variable(path) + "_";
        for (String variable : environment.keySet()) {
            boolean isKnown = known.stream()
                    .anyMatch(key -> variable.equals(variable(full(key)))
                            || (INNER.contains(key) && variable.startsWith(variable(full(key)) + "_")));
            if (variable.startsWith(prefix) && !isKnown) {
                List<String> variables =
                        known.stream().map(key -> variable(full(key))).toList();
                throw CommandFailure.usage("the environment variable " + variable + " names no key of " + where()
                        + Suggestion.of(variable, variables));
            }
        }
    }

    /** The variable that goes before a key of the file. */
    static String variable(String key) {
        return VARIABLES + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** No file, only the environment. */
    static YamlSection of(String file, List<String> known, Map<String, String> environment) {
        return new YamlSection(file, "", null, known, environment);
    }

    /** The whole file. */
    static YamlSection of(String file, String text, List<String> known, Map<String, String> environment) {
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
            return new YamlSection(file, "", mapping, known, environment);
        }
        throw CommandFailure.usage(
                file + ":1: is empty, or no mapping of keys; write one with 'credit-migration init'");
    }

    boolean has(String key) {
        return isGiven(key) || (values.containsKey(key) && !isNull(values.get(key)));
    }

    /** Whether there is a section under this key, in the file or by a variable of one of its keys. */
    boolean hasSection(String key) {
        return has(key) || environment.keySet().stream().anyMatch(name -> name.startsWith(variable(full(key)) + "_"));
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
            return known != null && hasSection(key)
                    ? Optional.of(new YamlSection(file, full(key), null, known, environment))
                    : Optional.empty();
        }
        if (node instanceof MappingNode mapping) {
            return Optional.of(new YamlSection(file, full(key), mapping, known, environment));
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
        if (isGiven(key)) {
            return environment.get(variable(full(key)));
        }
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
        if (isGiven(key)) {
            return Stream.of(text(key).split(",", -1)).map(String::strip).toList();
        }
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
                throw refused(key, full(key) + " is '" + text + "'; allowed: " + e.allowed());
            } catch (RuntimeException e) {
                throw refused(key, full(key) + " is '" + text + "'; allowed: " + allowed);
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
            throw refused(key, full(key) + ": " + e.getMessage());
        }
    }

    private boolean isGiven(String key) {
        return environment.containsKey(variable(full(key)));
    }

    CommandFailure refused(@Nullable String key, String problem) {
        if (key != null && isGiven(key)) {
            return CommandFailure.usage(variable(full(key)) + ": " + problem);
        }
        return refused(key == null ? null : values.get(key), problem);
    }

    private CommandFailure missing(String key, String allowed) {
        return refused(key, full(key) + " is missing; give it " + allowed);
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
