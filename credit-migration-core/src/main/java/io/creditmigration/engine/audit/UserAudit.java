package io.creditmigration.engine.audit;

import static io.creditmigration.engine.audit.AuditedLine.orZero;

import io.creditmigration.JournalLine.Kind;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Verification.Check;
import io.creditmigration.engine.audit.AuditedLine.UnreadableException;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.Evidence.Entries;
import io.creditmigration.spi.Evidence.Holding;
import io.creditmigration.spi.StoredRow;
import io.creditmigration.spi.UnitLine;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the evidence of one user and says in words what is wrong. Pure. It shares no arithmetic with the deciders, so that a
 * mistake of theirs is not repeated here.
 */
final class UserAudit {

    /**
     * What the checks of all users need to know.
     *
     * @param definition what the migration's definition says
     * @param conservation the law of conservation at the scale of the balance
     * @param rates the rates that some stored definition names
     * @param ratesMapped whether each row names the rate of its balance
     */
    record Terms(AuditedDefinition definition, Conservation conservation, Set<BigDecimal> rates, boolean ratesMapped) {}

    /** Registration is written by another clock and perhaps a little later than the first act on the user. */
    private static final Duration REGISTRATION_SLACK = Duration.ofHours(1);

    private final Terms terms;
    private final AuditedDefinition definition;
    private final Findings findings;
    private final Evidence user;
    private final List<AuditedLine> lines = new ArrayList<>();
    private final boolean readable;
    private final @Nullable AuditedLine last;

    UserAudit(Terms terms, Evidence user, Findings findings) {
        this.terms = terms;
        this.definition = terms.definition();
        this.findings = findings;
        this.user = user;
        this.readable = read();
        this.last = readable && !lines.isEmpty() ? lines.get(lines.size() - 1) : null;
    }

    /** All that can be checked whatever the user does meanwhile. A user with a row that cannot be read is named for that alone. */
    void check() {
        if (!readable) {
            return;
        }
        numbers();
        for (int i = 0; i < lines.size(); i++) {
            AuditedLine before = i == 0 ? null : lines.get(i - 1);
            succession(before, lines.get(i));
            standing(before, lines.get(i));
            amounts(lines.get(i));
        }
        entries();
        history();
        marker();
        entrySum();
        inactive();
    }

    /** Where the user stands by the last line; empty where there is none, or a line cannot be read. */
    Optional<AuditedLine> last() {
        return Optional.ofNullable(last);
    }

    /**
     * Whether the balance is what the journal says.
     *
     * @return empty where the user is not one to ask of: neither migrated nor rolled back, migrated again since, or gone
     */
    Optional<Boolean> balance() {
        Holding holding = user.holding();
        if (holding == null || hasGoneOn(holding) || last == null || !isSettled(last)) {
            return Optional.empty();
        }
        AuditedLine written = last.kind() == Kind.MIGRATED || last.kind() == Kind.CAUGHT_UP ? migrated() : last;
        BigDecimal logged = written == null ? null : written.newCredits();
        boolean same = equal(orZero(holding.balance()), orZero(logged));
        if (Boolean.FALSE.equals(holding.moved()) && !same) {
            found(
                    Check.BALANCE,
                    "the balance is " + words(holding.balance()) + ", the journal says " + words(logged)
                            + ", and nobody has moved it");
        }
        return Optional.of(same && !Boolean.TRUE.equals(holding.moved()));
    }

    /** The line with the figures of the last line; null where it names none. */
    @Nullable
    AuditedLine migrated() {
        return last == null ? null : line(last.figuresLine());
    }

    private boolean read() {
        boolean all = true;
        for (StoredRow row : user.lines()) {
            try {
                lines.add(AuditedLine.of(definition, row));
            } catch (UnreadableException e) {
                found(Check.UNREADABLE, String.valueOf(e.getMessage()));
                all = false;
            }
        }
        if (user.holding() != null && user.holding().unreadable() != null) {
            found(Check.UNREADABLE, user.holding().unreadable());
            all = false;
        }
        if (user.entries().stream().anyMatch(entries -> entries.amount() == null)) {
            found(Check.UNREADABLE, "the amounts of entries are no numbers");
            all = false;
        }
        return all;
    }

    private @Nullable AuditedLine line(int number) {
        return lines.stream()
                .filter(line -> line.number() == number)
                .findFirst()
                .orElse(null);
    }

