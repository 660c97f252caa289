/**
 * What a host application uses: define a {@link io.creditmigration.Migration}, open a
 * {@link io.creditmigration.MigrationService}, put a {@link io.creditmigration.MigrationGate} before its endpoints.
 */
@NullMarked
package io.creditmigration;

import org.jspecify.annotations.NullMarked;
