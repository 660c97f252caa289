package io.creditmigration;

import io.creditmigration.internal.Arguments;
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
 * @param users the users of whom anything is stored, by status
 * @param figures what was counted and summed besides
 */
public record Verification(Instant at, Map<Check, Found> found, Users users, Figures figures) {

    /** How many offenders of a kind are named. */
    public static final int NAMED_MAX = 20;

    /** What is checked. All but the last two are errors. */
    public enum Check {
        /** The definition that is stored is the migration's, with its rates. */
        DEFINITION,
        /** A row that belongs to a user has a value that cannot be read, a NaN for one. Nothing else is checked of that user. */
        UNREADABLE,
        /**
         * A user's lines are numbered without gaps, the last of each migration is marked as such, entries have lines, and each
         * line is of a migration that is stored.
         */
        LINES,
        /** Attempts follow each other without gaps: migrated, rolled back, reopened, migrated again, each once. */
        ATTEMPTS,
        /** Each line carries what follows from the lines before it: status, credits consumed, operations copied, its figures. */
        STANDING,
        /**
         * A line says as much granted as the balance grew by, and as the built-in policy allocates for the usage; conversions
         * grant nothing.
         */
        AMOUNTS,
        /** The rates of a line are those of the definition; a user who skipped a conversion has the rate of another one. */
        RATES,
        /**
         * {@code old × oldRate = new × newRate + residual}, with a residual smaller than rounding once can leave; a rollback
         * gives back what the user had and what moved since; grants add what they say.
         */
        CONSERVATION,
        /**
         * Each grant and each rollback of one has one entry of the same amount, and there are no entries but of attempts that
         * the journal has.
         */
        ENTRIES,
        /** The history has as many operations as the journal says, each once, at zero credits, and each the user's own. */
        HISTORY,
        /**
         * Row and journal disagree about the unit of the balance: the marker says migrated where the journal left the old
         * regime, or the other way round.
         */
        OUT_OF_STEP,
        /** The balance of a user who has not moved it is what the journal says. */
        BALANCE,
        /** The balance of an account of the library's own that no one else has written is the sum of its entries. */
        ENTRY_SUM,
        /** The sums of a run's ranges equal those of its lines; amounts only where everything can be read. */
        RUN_FIGURES,
        /** The counts by status from runs and single lines are those of the last lines. */
        TOTALS,
        /** A row was altered after it was sealed: a line of the journal, the definition or a finished run. */
        SEALED_LINE_ALTERED,
        /** A row was sealed and is gone. */
        SEALED_LINE_MISSING,
        /** A line of the journal is from before a seal that does not have it. */
        SEALED_LINE_ADDED,
        /** A seal is not the digest of the rows that were kept with it, or does not name the seal before it. */
        SEAL,
        /** Not an error, for a person to look at: an inactive account has a balance, a payment after a rollback, say. */
        PAID_ON_INACTIVE,
        /** Not an error, for a person to look at: a captured column of a COMPLETED user is not as the migration left it. */
        CAPTURED;

        /** Whether what is found is wrong. */
        public boolean isError() {
            return this != PAID_ON_INACTIVE && this != CAPTURED;
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
     * @param records users with lines that can be read, by the status after the last
     * @param withoutRecord users of whom there is something, and no line that can be read
     * @param waiting users that the migration concerns and that have no line yet
     * @param byHost users without a line, migrated according to the host's own marker
     * @param gone users with lines that are gone from the host's tables
     */
    public record Users(Map<MigrationStatus, Long> records, long withoutRecord, long waiting, long byHost, long gone) {

        /** Orders the map. */
        public Users {
            EnumMap<MigrationStatus, Long> ordered = new EnumMap<>(MigrationStatus.class);
            ordered.putAll(records);
            records = Collections.unmodifiableMap(ordered);
        }

        /** How many have this status. */
        public long count(MigrationStatus status) {
            return records.getOrDefault(Arguments.require("status", status), 0L);
        }

        /** How many were checked: all users of whom anything is stored. */
        public long checked() {
            return withoutRecord
                    + records.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * What was counted and summed.
     *
     * @param balancesProved users whose balance is what the journal says
     * @param moved users whose balance has moved since, or may have: nothing tells in a store without a version
     * @param worthBefore the money's worth of all credits before their conversion, latest attempts only
     * @param worthAfter the money's worth of what they became
     * @param residual what rounding left over
     * @param granted the credits granted to users who are COMPLETED
     * @param operations operations that are entries of the history
     * @param lateOperations operations from before their user's migration that are not in the history: they came later
     * @param goneOperations entries whose operations the host's table does not have, or not as that user's
     * @param sealedLines lines of the journal that are sealed and as they were
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
        Found of = found.get(Arguments.require("check", check));
        return of == null ? 0 : of.count();
    }

    /** The first of this kind. */
    public List<Offender> first(Check check) {
        Found of = found.get(Arguments.require("check", check));
        return of == null ? List.of() : of.first();
    }
}
