/** Keeps migrations in a relational database: H2, PostgreSQL or MariaDB. */
module io.creditmigration.jdbc {
    requires transitive io.creditmigration;
    requires transitive java.sql;
    requires org.slf4j;
    requires static transitive org.jspecify;
    requires static jakarta.persistence;

    exports io.creditmigration.jdbc;
    exports io.creditmigration.jdbc.jpa;

    opens io.creditmigration.jdbc.jpa;
}
