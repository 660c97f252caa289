package io.creditmigration;

import io.creditmigration.MigrationLogEntry.Kind;
import io.creditmigration.Verification.Check;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.Evidence.Entries;
import io.creditmigration.spi.Evidence.Holding;
import io.creditmigration.spi.LogLine;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checks the evidence of one user and says in words what is wrong. Pure, and an arithmetic of its own: nothing here is shared
 * with what decides and writes, so that a mistake there does not repeat itself here.
 */
final class UserAudit {

    private final Migration migration;
    private final Findings findings;
    private final Evidence user;
    private final Evidence.@Nullable Recorded record;
    private final @Nullable LogLine last;

    UserAudit(Migration migration, Evidence user, Findings findings) {
        this.migration = migration;
        this.findings = findings;
        this.user = user;
        this.record = user.record();
        this.last = user.log().isEmpty() ? null : user.log().get(user.log().size() - 1);
    }

    /** All that can be checked whatever the user does meanwhile. */
    void check() {
        attempts();
        record();
        amounts();
        user.log().forEach(this::conservation);
        entries();
        history();
        marker();
        entrySum();
        inactive();
    }

    /**
     * Whether the balance is what the log says.
     *
     * @return empty where the user is not one to ask of: neither migrated nor taken back, migrated again since, or gone
     */
    Optional<Boolean> balance() {
        Holding holding = user.holding();
        if (holding == null || holding.superseded() || record == null || last == null || !isSettled(record.status())) {
            return Optional.empty();
        }
        boolean same = equal(orZero(holding.balance()), orZero(last.newCredits()));
        if (Boolean.FALSE.equals(holding.moved()) && !same) {
            found(
                    Check.BALANCE,
                    "the balance is " + words(holding.balance()) + ", the log says " + words(last.newCredits())
                            + ", and nobody has moved it");
        }
        return Optional.of(same && !Boolean.TRUE.equals(holding.moved()));
    }

    /** The line that migrated the user in the record's attempt; null where there is none, or the record says otherwise. */
    @Nullable
    LogLine migrated() {
        return record == null || !isSettled(record.status())
                ? null
                : user.log().stream()
                        .filter(line -> line.is(Kind.MIGRATED) && line.attempt() == record.attempt())
                        .findFirst()
                        .orElse(null);
    }

    private void attempts() {
        LogLine before = null;
        for (LogLine line : user.log()) {
            boolean follows = before == null ? isFirst(line) : follows(before, line);
            if (!follows) {
                found(
                        Check.ATTEMPTS,
                        "the log has " + words(line) + " behind " + (before == null ? "nothing" : words(before)));
            }
            before = line;
        }
    }

    private static boolean isFirst(LogLine line) {
        return line.is(Kind.MIGRATED) && line.attempt() == 1;
    }

    private static boolean follows(LogLine before, LogLine line) {
        if (line.is(Kind.REOPENED)) {
            return before.is(Kind.ROLLED_BACK) && line.attempt() == before.attempt() + 1;
        }
        Kind needed = line.is(Kind.MIGRATED) ? Kind.REOPENED : Kind.MIGRATED;
        return before.is(needed) && line.attempt() == before.attempt();
    }

    private void record() {
        if (record == null) {
            found(
                    Check.RECORD,
                    "there are " + user.log().size() + " lines in the log and "
                            + user.entries().stream().mapToLong(Entries::count).sum()
                            + " entries, and no record");
            return;
        }
        Kind kind = switch (record.status()) {
            case COMPLETED -> Kind.MIGRATED;
            case ROLLED_BACK -> Kind.ROLLED_BACK;
            case PENDING, IN_PROGRESS, FAILED -> Kind.REOPENED;
        };
        boolean first = kind == Kind.REOPENED && record.attempt() == 1;
        boolean agrees = last == null
                ? first && record.status() != MigrationStatus.PENDING
                : !first && last.is(kind) && last.attempt() == record.attempt();
        if (!agrees) {
            found(
                    Check.RECORD,
                    "the record is " + record.status() + " in attempt " + record.attempt() + ", the log ends with "
                            + (last == null ? "nothing" : words(last)));
        } else if (last != null
                && record.status() != MigrationStatus.FAILED
                && record.status() != MigrationStatus.IN_PROGRESS
                && !record.changedAt().equals(last.at())) {
            found(Check.RECORD, "the record is of " + record.changedAt() + ", its line in the log of " + last.at());
        }
    }

    private void amounts() {
        if (record == null) {
            return;
        }
        BigDecimal consumed = consumed();
        if (!equal(consumed, record.consumed())) {
            found(
                    Check.AMOUNTS,
                    "the record says " + words(record.consumed()) + " consumed in attempts taken back, the log says "
                            + words(consumed));
        }
        LogLine line = migrated();
        if (line == null) {
            if (record.granted().signum() != 0 && !isSettled(record.status())) {
                found(
                        Check.AMOUNTS,
                        "the record is " + record.status() + " and says " + words(record.granted()) + " granted");
            }
            return;
        }
        BigDecimal granted = migration.conversion().isPresent() ? orZero(line.newCredits()) : added(line);
        if (!equal(granted, record.granted())) {
            found(
                    Check.AMOUNTS,
                    "the record says " + words(record.granted()) + " granted, the log from " + words(line.oldCredits())
                            + " to " + words(line.newCredits()));
        }
        boolean kept = record.newCredits() != null;
        if (kept
                && !(equal(record.oldCredits(), line.oldCredits())
                        && equal(record.newCredits(), line.newCredits())
                        && equal(record.oldRate(), line.oldRate())
                        && equal(record.newRate(), line.newRate()))) {
            found(
                    Check.AMOUNTS,
                    "the rollback data go from " + words(record.oldCredits(), record.oldRate()) + " to "
                            + words(record.newCredits(), record.newRate()) + ", the log from "
                            + words(line.oldCredits(), line.oldRate()) + " to "
                            + words(line.newCredits(), line.newRate()));
        }
    }

