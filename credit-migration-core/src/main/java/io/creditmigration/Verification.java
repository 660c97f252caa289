package io.creditmigration;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@link MigrationService#verify} has found in the tables: counts, and the first offenders of each kind. Immutable.
 *
 * @param at when it began
 * @param found what was found, by kind, in their order; kinds of which nothing was found are left out
 * @param users the users of whom the migration has kept anything, by status; the unrecorded among them have lines or entries
 *     without a record
 * @param figures what was counted and summed besides
 */
public record Verification(Instant at, Map<Check, Found> found, Users users, Figures figures) {

    /** How many offenders of a kind are named. */
    public static final int NAMED_MAX = 20;

    /** What is checked. All but the last are errors. */
    public enum Check {
        /** Attempts follow each other without gaps: migrated, rolled back, reopened, migrated again, each once. */
        ATTEMPTS,
        /** Each user has one record, and its status, attempt and time are those of the last line of the log. */
        RECORD,
        /**
         * The record's credits granted and rollback data are those of the line that migrated the user, and what it says to be
         * consumed in attempts taken back is what the log says.
         */
        AMOUNTS,
        /**
         * {@code old × oldRate = new × newRate + residual}, exactly, with a residual smaller than rounding once can leave;
         * grants add what they say, and leave nothing over.
         */
        CONSERVATION,
        /** Each grant and each rollback of one has one entry of the same amount, and there are no other entries. */
        ENTRIES,
        /** The history has as many operations as the record says, each once, at zero credits. */
        HISTORY,
        /** The host's marker says migrated where the record is COMPLETED, and not where it is ROLLED_BACK. */
        MARKER,
        /** The balance of who has not moved it is what the log says. */
        BALANCE,
        /** The balance of an account of the library's own that nobody else has written is the sum of its entries. */
        ENTRY_SUM,
        /** A line of the log is not what it was when it was sealed. */
        SEALED_LINE_ALTERED,
        /** A line of the log was sealed and is gone. */
        SEALED_LINE_MISSING,
        /** A line of the log is from before a seal that does not have it. */
        SEALED_LINE_ADDED,
        /** A seal is not the digest of the lines that were kept with it, or does not name the seal before it. */
        SEAL,
        /** Not an error, for somebody to look at: an inactive account has a balance, a payment after a rollback, say. */
        PAID_ON_INACTIVE;

        /** Whether what is found is wrong. */
        public boolean isError() {
            return this != PAID_ON_INACTIVE;
        }
    }

    /**
     * What was found of one kind.
     *
     * @param count how many
     * @param first the first of them in the order of user ids, at most {@value #NAMED_MAX}
     */
    public record Found(long count, List<Offender> first) {

        /** Copies the list. */
        public Found {
            first = List.copyOf(first);
        }
    }

    /**
     * One of those that were found.
     *
     * @param userId the user, as stored; null for what is of a seal as a whole
     * @param what what is wrong, in words with figures
     */
    public record Offender(@Nullable String userId, String what) {}

    /**
     * Users by where they stand.
     *
     * @param records users with a record, by its status
     * @param withoutRecord users of whom there is something, and no record
     * @param waiting users whom the migration concerns and who have no record yet
     * @param byHost users without a record whom the host's own marker says to be migrated
     * @param gone users with a record whom the host's tables do not have any more
     */
    public record Users(Map<MigrationStatus, Long> records, long withoutRecord, long waiting, long byHost, long gone) {

        /** Orders the map. */
        public Users {
            EnumMap<MigrationStatus, Long> ordered = new EnumMap<>(MigrationStatus.class);
            ordered.putAll(records);
            records = Collections.unmodifiableMap(ordered);
        }

        /** How many have a record of this status. */
        public long count(MigrationStatus status) {
            return records.getOrDefault(Names.given("status", status), 0L);
        }

        /** How many were checked: all of whom anything is kept. */
        public long checked() {
            return withoutRecord
                    + records.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * What was counted and summed.
     *
     * @param balancesProved users whose balance is what the log says
     * @param moved users whose balance has moved since, or may have: nothing tells in a store without a version
     * @param worthBefore the money's worth of all credits before their conversion, latest attempts only
     * @param worthAfter the money's worth of what they became
     * @param residual what rounding left over
     * @param granted the credits granted to users who are COMPLETED
     * @param operations operations that are entries of the history
     * @param lateOperations operations from before their user's migration that are not in the history: they came later
     * @param goneOperations entries whose operations the host's table does not have any more
     * @param sealedLines lines of the log that are sealed and as they were
     * @param unsealedLines lines that came after the last seal
     */
    public record Figures(
            long balancesProved,
            long moved,
            BigDecimal worthBefore,
            BigDecimal worthAfter,
            BigDecimal residual,
            BigDecimal granted,
            long operations,
            long lateOperations,
            long goneOperations,
            long sealedLines,
            long unsealedLines) {}

    /** Orders the map. */
    public Verification {
        EnumMap<Check, Found> ordered = new EnumMap<>(Check.class);
        ordered.putAll(found);
        found = Collections.unmodifiableMap(ordered);
    }

    /** Whether nothing is wrong. */
    public boolean isClean() {
        return found.keySet().stream().noneMatch(Check::isError);
    }

    /** How many were found of this kind. */
    public long count(Check check) {
        Found of = found.get(Names.given("check", check));
        return of == null ? 0 : of.count();
    }

    /** The first of this kind. */
    public List<Offender> first(Check check) {
        Found of = found.get(Names.given("check", check));
        return of == null ? List.of() : of.first();
    }
}
