package io.creditmigration.command;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Properties;

/** Connections to the application's database. */
final class Database {

    private static final int LOGIN_SECONDS_MAX = 10;
    private static final int H2_ADMINISTRATOR_NEEDED = 90040;
    private static final int MILLIS_PER_SECOND = 1_000;

    /** As many as a run has workers at most, and some for who looks at it; opened when they are needed. */
    private static final int CONNECTIONS_MAX = 66;

    private Database() {}

    /** A pool, after one connection has shown that it will work. */
    static HikariDataSource open(ConnectionSettings settings) throws SQLException {
        Properties properties = new Properties();
        if (settings.user() != null) {
            properties.setProperty("user", settings.user());
        }
        String password = settings.password().read(PasswordSource.DATABASE, settings.user());
        if (password != null) {
            properties.setProperty("password", password);
        }
        DriverManager.setLoginTimeout(LOGIN_SECONDS_MAX);
        // The pool would try again and again, and log each time.
        String url = tried(settings, properties);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(settings.user());
        config.setPassword(password);
        config.setMaximumPoolSize(CONNECTIONS_MAX);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(LOGIN_SECONDS_MAX * MILLIS_PER_SECOND);
        return new Uninterrupted(config);
    }

    private static String tried(ConnectionSettings settings, Properties properties) throws SQLException {
        String url = url(settings);
        try {
            DriverManager.getConnection(url, properties).close();
            return url;
        } catch (SQLException e) {
            if (e.getErrorCode() != H2_ADMINISTRATOR_NEEDED || url.equals(settings.url())) {
                throw e;
            }
            // Only an administrator may change how a database closes.
            DriverManager.getConnection(settings.url(), properties).close();
            return settings.url();
        }
    }

    /**
     * On H2 a misspelt name would be a new database, and Ctrl-C would close a database of this process while the page in hand
     * is being written.
     */
    private static String url(ConnectionSettings settings) {
        String lower = settings.url().toLowerCase(Locale.ROOT);
        if (!settings.isH2()) {
            return settings.url();
        }
        String url = settings.url();
        if (!lower.contains("ifexists=") && !lower.startsWith("jdbc:h2:mem:")) {
            url += ";IFEXISTS=TRUE";
        }
        return lower.contains("db_close_on_exit=") ? url : url + ";DB_CLOSE_ON_EXIT=FALSE";
    }

    /** Who was told to stop still reads how far it came. */
    private static final class Uninterrupted extends HikariDataSource {

        Uninterrupted(HikariConfig config) {
            super(config);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Thread.interrupted();
            return super.getConnection();
        }
    }
}
