/**
 * What the author of a store implements. {@link io.creditmigration.spi.MigrationStore} is required,
 * {@link io.creditmigration.spi.RunStore} is the optional role of stores that can walk a whole population,
 * {@link io.creditmigration.spi.NoticeStore} of those that keep notices to users, and
 * {@link io.creditmigration.spi.AuditStore} of those that lay open what they keep, to be verified and sealed.
 */
@NullMarked
package io.creditmigration.spi;

import org.jspecify.annotations.NullMarked;
