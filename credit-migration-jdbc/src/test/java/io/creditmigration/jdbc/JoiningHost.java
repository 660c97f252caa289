package io.creditmigration.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.MigrationService;
import io.creditmigration.spi.MigrationStore;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A host whose transactions are joined: it has users, and purchases as work of its own. */
final class JoiningHost implements AutoCloseable {

    /** How the host works. */
    enum Style {
        JDBC,
        HIBERNATE,
        ECLIPSELINK
    }

    /** A transaction of the host's that is under way. */
    interface Transaction extends AutoCloseable {

        /** The store in this transaction. */
        MigrationStore store();

        /** Work of the host's own; JPA has not written it yet. */
        void buy(String purchaseId);

        /** Changes a user as the host does; JPA has not written it yet. */
        void setCredits(String userId, String credits);

        /** Reads a user's balance, as the first statement of a snapshot. */
        BigDecimal credits(String userId);

        /** Sends what is not yet written. */
        void flush();

        void commit();

        void rollback();

        @Override
        void close();
    }

    /** A user as most hosts have it, with a version. */
    @Entity(name = "Customer")
    @Table(name = "users")
    static class Customer {
        @Id
        @Column(name = "id")
        String id;

        @Column(name = "name")
        String name;

        @Column(name = "credits")
        BigDecimal credits;

        @Version
        @Column(name = "version")
        long version;
    }

    /** The same user of a host that has no version. */
    @Entity(name = "Unversioned")
    @Table(name = "users")
    static class Unversioned {
        @Id
        @Column(name = "id")
        String id;

        @Column(name = "name")
        String name;

        @Column(name = "credits")
        BigDecimal credits;
    }

    /** What the host does besides. */
    @Entity(name = "Purchase")
    @Table(name = "purchases")
    static class Purchase {
        @Id
        @Column(name = "id")
        String id;
    }

    static final Migration RATE_2500 = conversion("rate-2500");

    private static final AtomicInteger NUMBER = new AtomicInteger();

    final TestDatabase database;
    final Style style;
    final HikariDataSource dataSource;
    final TestSql sql;
    final JdbcMigrationStore store;
    final MigrationService migrations;
    final @Nullable EntityManagerFactory factory;

    JoiningHost(Style style, TestDatabase database) {
        this.style = style;
        this.database = database;
        this.dataSource = database.create();
        this.sql = new TestSql(dataSource);
        sql.run("CREATE TABLE users (id VARCHAR(40) PRIMARY KEY, name VARCHAR(40), credits NUMERIC(19, 4) NOT NULL,"
                + " rate NUMERIC(18, 6), version BIGINT DEFAULT 0 NOT NULL, CHECK (credits <> 4))");
        sql.run("CREATE TABLE purchases (id VARCHAR(40) PRIMARY KEY)");
        LibraryTables.defaults().install(dataSource);
        sql.run("ALTER TABLE credit_migration_journal ADD CONSTRAINT not_late CHECK (user_id NOT LIKE 'late%')");
        this.store = JdbcMigrationStore.owning(dataSource, tables().version("version"));
        this.migrations = MigrationService.of(RATE_2500, store);
        this.factory = switch (style) {
            case JDBC -> null;
            case HIBERNATE -> JpaProvider.HIBERNATE.open(dataSource, Customer.class, Unversioned.class, Purchase.class);
            case ECLIPSELINK ->
                JpaProvider.ECLIPSELINK.open(dataSource, Customer.class, Unversioned.class, Purchase.class);
        };
        migrations.autoMigrateIfZeroCredits(user("0"));
    }

    /** Every way of working on every database, each opened when its turn comes. */
    static Stream<JoiningHost> everywhere() {
        return in(Style.values());
    }

    /** The same with JPA alone. */
    static Stream<JoiningHost> everywhereWithJpa() {
        return in(Style.HIBERNATE, Style.ECLIPSELINK);
    }

    /** By plain JDBC, on every database. */
    static Stream<JoiningHost> onEveryDatabase() {
        return in(Style.JDBC);
    }

    private static Stream<JoiningHost> in(Style... styles) {
        List<Supplier<JoiningHost>> hosts = new ArrayList<>();
        for (TestDatabase database : TestDatabase.values()) {
            for (Style style : styles) {
                hosts.add(() -> new JoiningHost(style, database));
            }
        }
        return hosts.stream().map(Supplier::get);
    }

    static Migration conversion(String id) {
        return Migration.named(id)
                .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
                .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
                .build();
    }

    static HostTables tables() {
        return HostTables.users("users")
                .id("id")
                .balance("credits")
                .rate("rate")
                .rateIfAbsent(CreditRate.of(1_000));
    }

    /** Adds a user with these credits at the old rate. Returns the id. */
    String user(String credits) {
        return user("user", credits);
    }

