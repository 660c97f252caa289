package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Credits;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.jdbc.JoiningHost.Transaction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A host's transaction that keeps seeing what it saw first, while others go on: it is told so, once, and begins again. */
@ParameterizedClass
@MethodSource("io.creditmigration.jdbc.JoiningHost#everywhere")
final class JoiningSnapshotTest {

    private final JoiningHost host;

    JoiningSnapshotTest(JoiningHost host) {
        this.host = host;
    }

    @Test
    void in_the_databases_usual_isolation_a_change_since_is_seen_or_answered_contended() {
        String user = host.user("0");
        try (Transaction transaction = host.begin()) {
            MigrationService joined = host.migrations.joining(transaction.store());
            transaction.buy("for " + user);
            transaction.flush();
            assertThat(transaction.credits(user)).isEqualByComparingTo("0");
            topUp(user);

            Status status = joined.autoMigrateIfZeroCredits(user).status();

            // MariaDB is the one that usually reads a snapshot.
            boolean snapshot = host.database == TestDatabase.MARIADB;
            assertThat(status).isEqualTo(snapshot ? Status.CONTENDED : Status.HAS_CREDITS);
            assertThat(joined.autoMigrateIfZeroCredits(user).status()).isEqualTo(status);
            transaction.commit();
        }
        assertThat(host.bought("for " + user)).isTrue();
        thenANewTransactionSucceeds(user);
    }

    private void topUp(String user) {
        host.sql.run("UPDATE users SET credits = 5, version = version + 1 WHERE id = ?", user);
    }

    private void thenANewTransactionSucceeds(String user) {
        assertThat(host.credits(user)).isEqualTo(Credits.of(5));
        assertThat(host.traces(user)).isZero();
        host.sql.run("UPDATE users SET credits = 0, version = version + 1 WHERE id = ?", user);
        try (Transaction transaction = host.begin()) {
            MigrationService joined = host.migrations.joining(transaction.store());
            assertThat(joined.autoMigrateIfZeroCredits(user).status()).isEqualTo(Status.MIGRATED);
            transaction.commit();
        }
        assertThat(host.traces(user)).isEqualTo(1);
    }
}
