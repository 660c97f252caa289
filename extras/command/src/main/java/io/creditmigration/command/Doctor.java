package io.creditmigration.command;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether a migration can begin. */
@Command(
        name = "doctor",
        abbreviateSynopsis = true,
        description = "Checks that a migration can begin, and says what to do where it cannot.",
        footer = {
            "",
            "Example: credit-migration doctor",
            "Writes nothing. Ends with 8 if there is an error; warnings are yours to judge."
        })
final class Doctor extends Subcommand {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            defaultValue = "${env:CREDIT_MIGRATION_CONFIG:-credit-migration.yaml}",
            description = "Configuration; credit-migration.yaml.")
    private Path config = Path.of("credit-migration.yaml");

    @Override
    ExitCode work(Output output, Interruption interruption) {
        List<Checkup.Finding> findings = findings(ConfigurationFile.read(config));
        output.field("checks", findings.stream().map(Doctor::view).toList());
        for (Checkup.Finding finding : findings) {
            output.wrapped(finding.line());
        }
        return findings.stream().anyMatch(finding -> finding.state() == Checkup.State.ERROR)
                ? ExitCode.INFRASTRUCTURE
                : ExitCode.DONE;
    }

    private static List<Checkup.Finding> findings(Configuration configuration) {
        List<Checkup.Finding> findings = new ArrayList<>();
        try (HikariDataSource pool = Database.open(configuration.connection());
                Connection connection = pool.getConnection()) {
            Checkup checkup = new Checkup(configuration, connection, pool);
            findings.add(checkup.connection());
            findings.addAll(checkup.all());
        } catch (SQLException | RuntimeException e) {
            findings.add(Checkup.failed("connection", e));
        }
        return findings;
    }

    private static Map<String, @Nullable Object> view(Checkup.Finding finding) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("check", finding.check());
        view.put("state", finding.state().name());
        view.put("what", finding.what());
        view.put("advice", finding.advice());
        return view;
    }
}
