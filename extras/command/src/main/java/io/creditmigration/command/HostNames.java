package io.creditmigration.command;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The application's tables by the names that an operator has written down: what a look at privileges and indexes needs.
 *
 * @param schema where they are; null for where the connection is
 * @param users the users table, with the columns that a migration writes
 * @param accounts the table of accounts, likewise; null where there is none
 * @param operations the table of operations, with the columns of user and time; null where there is none
 */
record HostNames(
        @Nullable String schema,
        Table users,
        @Nullable Table accounts,
        @Nullable Table operations) {

    /**
     * A table.
     *
     * @param name its name
     * @param columns those of its columns that matter, in their order
     */
    record Table(String name, List<String> columns) {}
}
