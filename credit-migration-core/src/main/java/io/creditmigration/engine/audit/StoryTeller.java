package io.creditmigration.engine.audit;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import io.creditmigration.JournalLine.Figures;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.Migration;
import io.creditmigration.MigrationStatus;
import io.creditmigration.UserStory;
import io.creditmigration.UserStory.Step;
import io.creditmigration.UserStory.What;
import io.creditmigration.engine.Reasons;
import io.creditmigration.engine.audit.AuditedLine.UnreadableException;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.StoredRow;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells from journal and entries what happened to a user. */
public final class StoryTeller {

    private final Migration migration;
    private final Reasons reasons;

    /** Tells of users in this migration. */
    public StoryTeller(Migration migration) {
        this.migration = migration;
        this.reasons = new Reasons(migration);
    }

    /** What happened to the user whom this evidence is of. */
    public UserStory story(Evidence user) {
        List<Step> steps = new ArrayList<>();
        List<Evidence.Entries> entered = new ArrayList<>(user.entries());
        entered.sort(Comparator.comparing(Evidence.Entries::attempt).thenComparing(Evidence.Entries::kind));
        AuditedLine last = null;
        for (StoredRow row : user.lines()) {
            try {
                AuditedLine line = AuditedLine.of(AuditedDefinition.of(migration), row);
                steps.add(new Step(line.at(), line.attempt(), what(line), words(line)));
                addEntries(steps, entered, line);
                last = line;
            } catch (UnreadableException e) {
                steps.add(new Step(Instant.EPOCH, 0, What.STANDS, "Cannot be read: " + e.getMessage()));
            }
        }
        for (Evidence.Entries left : entered) {
            steps.add(new Step(left.lastAt(), left.attempt(), What.ENTERED, words(left)));
        }
        if (last != null) {
            steps.add(new Step(last.at(), last.attempt(), What.STANDS, standing(last, user)));
        }
        return new UserStory(migration.id(), user.userId(), steps);
    }

    /** Tells a line's entries after it: operations are older than the migration that entered them, and belong to it. */
    private static void addEntries(List<Step> steps, List<Evidence.Entries> entered, AuditedLine line) {
        for (Evidence.Entries entries : List.copyOf(entered)) {
            Kind by = entries.kind() == Evidence.Kind.REVERSAL ? Kind.ROLLED_BACK : Kind.MIGRATED;
            if (line.kind() == by && line.attempt() == entries.attempt()) {
                Instant at = entries.kind() == Evidence.Kind.OPERATION ? line.at() : entries.lastAt();
                steps.add(new Step(at, entries.attempt(), What.ENTERED, words(entries)));
                entered.remove(entries);
            }
        }
    }

    private static What what(AuditedLine line) {
        return switch (line.kind()) {
            case MIGRATED -> What.MIGRATED;
            case FAILED -> What.FAILED;
            case ROLLED_BACK -> What.ROLLED_BACK;
            case REOPENED -> What.REOPENED;
            case CAUGHT_UP -> What.CAUGHT_UP;
            case RECONCILED -> What.RECONCILED;
        };
    }

    private String words(AuditedLine line) {
        String by = " by " + line.actor() + " (" + line.trigger() + ")";
        String why = line.reason() == null ? "" : ": " + line.reason();
        return switch (line.kind()) {
            case MIGRATED -> moved(line, "migrated to ") + by + because(reason(line));
            case ROLLED_BACK -> moved(line, "rolled back to ") + by + why;
            case REOPENED -> "Reopened for attempt " + line.attempt() + by + why;
            case CAUGHT_UP -> "Copied operations that came late, " + line.copied() + " in all" + by;
            case RECONCILED -> "Reconciled to " + line.status() + by + why;
            case FAILED -> "Failed" + by + ": " + line.error();
        };
    }

    private static String because(@Nullable String reason) {
        return reason == null ? "" : ": " + reason;
    }

    private static String moved(AuditedLine line, String how) {
        String residual = line.residual().signum() == 0 ? "" : ", leaving over " + plain(line.residual());
        return "Had " + credits(line.oldCredits(), line.oldRate()) + "; " + how
                + credits(line.newCredits(), line.newRate()) + residual;
    }

    private static String words(Evidence.Entries entered) {
        return switch (entered.kind()) {
            case OPERATION ->
                entered.count() + " operations entered into the history at "
                        + amount(entered) + " credits, made from " + entered.firstAt() + " to "
                        + entered.lastAt();
            case GRANT -> "Entered a grant of " + amount(entered) + " credits";
            case REVERSAL -> "Entered a reversal of " + amount(entered) + " credits";
        };
    }

    private static String standing(AuditedLine last, Evidence user) {
        String history = last.copied() == 0 ? "" : ", " + last.copied() + " operations in the history";
        String since = last.status() + " since then, attempt " + last.attempt();
        Evidence.Holding holding = user.holding();
        String now = holding == null
                ? "; the host does not have the user any more"
                : "; has "
                        + (holding.balance() == null && holding.unreadable() != null
                                ? "a balance that cannot be read"
                                : credits(holding.balance(), null))
                        + " now"
                        + (Boolean.FALSE.equals(holding.active()) ? ", on an inactive account" : "");
        return last.status() == MigrationStatus.FAILED ? "Works on under the old regime" + now : since + history + now;
    }

    private static String amount(Evidence.Entries entered) {
        return entered.amount() == null ? "unreadable" : plain(entered.amount());
    }

    private static String credits(@Nullable BigDecimal credits, @Nullable BigDecimal rate) {
        return (credits == null ? "no balance" : plain(credits) + " credits")
                + (rate == null ? "" : " at " + plain(rate));
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    /** The reason that is stored, or the built-in policy's; null where there is none. */
    @Nullable
    String reason(AuditedLine line) {
        if (line.reason() != null) {
            return line.reason();
        }
        try {
            Figures figures = new Figures(
                    line.oldCredits() == null ? null : Credits.of(line.oldCredits()),
                    null,
                    line.oldRate() == null ? null : CreditRate.of(line.oldRate()),
                    null,
                    Credits.ZERO,
                    line.usage(),
                    null);
            return reasons.rendered(figures, Credits.of(line.consumed()));
        } catch (InvalidValueException e) {
            return null;
        }
    }
}
