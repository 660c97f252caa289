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
    private static final int MILLIS_PER_SECOND = 1_000;

    /** As many as a run has workers at most, and some for who looks at it; opened when they are needed. */
    private static final int CONNECTIONS_MAX = 66;

    private Database() {}

    /** A pool, after one connection has shown that it will work. */
    static HikariDataSource open(ConnectionSettings settings) throws SQLException {
        String url = url(settings);
        Properties properties = new Properties();
        if (settings.user() != null) {
            properties.setProperty("user", settings.user());
        }
        String password = settings.password().read(settings.user());
        if (password != null) {
            properties.setProperty("password", password);
        }
        DriverManager.setLoginTimeout(LOGIN_SECONDS_MAX);
        // The pool would try again and again, and log each time.
        Connection first = DriverManager.getConnection(url, properties);
        first.close();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(settings.user());
        config.setPassword(password);
        config.setMaximumPoolSize(CONNECTIONS_MAX);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(LOGIN_SECONDS_MAX * MILLIS_PER_SECOND);
        return new Uninterrupted(config);
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
