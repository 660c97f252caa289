/** Reads and writes the library's values as JSON, with Jackson 3. */
module io.creditmigration.jackson {
    requires transitive io.creditmigration;
    requires transitive tools.jackson.databind;
    requires tools.jackson.core;
    requires static transitive org.jspecify;

    exports io.creditmigration.jackson;

    provides tools.jackson.databind.JacksonModule with
            io.creditmigration.jackson.CreditMigrationJacksonModule;
}
