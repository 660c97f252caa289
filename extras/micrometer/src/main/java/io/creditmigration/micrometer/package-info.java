/** Meters of a migration for Micrometer. */
@NullMarked
package io.creditmigration.micrometer;

import org.jspecify.annotations.NullMarked;
