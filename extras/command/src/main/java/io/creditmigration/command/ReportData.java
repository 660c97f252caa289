package io.creditmigration.command;

import io.creditmigration.Migration;
import io.creditmigration.MigrationPlan;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Rollout;
import io.creditmigration.RunEvent;
import io.creditmigration.Seal;
import io.creditmigration.SuccessMetrics;
import io.creditmigration.Verification;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a report is about, as it was found.
 *
 * @param generatedAt when
 * @param migration the migration
 * @param rollout who may migrate
 * @param users users by where they stand
 * @param log the log of everybody
 * @param reasons why users have failed
 * @param runs all runs, newest first
 * @param events what was done, newest first
 * @param now what a run would do; null where nobody asked
 * @param verification what verifying has found; null where nobody asked
 * @param metrics how well it went, by that; null where nobody asked
 * @param seals the seals of the log, oldest first
 * @param approved the plan that somebody has kept; null where nobody has
 */
record ReportData(
        Instant generatedAt,
        Migration migration,
        Rollout rollout,
        Map<MigrationStatus, Long> users,
        LogSummary log,
        List<Records.Reason> reasons,
        List<MigrationRun> runs,
        List<RunEvent> events,
        @Nullable MigrationPlan now,
        @Nullable Verification verification,
        @Nullable SuccessMetrics metrics,
        List<Seal> seals,
        @Nullable MigrationPlan approved) {

    /** Reads all of it, one thing after the other: of a migration under way it is a picture that has moved a little. */
    static ReportData of(Application application, boolean whole, @Nullable MigrationPlan approved) throws SQLException {
        MigrationService migrations = application.migrations();
        Records records = new Records(application.pool(), application.configuration());
        LogSummary log = new LogSummary();
        records.log(log::add);
        Verification verification = whole ? migrations.verify() : null;
        return new ReportData(
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                migrations.migration(),
                migrations.rollout(),
                application.users(),
                log,
                records.reasons(),
                migrations.runs().list(),
                migrations.runs().events(),
                whole ? migrations.plan() : null,
                verification,
                verification == null ? null : migrations.metrics(verification),
                migrations.seals(),
                approved);
    }
}
