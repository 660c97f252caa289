package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationService;
import io.creditmigration.Regime;
import io.creditmigration.RollbackOptions;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.testkit.FaultyStore;
import io.creditmigration.testkit.FaultyStore.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is remembered as migrated is forgotten when the user is rolled back: at once here, and soon on other nodes. */
@Timeout(60)
final class RollbackSeenTest {

    private static final Actor OPERATOR = Actor.operator("test");
    private static final Migration GRANT = Migration.named("grant")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.initialGrant())
            .build();

    private static MigrationStore store(HikariDataSource dataSource) {
        new TestSql(dataSource)
                .runAll("CREATE TABLE users (id VARCHAR(20) PRIMARY KEY)", "INSERT INTO users VALUES ('ann'), ('bob')");
        LibraryTables.defaults().install(dataSource);
        return JdbcMigrationStore.owning(
                dataSource, HostTables.users("users").id("id").ownAccounts());
    }

    /** A node that remembers users for much longer than this test takes. */
    private static MigrationService node(MigrationStore store) {
        return MigrationService.of(
                GRANT, store, MigrationOptions.defaults().withKnownUsers(1_000, Duration.ofHours(1)));
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void another_node_sees_a_rollback_without_being_asked_again(TestDatabase database) throws Exception {
        seenElsewhere(database, other -> other.rollback("ann", OPERATOR, "on request"));
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void another_node_sees_a_run_that_rolls_back(TestDatabase database) throws Exception {
        seenElsewhere(database, other -> {
            other.halt(OPERATOR, "wrong day");
            other.rollbackAll(RollbackOptions.defaults(), OPERATOR, "wrong day");
        });
    }

    private static void seenElsewhere(TestDatabase database, Consumer<MigrationService> act) throws Exception {
        try (HikariDataSource dataSource = database.create()) {
            FaultyStore counting = FaultyStore.around(store(dataSource));
            MigrationService node = node(counting);
            MigrationService other = node(JdbcMigrationStore.owning(
                    dataSource, HostTables.users("users").id("id").ownAccounts()));
            node.migrate("ann");
            node.migrate("ann");
            long finds = counting.calls(Call.FIND);
            assertThat(node.regime("ann")).isEqualTo(Regime.CREDITS);
            assertThat(counting.calls(Call.FIND)).isEqualTo(finds);

            act.accept(other);
            while (node.regime("ann") == Regime.CREDITS) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void a_request_that_was_under_way_does_not_remember_what_it_read_before(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            FaultyStore faulty = FaultyStore.around(store(dataSource));
            MigrationService node = node(faulty);
            node.migrate("ann");
            faulty.after(Call.FIND, () -> node.rollback("ann", OPERATOR, "on request"));

            node.migrate("ann");

            assertThat(node.regime("ann")).isEqualTo(Regime.RATE_LIMIT);
        }
    }
}
