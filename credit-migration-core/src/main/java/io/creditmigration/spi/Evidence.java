package io.creditmigration.spi;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is stored of one user in one migration, as it is, read in one snapshot. {@link AuditStore} hands it
 * to verification and stories.
 *
 * @param userId the user, as stored
 * @param lines the lines of the journal in this migration, by number
 * @param numbers how the user's lines of all migrations are numbered
 * @param entries the entries of the credit history, summed up by attempt and kind
 * @param entriesOfOthers how many grants and reversals other migrations have entered
 * @param strays entries of operations that are not this user's
 * @param holding what the host's tables say now; null where they have no such user
 */
public record Evidence(
        String userId,
        List<StoredRow> lines,
        Numbers numbers,
        List<Entries> entries,
        long entriesOfOthers,
        Strays strays,
        @Nullable Holding holding) {

    /** Orders the lines, and copies the lists. */
    public Evidence {
        lines = lines.stream()
                .sorted(Comparator.comparingInt(line -> line.key().number()))
                .toList();
        entries = List.copyOf(entries);
    }

    /**
     * How lines are numbered.
     *
     * @param count how many lines of all migrations the user has
     * @param last the number of the last of them
     * @param marked the numbers of the lines of this migration that are marked as its last, in order
     */
    public record Numbers(long count, int last, List<Integer> marked) {

        /** Of a user without lines. */
        public static final Numbers NONE = new Numbers(0, 0, List.of());

        /** Copies the list. */
        public Numbers {
            marked = List.copyOf(marked);
        }
    }

    /**
     * Entries of one attempt and kind.
     *
     * @param attempt the attempt that entered them
     * @param kind what they stand for
     * @param count how many
     * @param operations how many different operations they stand for
     * @param amount the sum of their amounts; null where it is not a number
     * @param firstAt the earliest
     * @param lastAt the latest
     */
    public record Entries(
            int attempt,
            Kind kind,
            long count,
            long operations,
            @Nullable BigDecimal amount,
            Instant firstAt,
            Instant lastAt) {}

    /** What an entry stands for. */
    public enum Kind {
        /** An operation of the old regime, at zero credits. */
        OPERATION,
        /** What a grant added. */
        GRANT,
        /** What a rollback took off again. */
        REVERSAL
    }

    /**
     * Entries of operations that the host's tables do not have as this user's.
     *
     * @param ofOthers operations that another user made
     * @param unknown operations that the host does not have, while it has one of this user's of the same time without an entry:
     *     the entry names the wrong operation
     * @param gone all other operations that the host does not have: deleted since
     */
    public record Strays(long ofOthers, long unknown, long gone) {

        /** No entry is astray. */
        public static final Strays NONE = new Strays(0, 0, 0);

        /** Both together. */
        public Strays plus(Strays other) {
            return new Strays(ofOthers + other.ofOthers, unknown + other.unknown, gone + other.gone);
        }
    }

    /**
     * What the host's tables say of the user now.
     *
     * @param balance the balance in the regime that the journal says; null where there is none
     * @param unreadable what of it cannot be read, in words with the value: a balance that is no number, rollback data; null
     *     where all can
     * @param flagged whether the flag says that the user is migrated, or the rate is the new one; null where neither is mapped
     * @param unitLine the user's last line that left the balance in a unit, of any conversion; null where there is none
     * @param rate the rate that the row names; null where no rate column is mapped, or the row has none
     * @param registeredAt when the user registered; null where it is not known
     * @param active whether the account is active; null where there is none, or it does not say
     * @param moved whether the balance has been written since the line that wrote it last; a CAUGHT_UP line writes none. Null
     *     where the store cannot tell
     * @param writes how often the account has been written since it was opened; null unless it is the library's own
     * @param operations of a COMPLETED user, operations from before the user was migrated, where they become entries; null
     *     elsewhere, and where the standing names no MIGRATED line: what came late is entered for nobody else
     * @param changed of a COMPLETED user, in words, the captured columns that are not as the migration left them
     */
    public record Holding(
            @Nullable BigDecimal balance,
            @Nullable String unreadable,
            @Nullable Boolean flagged,
            @Nullable UnitLine unitLine,
            @Nullable BigDecimal rate,
            @Nullable Instant registeredAt,
            @Nullable Boolean active,
            @Nullable Boolean moved,
            @Nullable Long writes,
            @Nullable Long operations,
            List<String> changed) {

        /** Copies the list. */
        public Holding {
            changed = List.copyOf(changed);
        }
    }
}
