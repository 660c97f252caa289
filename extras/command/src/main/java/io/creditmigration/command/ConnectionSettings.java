package io.creditmigration.command;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to get at a database. Holds no secret: only where one is.
 *
 * @param url without a password
 * @param user the database's user; null where the URL or the server needs none
 * @param password where the password is
 */
record ConnectionSettings(String url, @Nullable String user, PasswordSource password) {

    static final String URLS = "jdbc:postgresql://HOST:PORT/DATABASE, jdbc:mariadb://… or jdbc:h2:…";

    private static final List<String> KNOWN = List.of("jdbc:postgresql:", "jdbc:mariadb:", "jdbc:h2:");

    /** Why this URL cannot be used; empty where it can. */
    static Optional<String> problemOf(String url) {
        String lower = url.toLowerCase(Locale.ROOT);
        if (KNOWN.stream().noneMatch(lower::startsWith)) {
            return Optional.of("must begin as one of " + URLS);
        }
        if (lower.contains("password=") || lower.matches("jdbc:[^/]*//[^/]*:[^/]*@.*")) {
            return Optional.of("has a password in it; take it out, and say with password-from where it is");
        }
        return Optional.empty();
    }

    boolean isMariaDb() {
        return url.toLowerCase(Locale.ROOT).startsWith("jdbc:mariadb:");
    }

    boolean isH2() {
        return url.toLowerCase(Locale.ROOT).startsWith("jdbc:h2:");
    }
}