    /** The same, where the database refuses the log entry, when everything else is written. */
    String lateUser(String credits) {
        return user("late", credits);
    }

    private String user(String prefix, String credits) {
        String id = prefix + NUMBER.incrementAndGet();
        sql.run("INSERT INTO users (id, name, credits) VALUES (?, 'as it was', ?)", id, new BigDecimal(credits));
        return id;
    }

    Credits credits(String userId) {
        return Credits.of(
                (BigDecimal) Objects.requireNonNull(sql.one("SELECT credits FROM users WHERE id = ?", userId)));
    }

    boolean bought(String purchaseId) {
        return sql.one("SELECT id FROM purchases WHERE id = ?", purchaseId) != null;
    }

    /** Rows of the library's own tables about this user. */
    int traces(String userId) {
        int rows = 0;
        for (String table : new String[] {"journal", "account", "entry"}) {
            rows += sql.rows("SELECT user_id FROM credit_migration_" + table + " WHERE user_id = ?", userId)
                    .size();
        }
        return rows;
    }

    EntityManager entityManager() {
        return Objects.requireNonNull(factory).createEntityManager();
    }

    /** A pool of its own on the same database, in an isolation that an owning store has to change and to put back. */
    HikariDataSource pool(boolean autoCommit) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(dataSource.getJdbcUrl());
        config.setUsername(dataSource.getUsername());
        config.setPassword(dataSource.getPassword());
        config.setAutoCommit(autoCommit);
        config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
        config.setMaximumPoolSize(4);
        return new HikariDataSource(config);
    }

    /** Begins a transaction of the host's. */
    Transaction begin() {
        if (style == Style.JDBC) {
            return new JdbcTransaction(connection(dataSource), store);
        }
        return new JpaTransaction(entityManager(), store);
    }

    static Connection connection(HikariDataSource from) {
        try {
            Connection connection = from.getConnection();
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            throw new TestSql.Failure(e);
        }
    }

    @Override
    public void close() {
        if (factory != null) {
            factory.close();
        }
        dataSource.close();
    }

    @Override
    public String toString() {
        return style + " on " + database;
    }

    private record JdbcTransaction(Connection connection, JdbcMigrationStore owning) implements Transaction {

        private interface Action {
            void on(Connection connection) throws SQLException;
        }

        @Override
        public MigrationStore store() {
            return owning.joining(connection);
        }

        @Override
        public void buy(String purchaseId) {
            execute("INSERT INTO purchases VALUES (?)", purchaseId);
        }

        @Override
        public void setCredits(String userId, String credits) {
            execute("UPDATE users SET version = version + 1, credits = " + credits + " WHERE id = ?", userId);
        }

        @Override
        public BigDecimal credits(String userId) {
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT credits FROM users WHERE id = '" + userId + "'")) {
                var row = statement.executeQuery();
                row.next();
                return row.getBigDecimal(1);
            } catch (SQLException e) {
                throw new TestSql.Failure(e);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void commit() {
            act(Connection::commit);
        }

        @Override
        public void rollback() {
            act(Connection::rollback);
        }

        @Override
        public void close() {
            act(used -> {
                used.rollback();
                used.setAutoCommit(true);
                used.close();
            });
        }

        private void execute(String statement, String key) {
            act(used -> {
                try (PreparedStatement prepared = used.prepareStatement(statement)) {
                    prepared.setString(1, key);
                    prepared.executeUpdate();
                }
            });
        }

        private void act(Action action) {
            try {
                action.on(connection);
            } catch (SQLException e) {
                throw new TestSql.Failure(e);
            }
        }
    }

    private record JpaTransaction(EntityManager entityManager, JdbcMigrationStore owning) implements Transaction {

        JpaTransaction {
            entityManager.getTransaction().begin();
        }

        @Override
        public MigrationStore store() {
            return JpaTransactions.joining(owning, entityManager);
        }

        @Override
        public void buy(String purchaseId) {
            Purchase purchase = new Purchase();
            purchase.id = purchaseId;
            entityManager.persist(purchase);
        }

        @Override
        public void setCredits(String userId, String credits) {
            entityManager.find(Customer.class, userId).credits = new BigDecimal(credits);
        }

        @Override
        public BigDecimal credits(String userId) {
            return entityManager.find(Customer.class, userId).credits;
        }

        @Override
        public void flush() {
            entityManager.flush();
        }

        @Override
        public void commit() {
            entityManager.getTransaction().commit();
        }

        @Override
        public void rollback() {
            entityManager.getTransaction().rollback();
        }

        @Override
        public void close() {
            if (entityManager.getTransaction().isActive()) {
                entityManager.getTransaction().rollback();
            }
            entityManager.close();
        }
    }
}
