/**
 * What tests use: {@link io.creditmigration.testkit.InMemoryMigrationStore} in the suite of a host,
 * {@link io.creditmigration.testkit.MigrationStoreContract} in the suite of a store.
 */
@NullMarked
package io.creditmigration.testkit;

import org.jspecify.annotations.NullMarked;
