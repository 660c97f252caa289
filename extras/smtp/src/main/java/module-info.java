/** Delivers notices by mail. */
module io.creditmigration.smtp {
    requires transitive io.creditmigration;
    requires transitive jakarta.mail;
    requires org.eclipse.angus.mail;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.creditmigration.smtp;
}
