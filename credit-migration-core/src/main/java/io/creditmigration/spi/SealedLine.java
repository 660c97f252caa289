package io.creditmigration.spi;

import org.jspecify.annotations.Nullable;

/**
 * What a seal has kept of one line of the log, beside the line as it is now.
 *
 * @param seal the number of the seal
 * @param key the line's key
 * @param digest the line's digest when it was sealed, in hexadecimal
 * @param line the line now; null where there is none any more
 */
public record SealedLine(
        int seal, LogLine.Key key, String digest, @Nullable LogLine line) {}
