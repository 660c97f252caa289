package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.CreditRate;
import io.creditmigration.InvalidValueException;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ids that somebody has thought of to do harm are ids as others are, or refused before anything is read. */
final class HostileIdsTest {

    private static final List<String> IDS = List.of(
            "o'neil",
            "'; DROP TABLE users; --",
            "\" OR \"\"=\"",
            "`users`",
            "a\\b",
            "%",
            "_",
            "?",
            "{d}",
            "line\nbreak",
            "tab\tbed",
            "😀",
            "\u202Etfel-ot-thgir",
            "אבג",
            "e\u0301",
            "\u00E9",
            "\uFEFFbom",
            "null",
            "0",
            "00",
            "x".repeat(100));

    private static final List<String> REFUSED =
            List.of("", "nul\0", "\uD83D", "\uDE00", "half\uD83Dway", "\uDE00\uD83D", "x".repeat(256));

    @ParameterizedTest
    @EnumSource
    void each_is_somebody_and_nobody_else(TestDatabase on) {
        try (HikariDataSource dataSource = on.create()) {
            TestSql sql = new TestSql(dataSource);
            String text = on == TestDatabase.MARIADB
                    ? "VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"
                    : "VARCHAR(100)";
            sql.run("CREATE TABLE users (id " + text + " PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6))");
            LibraryTables.defaults().install(dataSource);
            IDS.forEach(id -> sql.run("INSERT INTO users (id, credits) VALUES (?, 50)", id));
            MigrationService migrations = MigrationService.of(
                    WorkerProcess.RATE_2500,
                    JdbcMigrationStore.owning(
                            dataSource,
                            HostTables.users("users")
                                    .balance("credits")
                                    .rate("rate")
                                    .rateIfAbsent(CreditRate.of(1_000))));

            for (String refused : REFUSED) {
                assertThatThrownBy(() -> migrations.migrate(refused)).isInstanceOf(InvalidValueException.class);
            }
            assertThat(migrations.migrate("' OR '1'='1").status()).isEqualTo(MigrationResult.Status.UNKNOWN_USER);
            for (int i = 0; i < IDS.size(); i += 2) {
                assertThat(migrations.migrate(IDS.get(i)).status())
                        .as(IDS.get(i))
                        .isEqualTo(MigrationResult.Status.MIGRATED);
                assertThat(migrations.log(IDS.get(i))).hasSize(1);
                assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_record"))
                        .isEqualTo(String.valueOf(i / 2 + 1));
            }
            migrations.run(RunOptions.defaults().withPageSize(3));

            assertThat(sql.text("SELECT COUNT(*) FROM users WHERE credits = 20 AND rate = 2500"))
                    .isEqualTo(String.valueOf(IDS.size()));
            assertThat(sql.text("SELECT COUNT(DISTINCT user_id) FROM credit_migration_log"))
                    .isEqualTo(String.valueOf(IDS.size()));
        }
    }
}
