package io.creditmigration;

import io.creditmigration.internal.Arguments;
import io.creditmigration.internal.Sha256;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Locale;
import java.util.TreeSet;

/**
 * The users that a run covers, and whether it migrates them or rolls them back. Its name is stored.
 * Asking for a run of the same scope resumes an unfinished one. Immutable.
 *
 * @param kind which users are looked at
 * @param includeExempt whether users exempt from conversions are migrated too
 * @param which what tells one list, run, stage or time from another; empty where the kind says it all
 * @param paid what is done about paid credits of users who are rolled back
 */
public record RunScope(Kind kind, boolean includeExempt, String which, PaidCredits paid) {

    /** Which users are looked at. */
    public enum Kind {
        /** Everyone whom no other rule leaves alone. */
        EVERYONE,
        /**
         * Users without credits: a balance of zero or none, and no reservations. The others are not looked at and not counted,
         * and left alone even where no one has to confirm.
         */
        ZERO_CREDITS,
        /** Users marked FAILED, who are tried again. */
        FAILED,
        /** The users of a list; FAILED ones are tried again. */
        LISTED,
        /** Users who are COMPLETED, and of whom operations from before their migration are not in the history yet. */
        LATE_OPERATIONS,
        /** To be rolled back: users who are COMPLETED. */
        MIGRATED,
        /** Of those, the ones who were migrated by the run of the id {@link RunScope#which}. */
        MIGRATED_BY_RUN,
        /** Of those, the ones who were migrated by a run of the stage {@link RunScope#which}. */
        MIGRATED_IN_STAGE,
        /** Of those, the ones who were migrated between {@link RunScope#from} and {@link RunScope#to}. */
        MIGRATED_BETWEEN,
        /** To be rolled back: the users of a list, wherever they stand. */
        MIGRATED_AND_LISTED;

        /** Whether they are to be rolled back. */
        public boolean isRollback() {
            return switch (this) {
                case EVERYONE, ZERO_CREDITS, FAILED, LISTED, LATE_OPERATIONS -> false;
                case MIGRATED, MIGRATED_BY_RUN, MIGRATED_IN_STAGE, MIGRATED_BETWEEN, MIGRATED_AND_LISTED -> true;
            };
        }
    }

    private static final String WITH_EXEMPT = "+exempt";
    private static final String KEEPING_PAID = "+keep-paid";
    private static final int LIST_DIGITS = 16;
    private static final int PERCENT_MAX = 100;

    /** Refuses one that says nothing. */
    public RunScope {
        Arguments.require("kind", kind);
        Arguments.require("list, run, stage or time", which);
        Arguments.require("paid credits", paid);
    }

    /** Everyone but exempt users. */
    public static RunScope everyone() {
        return of(Kind.EVERYONE, "");
    }

    /** Users without credits. */
    public static RunScope zeroCreditsOnly() {
        return of(Kind.ZERO_CREDITS, "");
    }

    /** Users marked FAILED. */
    public static RunScope failedOnly() {
        return of(Kind.FAILED, "");
    }

    static RunScope lateOperations() {
        return of(Kind.LATE_OPERATIONS, "");
    }

    /** The users of this list, in whatever order and however often they are named. */
    static RunScope listed(Collection<String> userIds) {
        return of(Kind.LISTED, digest(userIds));
    }

    static RunScope migrated() {
        return of(Kind.MIGRATED, "");
    }

    static RunScope migratedByRun(String runId) {
        return of(Kind.MIGRATED_BY_RUN, Arguments.requireName("run", runId));
    }

    static RunScope migratedInStage(int percent) {
        if (percent < 1 || percent > PERCENT_MAX) {
            throw new InvalidValueException("stage", percent, "1 to 100");
        }
        return of(Kind.MIGRATED_IN_STAGE, String.valueOf(percent));
    }

