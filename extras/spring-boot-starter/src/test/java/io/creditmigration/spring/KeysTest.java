package io.creditmigration.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An application and the command say the same with the same keys. */
final class KeysTest {

    private static final Path COMMAND =
            Path.of("../command/src/main/java/io/creditmigration/command/ConfigurationFile.java");

    private static String metadata() throws IOException {
        try (InputStream json =
                CreditMigrationProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            return new String(json.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource({"users, USERS", "accounts, ACCOUNTS", "operations, OPERATIONS", "run, RUN"})
    void each_key_of_the_command_is_a_property(String section, String constant) throws IOException {
        Matcher list = Pattern.compile("List<String> " + constant + " =\\s*List\\.of\\(([^)]*)\\)")
                .matcher(Files.readString(COMMAND));
        assertThat(list.find()).isTrue();
        List<String> keys = new ArrayList<>();
        Matcher key = Pattern.compile("\"([a-z-]+)\"").matcher(list.group(1));
        while (key.find()) {
            // A section within a section is a property for each of its keys.
            keys.add("\"credit-migration." + section + "." + key.group(1)
                    + (key.group(1).equals("exempt") ? "." : "\""));
        }

        assertThat(keys).isNotEmpty();
        assertThat(metadata()).contains(keys);
    }

    @Test
    void editors_are_told_what_each_property_is_for() throws IOException {
        Matcher property =
                Pattern.compile("\\{\\s*\"name\": \"credit-migration\\.[^}]*}").matcher(metadata());
        int found = 0;
        while (property.find()) {
            if (property.group().contains("\"type\"") && !property.group().contains("sourceMethod")) {
                found++;
                assertThat(property.group()).contains("\"description\"");
            }
        }
        assertThat(found).isGreaterThan(50);
    }
}
