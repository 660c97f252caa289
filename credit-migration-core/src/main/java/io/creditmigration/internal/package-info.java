/** Small tools of this library's own modules: arguments, decimals, digests, times, retries. Not for hosts, and never exported. */
@NullMarked
package io.creditmigration.internal;

import org.jspecify.annotations.NullMarked;
