/**
 * For the tests of hosts and of stores: a store in memory, a settable clock, injected faults, the contract that every
 * store has to pass, and simulated histories.
 */
module io.creditmigration.testkit {
    requires transitive io.creditmigration;
    requires transitive org.junit.jupiter.api;
    requires static transitive org.jspecify;

    exports io.creditmigration.testkit;
    exports io.creditmigration.testkit.simulation;

    opens io.creditmigration.testkit to
            org.junit.platform.commons;
}
