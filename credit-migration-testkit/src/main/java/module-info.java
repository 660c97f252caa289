/**
 * For the tests of hosts and of stores: a store in memory, a settable clock, injected faults, and the contract that every
 * store has to pass.
 */
module io.creditmigration.testkit {
    requires transitive io.creditmigration;
    requires transitive org.junit.jupiter.api;
    requires static transitive org.jspecify;

    exports io.creditmigration.testkit;

    opens io.creditmigration.testkit to
            org.junit.platform.commons;
}
