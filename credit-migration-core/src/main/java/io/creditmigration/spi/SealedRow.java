package io.creditmigration.spi;

import org.jspecify.annotations.Nullable;

/**
 * What a seal has kept of one row, beside the row as it is now.
 *
 * @param seal the number of the seal
 * @param key the row's key
 * @param digest the row's digest when it was sealed, in hexadecimal
 * @param row the row now; null where there is none any more
 */
public record SealedRow(
        int seal,
        StoredRow.Key key,
        String digest,
        @Nullable StoredRow row) {}
