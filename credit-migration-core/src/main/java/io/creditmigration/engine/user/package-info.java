/** One user at a time: read, decide, write, and again if others were faster. */
@NullMarked
package io.creditmigration.engine.user;

import org.jspecify.annotations.NullMarked;
