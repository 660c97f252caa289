package io.creditmigration.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each snippet of Java in these pages compiles, in a class that has what the page speaks of. */
final class DocumentedSnippetsTest {

    private static final List<String> PAGES = List.of("spring-boot", "jpa", "tests", "metrics", "chain");

    private static final String BEFORE = """
            package io.creditmigration.example;
            import static org.assertj.core.api.Assertions.assertThat;
            import io.creditmigration.*;
            import io.creditmigration.jdbc.*;
            import io.creditmigration.micrometer.MigrationMeters;
            import io.creditmigration.spring.*;
            import io.creditmigration.testkit.*;
            import io.micrometer.core.instrument.MeterRegistry;
            import jakarta.persistence.EntityManager;
            import java.math.BigDecimal;
            import java.time.Instant;
            import java.util.*;
            import org.springframework.context.annotation.Bean;
            import org.springframework.security.authentication.AbstractAuthenticationToken;
            import org.springframework.security.core.annotation.AuthenticationPrincipal;
            import org.springframework.transaction.annotation.Transactional;
            import org.springframework.web.bind.annotation.*;
            class Snippet {
                MigrationService migrations;
                JoinedMigrations joined;
                Migration migration, rate2500;
                JdbcMigrationStore store;
                MeterRegistry registry;
                Notifier notifier;
                EntityManager entityManager;
                Object user, id;
                String userId;
                Quote quote;
                BigDecimal price;
                boolean pricedUnder;
            """;

    @TempDir
    Path classes;

    record Snippet(String page, int number, String text) {

        /** A part of a class, or some statements. */
        String source() {
            String plain = text.replace("…", "");
            boolean isMember = plain.startsWith("@") || plain.startsWith("public ");
            String ended = plain.stripTrailing().endsWith(";") || isMember ? plain : plain + ";";
            return BEFORE + (isMember ? ended : "void run() throws Exception {\n" + ended + "\n}") + "\n}\n";
        }

        @Override
        public String toString() {
            return page + " " + number;
        }
    }

    static Stream<Snippet> snippets() throws IOException {
        List<Snippet> all = new ArrayList<>();
        for (String page : PAGES) {
            Matcher java = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
                    .matcher(Files.readString(Path.of("..", "..", "docs", page + ".md")));
            int number = 0;
            while (java.find()) {
                all.add(new Snippet(page, ++number, java.group(1)));
            }
            assertThat(number).as("snippets of %s", page).isPositive();
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void it_compiles(Snippet snippet) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        JavaFileObject source =
                new SimpleJavaFileObject(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return snippet.source();
                    }
                };

        boolean compiled = compiler.getTask(
                        said,
                        null,
                        null,
                        List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")),
                        null,
                        List.of(source))
                .call();

        assertThat(compiled).as("%s\n%s", said, snippet.source()).isTrue();
    }
}
