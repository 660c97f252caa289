/** Asks users to migrate before a servlet serves them. */
module io.creditmigration.servlet {
    requires transitive io.creditmigration;
    requires transitive jakarta.servlet;
    requires static transitive org.jspecify;

    exports io.creditmigration.servlet;
}