    private void numbers() {
        Evidence.Numbers numbers = user.numbers();
        if (numbers.count() != numbers.last()) {
            found(
                    Check.LINES,
                    "there are " + numbers.count() + " lines, and the last has the number " + numbers.last());
        }
        List<Integer> marked = last == null ? List.of() : List.of(last.number());
        if (!numbers.marked().equals(marked)) {
            found(Check.LINES, "the last line is " + marked + ", marked as the last are " + numbers.marked());
        }
        if (lines.isEmpty() && !user.entries().isEmpty()) {
            found(
                    Check.LINES,
                    "there are "
                            + user.entries().stream().mapToLong(Entries::count).sum() + " entries, and no line");
        }
    }

    private void succession(@Nullable AuditedLine before, AuditedLine line) {
        MigrationStatus was = before == null ? MigrationStatus.PENDING : before.status();
        int attempt = before == null ? 1 : before.attempt();
        boolean open = was == MigrationStatus.PENDING || was == MigrationStatus.FAILED;
        boolean follows = switch (line.kind()) {
            case MIGRATED, FAILED -> open && line.attempt() == attempt;
            case ROLLED_BACK, CAUGHT_UP -> was == MigrationStatus.COMPLETED && line.attempt() == attempt;
            case REOPENED -> was == MigrationStatus.ROLLED_BACK && line.attempt() == attempt + 1;
            case RECONCILED -> line.attempt() == attempt;
        };
        MigrationStatus status = switch (line.kind()) {
            case MIGRATED, CAUGHT_UP -> MigrationStatus.COMPLETED;
            case FAILED -> MigrationStatus.FAILED;
            case ROLLED_BACK -> MigrationStatus.ROLLED_BACK;
            case REOPENED -> MigrationStatus.PENDING;
            case RECONCILED -> line.status() == MigrationStatus.COMPLETED ? line.status() : MigrationStatus.ROLLED_BACK;
        };
        if (!follows) {
            found(Check.ATTEMPTS, line.words() + " follows " + (before == null ? "nothing" : before.words()));
        } else if (line.status() != status) {
            found(Check.STANDING, line.words() + " leaves the user " + line.status() + ", not " + status);
        }
    }

    /** What a line carries is what the lines before it say. */
    private void standing(@Nullable AuditedLine before, AuditedLine line) {
        BigDecimal consumed = before == null ? BigDecimal.ZERO : before.consumed();
        long copied = before == null ? 0 : before.copied();
        int figuresLine = before == null ? 0 : before.figuresLine();
        if (line.kind() == Kind.ROLLED_BACK && !definition.converts()) {
            AuditedLine migrated = line(line.figuresLine());
            consumed = consumed.add(migrated == null ? BigDecimal.ZERO : migrated.added())
                    .add(line.added());
        }
        if (line.kind() == Kind.RECONCILED && before != null && before.status() == MigrationStatus.COMPLETED) {
            AuditedLine migrated = line(before.figuresLine());
            consumed = consumed.add(migrated == null ? BigDecimal.ZERO : migrated.granted());
        }
        int figures = switch (line.kind()) {
            case MIGRATED -> line.number();
            case FAILED, REOPENED, RECONCILED -> 0;
            case ROLLED_BACK, CAUGHT_UP -> figuresLine;
        };
        if (line.figuresLine() != figures) {
            found(Check.STANDING, line.words() + " has the figures of line " + line.figuresLine() + ", not " + figures);
        }
        if (!equal(line.consumed(), consumed)) {
            found(
                    Check.STANDING,
                    line.words() + " says " + words(line.consumed()) + " consumed in attempts rolled back, the lines"
                            + " before it say " + words(consumed));
        }
        boolean follows = switch (line.kind()) {
            case MIGRATED -> line.copied() >= copied;
            case CAUGHT_UP -> line.copied() > copied;
            case FAILED, ROLLED_BACK, REOPENED, RECONCILED -> line.copied() == copied;
        };
        if (!follows) {
            found(
                    Check.STANDING,
                    line.words() + " says " + line.copied() + " operations copied, the lines before it say " + copied);
        }
        boolean migrates = line.kind() == Kind.MIGRATED;
        if (line.rollbackData() != migrates) {
            found(
                    Check.STANDING,
                    line.words() + (migrates ? " has no rollback data" : " has rollback data, as only MIGRATED has"));
        }
    }

