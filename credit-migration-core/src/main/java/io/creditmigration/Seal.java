package io.creditmigration;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A digest over the definition, the finished runs and the lines of the journal, chained to the seal before it. Keep
 * {@link #digest} outside the database: whoever can write there can make the seals anew, but not to the same digest. How to
 * compute it is told in {@code docs/sealed-log.md}.
 *
 * @param number 1, 2, 3 …
 * @param entries how many rows it covers (the definition, finished runs, lines of the journal): those that no seal before it does
 * @param previous the digest of the seal before; null for the first
 * @param digest SHA-256 in hexadecimal
 * @param at when; microseconds
 * @param actor who sealed
 */
public record Seal(int number, long entries, @Nullable String previous, String digest, Instant at, Actor actor) {}
