/**
 * Moves every live user of an application from one credit regime to another, exactly once, while the application serves.
 *
 * <p>{@code io.creditmigration} is for host applications, {@code io.creditmigration.spi} for authors of stores. The module
 * does not read {@code java.sql}: that decisions do no I/O is checked by the compiler.
 */
module io.creditmigration {
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.creditmigration;
    exports io.creditmigration.spi;
}