    private void amounts(AuditedLine line) {
        BigDecimal granted = line.kind() == Kind.MIGRATED && !definition.converts() ? line.added() : BigDecimal.ZERO;
        if (!equal(line.granted(), granted)) {
            found(
                    Check.AMOUNTS,
                    line.words() + " says " + words(line.granted()) + " granted, and goes from "
                            + words(line.oldCredits()) + " to " + words(line.newCredits()));
        }
        BigDecimal allocated = allocated(line);
        if (allocated != null && !equal(line.granted(), allocated)) {
            found(
                    Check.AMOUNTS,
                    line.words() + " says " + words(line.granted()) + " granted, and the policy allocates "
                            + words(allocated) + " for its usage");
        }
        if (definition.converts() && line.oldRate() != null && line.newRate() != null) {
            rates(line);
        }
        String wrong = terms.conservation().wrong(line, line(line.figuresLine()));
        if (wrong != null) {
            found(Check.CONSERVATION, line.words() + ": " + wrong);
        }
    }

    /** The built-in grant for the usage of the line, less what was consumed before; null for other policies. */
    private @Nullable BigDecimal allocated(AuditedLine line) {
        if (line.kind() != Kind.MIGRATED || line.usage() == null) {
            return null;
        }
        BigDecimal allocated =
                definition.allocated(line.usage().operations(), line.usage().days());
        return allocated == null ? null : allocated.subtract(line.consumed()).max(BigDecimal.ZERO);
    }

    /** The rates of a line are the definition's; a user who skipped an earlier conversion had a rate that another one names. */
    private void rates(AuditedLine line) {
        boolean back = line.kind() == Kind.ROLLED_BACK;
        BigDecimal before = back ? line.newRate() : line.oldRate();
        BigDecimal after = back ? line.oldRate() : line.newRate();
        BigDecimal expected = definition.newRate();
        AuditedLine migrated = back ? line(line.figuresLine()) : null;
        boolean known = terms.rates().stream().anyMatch(rate -> equal(rate, before));
        boolean same = migrated == null || equal(migrated.oldRate(), before);
        if (!equal(after, expected) || !known || !same) {
            found(
                    Check.RATES,
                    line.words() + " is at the rates " + words(line.oldRate()) + " and " + words(line.newRate())
                            + ", the migration's new rate is " + words(expected) + ", the rates of definitions are "
                            + terms.rates().stream()
                                    .map(UserAudit::words)
                                    .sorted()
                                    .toList());
        }
    }

    private void entries() {
        boolean grants = !definition.converts();
        for (AuditedLine line : lines) {
            boolean enters = grants && (line.kind() == Kind.MIGRATED || line.kind() == Kind.ROLLED_BACK);
            Evidence.Kind kind = line.kind() == Kind.MIGRATED ? Evidence.Kind.GRANT : Evidence.Kind.REVERSAL;
            BigDecimal amount = line.added();
            Entries entered = entered(line.attempt(), kind);
            if (enters && (entered == null || entered.count() != 1 || !equal(entered.amount(), amount))) {
                found(
                        Check.ENTRIES,
                        line.words() + " by " + words(amount) + " has "
                                + (entered == null
                                        ? "no entry"
                                        : entered.count() + " entries of " + words(entered.amount())));
            }
        }
        for (Entries entered : user.entries()) {
            Kind kind = entered.kind() == Evidence.Kind.REVERSAL ? Kind.ROLLED_BACK : Kind.MIGRATED;
            boolean expected = grants
                    && lines.stream().anyMatch(line -> line.kind() == kind && line.attempt() == entered.attempt());
            if (!expected) {
                found(
                        Check.ENTRIES,
                        entered.count() + " entries " + entered.kind() + " of " + words(entered.amount())
                                + " in attempt " + entered.attempt() + " have no line in the journal");
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
                amount = amount.add(orZero(entered.amount()));
            }
        }
        long recorded = last == null ? count : last.copied();
        if (count != recorded || operations != count || amount.signum() != 0) {
            found(
                    Check.HISTORY,
                    "the journal says " + recorded + " operations, the history has " + count + " entries of "
                            + operations + " operations at " + words(amount) + " credits");
        }
        if (user.strays().ofOthers() > 0) {
            found(Check.HISTORY, user.strays().ofOthers() + " entries are of operations that other users made");
        }
        if (user.strays().unknown() > 0) {
            found(
                    Check.HISTORY,
                    user.strays().unknown() + " entries name operations that the host does not have, at the times of"
                            + " operations that have no entry");
        }
    }

