/** The gate before servlets: a {@link io.creditmigration.servlet.MigrationFilter}. */
@NullMarked
package io.creditmigration.servlet;

import org.jspecify.annotations.NullMarked;
