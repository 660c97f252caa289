package io.creditmigration.command;

import io.creditmigration.Migration;
import io.creditmigration.RunSettings;
import io.creditmigration.jdbc.HostTables;
import io.creditmigration.jdbc.LibraryTables;
import org.jspecify.annotations.Nullable;

/**
 * What an operator has written down.
 *
 * @param file where it was read
 * @param connection how to get at the database
 * @param ours where the library's own tables are
 * @param host where the application's tables are
 * @param names the same by their names
 * @param migration what is to be done
 * @param settings how fast and how far runs may go
 * @param notices whether users are told
 * @param mail how mail is sent; null where the configuration does not say
 */
record Configuration(
        String file,
        ConnectionSettings connection,
        LibraryTables ours,
        HostTables host,
        HostNames names,
        Migration migration,
        RunSettings settings,
        boolean notices,
        @Nullable MailSettings mail) {

    /** The same with these settings. */
    Configuration withSettings(RunSettings newSettings) {
        return new Configuration(file, connection, ours, host, names, migration, newSettings, notices, mail);
    }
}