    private void marker() {
        Holding holding = user.holding();
        if (holding == null || last == null) {
            return;
        }
        boolean atOtherUnit = isAtOtherUnit(holding);
        anotherPerson(holding);
        if (hasGoneOn(holding) || !(isSettled(last) || isBack())) {
            return;
        }
        boolean completed = last.status() == MigrationStatus.COMPLETED;
        if (holding.flagged() != null && completed != holding.flagged() && !isNewcomer(holding) && !atOtherUnit) {
            found(
                    Check.OUT_OF_STEP,
                    "the user is " + last.status() + ", the marker says " + (holding.flagged() ? "" : "not ")
                            + "migrated");
        }
        if (completed && !holding.changed().isEmpty()) {
            found(Check.CAPTURED, "not as the migration left it: " + String.join(", ", holding.changed()));
        }
    }

    /** Whether the row names another unit than the last unit line left, which is told. */
    private boolean isAtOtherUnit(Holding holding) {
        UnitLine line = definition.converts() ? holding.unitLine() : null;
        if (line == null
                || line.unit() == null
                || !terms.ratesMapped()
                || equal(line.unit().perCredit(), holding.rate())) {
            return false;
        }
        found(
                Check.OUT_OF_STEP,
                "the balance is at the rate " + words(holding.rate()) + ", the last line of a conversion left it at "
                        + words(line.unit().perCredit()));
        return true;
    }

    /** The user is still the one that the last unit line speaks of. */
    private void anotherPerson(Holding holding) {
        UnitLine line = holding.unitLine();
        Instant written = !definition.converts() ? settledAt() : line == null ? null : line.at();
        if (written != null
                && holding.registeredAt() != null
                && holding.registeredAt().isAfter(written.plus(REGISTRATION_SLACK))) {
            found(
                    Check.OUT_OF_STEP,
                    "the user registered at " + holding.registeredAt() + ", after the journal's act of " + written
                            + ": another person has the id now");
        }
    }

    /** When a grant, its rollback or a reconciliation was written last; null where none was. */
    private @Nullable Instant settledAt() {
        return lines.stream()
                .filter(line -> line.kind() == Kind.MIGRATED
                        || line.kind() == Kind.ROLLED_BACK
                        || line.kind() == Kind.RECONCILED)
                .reduce((earlier, later) -> later)
                .map(AuditedLine::at)
                .orElse(null);
    }

    /** A newcomer's row is in the new unit whatever the flag says. */
    private boolean isNewcomer(Holding holding) {
        return definition.converts()
                && holding.registeredAt() != null
                && !holding.registeredAt().isBefore(definition.newcomersFrom());
    }

    /** Whether another conversion has left the balance in another unit since. */
    private boolean hasGoneOn(Holding holding) {
        UnitLine line = holding.unitLine();
        return line != null
                && line.isNew()
                && !line.migrationId().equals(definition.id())
                && (definition.converts() || (last != null && line.number() > last.number()));
    }

    private void entrySum() {
        Holding holding = user.holding();
        AuditedLine first = lines.stream()
                .filter(line -> line.kind() == Kind.MIGRATED)
                .findFirst()
                .orElse(null);
        if (holding == null || holding.writes() == null || first == null || user.entriesOfOthers() > 0) {
            return;
        }
        long count = 0;
        BigDecimal sum = orZero(first.oldCredits());
        for (Entries entered : user.entries()) {
            if (entered.kind() != Evidence.Kind.OPERATION) {
                count += entered.count();
                sum = sum.add(orZero(entered.amount()));
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

    /** Whether the line that wrote the balance last rolled it back, whatever was written since. */
    private boolean isBack() {
        return lines.stream()
                .map(AuditedLine::kind)
                .filter(kind -> kind == Kind.MIGRATED || kind == Kind.ROLLED_BACK)
                .reduce((earlier, later) -> later)
                .filter(kind -> kind == Kind.ROLLED_BACK)
                .isPresent();
    }

    private static boolean isSettled(AuditedLine line) {
        return line.status() == MigrationStatus.COMPLETED || line.status() == MigrationStatus.ROLLED_BACK;
    }

    static boolean equal(@Nullable BigDecimal one, @Nullable BigDecimal other) {
        return (one == null) == (other == null) && (one == null || other == null || one.compareTo(other) == 0);
    }

    static String words(@Nullable BigDecimal amount) {
        return amount == null ? "none" : amount.stripTrailingZeros().toPlainString();
    }

    static String words(@Nullable BigDecimal credits, @Nullable BigDecimal rate) {
        return words(credits) + (rate == null ? "" : " at " + words(rate));
    }
}