    /** What grants that were taken back had added, less what taking them back took off. */
    private BigDecimal consumed() {
        BigDecimal consumed = BigDecimal.ZERO;
        for (int i = 1; i < user.log().size() && migration.conversion().isEmpty(); i++) {
            if (user.log().get(i).is(Kind.ROLLED_BACK)) {
                consumed = consumed.add(added(user.log().get(i - 1)))
                        .add(added(user.log().get(i)));
            }
        }
        return consumed;
    }

    static BigDecimal added(LogLine line) {
        return orZero(line.newCredits()).subtract(orZero(line.oldCredits()));
    }

    private void conservation(LogLine line) {
        String wrong = Conservation.wrong(migration, line);
        if (wrong != null) {
            found(Check.CONSERVATION, words(line) + ": " + wrong);
        }
    }

    private void entries() {
        for (LogLine line : user.log()) {
            boolean enters = migration.conversion().isEmpty() && !line.is(Kind.REOPENED);
            Evidence.Kind kind = line.is(Kind.MIGRATED) ? Evidence.Kind.GRANT : Evidence.Kind.REVERSAL;
            BigDecimal amount = added(line);
            Entries entered = entered(line.attempt(), kind);
            if (enters && (entered == null || entered.count() != 1 || !equal(entered.amount(), amount))) {
                found(
                        Check.ENTRIES,
                        words(line) + " by " + words(amount) + " has "
                                + (entered == null
                                        ? "no entry"
                                        : entered.count() + " entries of " + words(entered.amount())));
            }
        }
        for (Entries entered : user.entries()) {
            Kind kind = entered.kind() == Evidence.Kind.GRANT ? Kind.MIGRATED : Kind.ROLLED_BACK;
            boolean expected = migration.conversion().isEmpty()
                    && user.log().stream().anyMatch(line -> line.is(kind) && line.attempt() == entered.attempt());
            if (entered.kind() != Evidence.Kind.OPERATION && !expected) {
                found(
                        Check.ENTRIES,
                        entered.count() + " entries " + entered.kind() + " of " + words(entered.amount())
                                + " in attempt " + entered.attempt() + " have no line in the log");
            }
        }
    }

    private @Nullable Entries entered(int attempt, Evidence.Kind kind) {
        return user.entries().stream()
                .filter(entered -> entered.attempt() == attempt && entered.kind() == kind)
                .findFirst()
                .orElse(null);
    }

    private void history() {
        long count = 0;
        long operations = 0;
        BigDecimal amount = BigDecimal.ZERO;
        for (Entries entered : user.entries()) {
            if (entered.kind() == Evidence.Kind.OPERATION) {
                count += entered.count();
                operations += entered.operations();
                amount = amount.add(entered.amount());
            }
        }
        long recorded = record == null ? count : record.historicalOperations();
        if (count != recorded || operations != count || amount.signum() != 0) {
            found(
                    Check.HISTORY,
                    "the record says " + recorded + " operations, the history has " + count + " entries of "
                            + operations + " operations at " + words(amount) + " credits");
        }
    }

    private void marker() {
        Holding holding = user.holding();
        if (holding == null || holding.flagged() == null || holding.superseded() || record == null) {
            return;
        }
        boolean migrated = holding.flagged();
        if (isSettled(record.status()) && migrated != (record.status() == MigrationStatus.COMPLETED)) {
            found(
                    Check.MARKER,
                    "the record is " + record.status() + ", the marker says " + (migrated ? "" : "not ") + "migrated");
        }
    }

    private void entrySum() {
        Holding holding = user.holding();
        if (holding == null || holding.writes() == null || user.log().isEmpty() || user.entriesOfOthers() > 0) {
            return;
        }
        long count = 0;
        BigDecimal sum = orZero(user.log().get(0).oldCredits());
        for (Entries entered : user.entries()) {
            if (entered.kind() != Evidence.Kind.OPERATION) {
                count += entered.count();
                sum = sum.add(entered.amount());
            }
        }
        if (holding.writes() == count && !equal(sum, orZero(holding.balance()))) {
            found(
                    Check.ENTRY_SUM,
                    "the balance is " + words(holding.balance()) + ", the entries make it " + words(sum)
                            + ", and nobody else has written the account");
        }
    }

    private void inactive() {
        Holding holding = user.holding();
        if (holding != null
                && Boolean.FALSE.equals(holding.active())
                && orZero(holding.balance()).signum() != 0) {
            found(Check.PAID_ON_INACTIVE, words(holding.balance()) + " credits are on an inactive account");
        }
    }

    private void found(Check check, String what) {
        findings.add(check, user.userId(), what);
    }

    private static boolean isSettled(MigrationStatus status) {
        return status == MigrationStatus.COMPLETED || status == MigrationStatus.ROLLED_BACK;
    }

    static boolean equal(@Nullable BigDecimal one, @Nullable BigDecimal other) {
        return (one == null) == (other == null) && (one == null || other == null || one.compareTo(other) == 0);
    }

    static BigDecimal orZero(@Nullable BigDecimal amount) {
        return amount == null ? BigDecimal.ZERO : amount;
    }

    private static String words(LogLine line) {
        return line.kind() + " in attempt " + line.attempt();
    }

    static String words(@Nullable BigDecimal amount) {
        return amount == null ? "none" : amount.stripTrailingZeros().toPlainString();
    }

    static String words(@Nullable BigDecimal credits, @Nullable BigDecimal rate) {
        return words(credits) + (rate == null ? "" : " at " + words(rate));
    }
}
