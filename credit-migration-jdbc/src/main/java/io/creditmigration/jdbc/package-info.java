/**
 * A {@link io.creditmigration.spi.MigrationStore} over JDBC: map the host's tables with
 * {@link io.creditmigration.jdbc.HostTables}, install the library's own with
 * {@link io.creditmigration.jdbc.LibraryTables}, open a {@link io.creditmigration.jdbc.JdbcMigrationStore}.
 */
@NullMarked
package io.creditmigration.jdbc;

import org.jspecify.annotations.NullMarked;
