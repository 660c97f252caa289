package io.creditmigration.command;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The mail address, language and consent of users, in the columns that the configuration names. Used by one thread. */
final class AddressBook {

    /**
     * How a user is reached.
     *
     * @param userId the user
     * @param address the mail address; null where there is none
     * @param language the language; English where none is kept
     * @param consents whether the user has agreed to mail
     */
    record Recipient(String userId, @Nullable String address, Locale language, boolean consents) {}

    private final DataSource dataSource;
    private final String query;
    private final int idType;
    private @Nullable Recipient last;

    private AddressBook(DataSource dataSource, String query, int idType) {
        this.dataSource = dataSource;
        this.query = query;
        this.idType = idType;
    }

    /** Finds the columns, and refuses those that are not there. */
    static AddressBook of(DataSource dataSource, Configuration configuration, MailSettings mail) throws SQLException {
        HostNames host = configuration.names();
        try (Connection connection = dataSource.getConnection()) {
            DatabaseNames names = new DatabaseNames(connection, configuration.connection());
            String table = found(
                    names.tables(host.schema()), "users.table", host.users().name());
            List<String> columns = names.columns(host.schema(), table);
            String query = String.format(
                    Locale.ROOT,
                    "SELECT %s, %s, %s FROM %s WHERE %s = ?",
                    names.quoted(found(columns, "mail.address", mail.address())),
                    mail.language() == null ? "NULL" : names.quoted(found(columns, "mail.language", mail.language())),
                    mail.consent() == null ? "TRUE" : names.quoted(found(columns, "mail.consent", mail.consent())),
                    names.qualified(host.schema(), table),
                    names.quoted(found(columns, "users.id", host.id())));
            boolean converts = configuration.connection().isMariaDb()
                    || configuration.connection().isH2();
            return new AddressBook(dataSource, query, converts ? Types.VARCHAR : Types.OTHER);
        }
    }

    private static String found(List<String> names, String key, String name) {
        return DatabaseNames.find(names, name)
                .orElseThrow(
                        () -> CommandFailure.usage(key + " is '" + name + "'; there are " + String.join(", ", names)));
    }

    /** How this user is reached; without an address where the user is gone. */
    Recipient of(String userId) {
        Recipient known = last;
        if (known == null || !known.userId().equals(userId)) {
            known = read(userId);
            last = known;
        }
        return known;
    }

    private Recipient read(String userId) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setObject(1, userId, idType);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return new Recipient(userId, null, Locale.ENGLISH, true);
                }
                String language = row.getString(2);
                return new Recipient(
                        userId,
                        row.getString(1),
                        language == null || language.isBlank()
                                ? Locale.ENGLISH
                                : Locale.forLanguageTag(language.strip().replace('_', '-')),
                        row.getBoolean(3));
            }
        } catch (SQLException e) {
            throw new CommandFailure(
                    ExitCode.INFRASTRUCTURE, "the address of user " + userId + " cannot be read: " + e.getMessage());
        }
    }
}
