package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RunOptions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs over a list name users as people write ids, and count whom nobody is. */
final class ListedUsersTest {

    private static final Migration RATE_2500 = Migration.named("rate-2500")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .consent(Consent.NONE)
            .build();

    @ParameterizedTest
    @EnumSource
    void a_list_names_users_as_people_write_ids(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            LibraryTables.defaults().install(dataSource);
            new TestSql(dataSource)
                    .runAll(
                            "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6))",
                            "INSERT INTO users (id, credits, rate) VALUES (1, 100, 1000), (2, 100, 1000), (3, 100, 1000)");
            MigrationService service = MigrationService.of(
                    RATE_2500,
                    JdbcMigrationStore.owning(
                            dataSource,
                            HostTables.users("users").balance("credits").rate("rate")));
            service.migrate("02");
            assertThat(service.status("2")).contains(MigrationStatus.COMPLETED);

            MigrationRun run = service.run(RunOptions.defaults().withUsers(List.of("01", "1", "0002", "77", "nobody")));

            assertThat(service.status("1")).contains(MigrationStatus.COMPLETED);
            assertThat(service.status("3")).contains(MigrationStatus.PENDING);
            assertThat(run.outcomes())
                    .isEqualTo(Map.of(Status.MIGRATED, 1L, Status.ALREADY_MIGRATED, 1L, Status.UNKNOWN_USER, 2L));
        }
    }
}
