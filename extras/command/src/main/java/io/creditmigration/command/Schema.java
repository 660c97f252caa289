package io.creditmigration.command;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.jdbc.LibraryTables;
import java.nio.file.Path;
import java.sql.SQLException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The library's own tables. */
@Command(
        name = "schema",
        abbreviateSynopsis = true,
        description = "Prints the DDL of the library's own tables, or creates them with --apply.",
        footer = {
            "",
            "Example: credit-migration schema > V42__credit_migration.sql",
            "Your own tables are left as they are. --apply creates what is missing, and may",
            "be repeated.",
            "With Flyway or Liquibase, see docs/flyway-and-liquibase.md."
        })
final class Schema extends Subcommand {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            defaultValue = "${env:CREDIT_MIGRATION_CONFIG:-credit-migration.yaml}",
            description = "Configuration; credit-migration.yaml.")
    private Path config = Path.of("credit-migration.yaml");

    @Mixin
    private Applying applying = new Applying();

    @Override
    ExitCode work(Output output, Interruption interruption) throws SQLException {
        applying.check();
        Configuration configuration = ConfigurationFile.read(config);
        LibraryTables ours = configuration.ours();
        try (HikariDataSource pool = Database.open(configuration.connection())) {
            Records records = new Records(pool, configuration);
            boolean installed = records.areInstalled();
            output.field("installed", installed);
            if (applying.isDry()) {
                String ddl = ours.ddl(pool);
                output.field("ddl", ddl);
                output.say(ddl);
                return ExitCode.DONE;
            }
            if (installed) {
                output.say("The tables " + ours.prefix() + "… are there already.");
                return ExitCode.NOTHING_TO_DO;
            }
            if (!applying.isAgreed("Create the tables " + ours.prefix() + "… in "
                    + configuration.connection().url() + "?")) {
                output.note("Nothing was written.");
                return ExitCode.STOPPED;
            }
            ours.install(pool);
            output.field("installed", true);
            output.say("Created the tables " + ours.prefix() + "….");
            return ExitCode.DONE;
        }
    }
}
