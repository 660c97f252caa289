/** The command {@code credit-migration}: the library for operators, without a line of Java. */
@NullMarked
package io.creditmigration.command;

import org.jspecify.annotations.NullMarked;
