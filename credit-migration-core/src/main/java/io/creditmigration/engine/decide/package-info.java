/** Pure decisions about one user, from what was read to what is to be written. */
@NullMarked
package io.creditmigration.engine.decide;

import org.jspecify.annotations.NullMarked;
