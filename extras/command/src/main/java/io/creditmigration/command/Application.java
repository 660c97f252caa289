package io.creditmigration.command;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.jdbc.JdbcMigrationStore;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;

/**
 * The application's database, and the migration in it.
 *
 * @param configuration what the operator has written down
 * @param pool its connections
 * @param store where the migration is kept
 * @param migrations the migration
 */
record Application(
        Configuration configuration, HikariDataSource pool, JdbcMigrationStore store, MigrationService migrations)
        implements AutoCloseable {

    /**
     * Opens the migration.
     *
     * @param beforeInstall whether to look as if the library's tables were there and empty
     */
    static Application open(Configuration configuration, boolean beforeInstall) throws SQLException {
        HikariDataSource pool = Database.open(configuration.connection());
        try {
            JdbcMigrationStore store = beforeInstall && !new Records(pool, configuration).areInstalled()
                    ? JdbcMigrationStore.beforeInstall(pool, configuration.host())
                    : JdbcMigrationStore.owning(pool, configuration.host(), configuration.ours());
            MigrationOptions options = MigrationOptions.defaults();
            return new Application(
                    configuration,
                    pool,
                    store,
                    MigrationService.of(
                            configuration.migration(),
                            store,
                            configuration.notices() ? options.withNotices() : options));
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    String migrationId() {
        return migrations.migration().id();
    }

    /** Users by where they stand. */
    Map<MigrationStatus, Long> users() {
        return store.totals(migrations.migration()).users();
    }

    DataSource dataSource() {
        return pool;
    }

    @Override
    public void close() {
        pool.close();
    }
}