    static RunScope migratedBetween(Instant from, Instant to) {
        Arguments.require("begin of the time of migration", from);
        Arguments.require("end of the time of migration", to);
        if (!from.isBefore(to)) {
            throw new InvalidValueException("time of migration", from + "/" + to, "a beginning before the end");
        }
        return of(Kind.MIGRATED_BETWEEN, from.truncatedTo(ChronoUnit.MICROS) + "/" + to.truncatedTo(ChronoUnit.MICROS));
    }

    static RunScope migratedAndListed(Collection<String> userIds) {
        return of(Kind.MIGRATED_AND_LISTED, digest(userIds));
    }

    /** The same, with exempt users. */
    public RunScope withExempt() {
        return new RunScope(kind, true, which, paid);
    }

    RunScope withPaid(PaidCredits newPaid) {
        return new RunScope(kind, includeExempt, which, newPaid);
    }

    /** The scope of this stored name. */
    public static RunScope of(String name) {
        boolean keeping = Arguments.require("scope", name).endsWith(KEEPING_PAID);
        String shorter = keeping ? name.substring(0, name.length() - KEEPING_PAID.length()) : name;
        boolean exempt = shorter.endsWith(WITH_EXEMPT);
        String rest = exempt ? shorter.substring(0, shorter.length() - WITH_EXEMPT.length()) : shorter;
        int colon = rest.indexOf(':');
        String kind = colon < 0 ? rest : rest.substring(0, colon);
        try {
            return new RunScope(
                    Kind.valueOf(kind.toUpperCase(Locale.ROOT).replace('-', '_')),
                    exempt,
                    colon < 0 ? "" : rest.substring(colon + 1),
                    keeping ? PaidCredits.KEEP : PaidCredits.REFUSE);
        } catch (IllegalArgumentException e) {
            throw new InvalidValueException(
                    "scope",
                    name,
                    "everyone, zero-credits, failed, late-operations or listed:…, each with or without +exempt; or migrated,"
                            + " migrated-by-run:…, migrated-in-stage:…, migrated-between:… or migrated-and-listed:…, each"
                            + " with or without +keep-paid");
        }
    }

    /** The name under which it is stored, such as {@code zero-credits+exempt}; at most 100 characters. */
    public String name() {
        String plain = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
        return plain
                + (which.isEmpty() ? "" : ":" + which)
                + (includeExempt ? WITH_EXEMPT : "")
                + (paid == PaidCredits.KEEP ? KEEPING_PAID : "");
    }

    /** Whether the run rolls users back. */
    public boolean isRollback() {
        return kind.isRollback();
    }

    /** Whether the users are those of a list that was kept with the run. */
    public boolean isListed() {
        return kind == Kind.LISTED || kind == Kind.MIGRATED_AND_LISTED;
    }

    /** Whether the halt switch holds the run up: on, it stops migrations; off, it stops rollbacks. */
    public boolean isHeldUpBy(Rollout rollout) {
        return Arguments.require("rollout", rollout).halted() != isRollback();
    }

    /** Of {@link Kind#MIGRATED_BETWEEN}, the first instant that counts. */
    public Instant from() {
        return instant(0);
    }

    /** Of {@link Kind#MIGRATED_BETWEEN}, the first instant that does not count any more. */
    public Instant to() {
        return instant(1);
    }

    private Instant instant(int place) {
        String[] instants = which.split("/", -1);
        try {
            return Instant.parse(instants[place]);
        } catch (DateTimeException | ArrayIndexOutOfBoundsException e) {
            throw new InvalidValueException("time of scope", name(), "two instants, as 2026-01-06T00:00:00Z/…");
        }
    }

    private static RunScope of(Kind kind, String which) {
        return new RunScope(kind, false, which, PaidCredits.REFUSE);
    }

    private static String digest(Collection<String> userIds) {
        Sha256 sha256 = new Sha256();
        new TreeSet<>(userIds).forEach(sha256::add);
        return sha256.hex().substring(0, LIST_DIGITS);
    }
}
