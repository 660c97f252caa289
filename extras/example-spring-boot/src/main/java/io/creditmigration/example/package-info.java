/** A shop whose users move from one rate to another while it is open. */
@NullMarked
package io.creditmigration.example;

import org.jspecify.annotations.NullMarked;
