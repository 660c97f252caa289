/** The library's values as JSON: a {@link io.creditmigration.jackson.CreditMigrationJacksonModule}. */
@NullMarked
package io.creditmigration.jackson;

import org.jspecify.annotations.NullMarked;
