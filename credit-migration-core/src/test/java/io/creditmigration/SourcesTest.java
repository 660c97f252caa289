package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds for the sources of all modules. */
final class SourcesTest {

    /** Names of documents that are no part of the repository. */
    private static final Pattern ABSENT_DOCUMENT = Pattern.compile(
            "[(]design[,)]|design's part|the design, part|part [0-9]+ of\\s+the\\s+design|[A-Z]{4,}[.]md(?<!CHANGELOG[.]md|CONTRIBUTING[.]md|SECURITY[.]md|README[.]md)");

    @Test
    void no_source_and_no_page_refers_to_a_document_that_users_lack() throws IOException {
        assertThat(sources(".java", ".md", ".sql", ".xml", ".properties"))
                .hasSizeGreaterThan(200)
                .filteredOn(file -> !file.endsWith("SourcesTest.java"))
                .noneMatch(file -> ABSENT_DOCUMENT.matcher(read(file)).find());
    }

    @Test
    void no_other_module_names_what_core_hides() throws IOException {
        assertThat(sources(".java"))
                .filteredOn(file -> !file.toString().contains("credit-migration-core"))
                .hasSizeGreaterThan(100)
                .noneMatch(file -> {
                    String source = read(file);
                    return source.contains("io.creditmigration.engine")
                            || source.contains("io.creditmigration.internal");
                });
    }

    private static List<Path> sources(String... endings) throws IOException {
        Path root = Path.of(System.getProperty("basedir", "."), "..").toRealPath();
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> Stream.of(endings)
                            .anyMatch(ending -> file.getFileName().toString().endsWith(ending)))
                    .filter(file -> !root.relativize(file).toString().matches("(.*/)?(target|\\.git|\\.mvn)/.*"))
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError("Cannot read " + file, e);
        }
    }
}
