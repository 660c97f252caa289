package io.creditmigration.command;

import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The application's tables by the names that an operator has written down: what a look at privileges and indexes needs.
 *
 * @param schema where they are; null for where the connection is
 * @param id the column of the users' ids
 * @param registeredAt the column of when users registered; null where there is none
 * @param zone the zone of times without one; null where nobody said
 * @param users the users table, with the columns that a migration writes
 * @param accounts the table of accounts, likewise; null where there is none
 * @param operations the table of operations, with the columns of user and time; null where there is none
 * @param history whether operations are copied into a history
 */
record HostNames(
        @Nullable String schema,
        String id,
        @Nullable String registeredAt,
        @Nullable ZoneId zone,
        Table users,
        @Nullable Table accounts,
        @Nullable Table operations,
        boolean history) {

    /**
     * A table.
     *
     * @param name its name
     * @param columns those of its columns that matter, in their order
     */
    record Table(String name, List<String> columns) {}
}
