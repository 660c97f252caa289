package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleFinder;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host that is a module compiles and runs with what Maven gives it for this module alone. */
final class ModularHostTest {

    private static final String MODULE = "module app { requires io.creditmigration.jdbc; opens app; }";
    private static final String HOST = """
            package app;

            import io.creditmigration.*;
            import io.creditmigration.jdbc.*;
            import java.time.Instant;
            import java.util.concurrent.Callable;
            import javax.sql.DataSource;

            public final class Host implements Callable<String> {
                private final DataSource dataSource;

                public Host(DataSource dataSource) {
                    this.dataSource = dataSource;
                }

                @Override
                public String call() {
                    LibraryTables.defaults().install(dataSource);
                    Migration rate2500 = Migration.named("rate-2500")
                            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
                            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
                            .build();
                    HostTables tables = HostTables.users("users").id("id").balance("credits").flag("migration")
                            .registeredAt("created_at");
                    MigrationService migrations =
                            MigrationService.of(rate2500, JdbcMigrationStore.owning(dataSource, tables));
                    Quote quote = migrations.quote("1").orElseThrow();
                    return migrations.confirm("1", Quote.parse(quote.token()), Actor.user("1")).status()
                            + " in module " + getClass().getModule().getName();
                }
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void a_host_that_requires_this_module_and_nothing_else_compiles_and_runs() throws Exception {
        Path[] modulePath = modulePath();
        compile(modulePath);

        try (HikariDataSource dataSource = TestDatabase.H2.create()) {
            new TestSql(dataSource)
                    .runAll(
                            "CREATE TABLE users (id VARCHAR(20) PRIMARY KEY, credits NUMERIC(19, 4), migration BOOLEAN,"
                                    + " created_at TIMESTAMP WITH TIME ZONE)",
                            "INSERT INTO users VALUES ('1', 50, FALSE, TIMESTAMP WITH TIME ZONE'2025-01-01 00:00:00+00')");

            Class<?> host = layer(modulePath).findLoader("app").loadClass("app.Host");
            Object answer = ((Callable<?>) host.getConstructor(DataSource.class).newInstance(dataSource)).call();

            assertThat(answer).isEqualTo("MIGRATED in module app");
        }
    }

    private void compile(Path... modulePath) throws IOException {
        Path module = Files.writeString(folder.resolve("module-info.java"), MODULE);
        Path host =
                Files.writeString(Files.createDirectory(folder.resolve("app")).resolve("Host.java"), HOST);
        StringWriter said = new StringWriter();
        int result = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        new PrintWriter(said),
                        new PrintWriter(said),
                        "-Xlint:all",
                        "-Werror",
                        "-cp",
                        "",
                        "-d",
                        classes().toString(),
                        "-p",
                        Stream.of(modulePath).map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
                        module.toString(),
                        host.toString());
        assertThat(result).as(said.toString()).isZero();
    }

    private ModuleLayer layer(Path... modulePath) {
        ModuleFinder modules = ModuleFinder.compose(ModuleFinder.of(classes()), ModuleFinder.of(modulePath));
        return ModuleLayer.boot()
                .defineModulesWithOneLoader(
                        ModuleLayer.boot().configuration().resolve(modules, ModuleFinder.of(), Set.of("app")),
                        ClassLoader.getPlatformClassLoader());
    }

    private Path classes() {
        return folder.resolve("classes");
    }

    /** This module as it was built, and what the build says that a host gets with it. */
    private static Path[] modulePath() throws IOException, URISyntaxException {
        URI built = LibraryTables.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI();
        String dependencies = Files.readString(Path.of("target", "host-path.txt"));
        return Stream.concat(
                        Stream.of(Path.of(built)),
                        Stream.of(dependencies.strip().split(File.pathSeparator))
                                .map(Path::of))
                .toArray(Path[]::new);
    }
}
