package io.creditmigration;

import io.creditmigration.AuditedLine.UnreadableException;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.StoredRow;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one user in one migration, from journal and entries, in the order of the journal's lines: what they
 * had, what was decided and why, what was written, and by whom. For operators: it quotes reasons and error messages. Immutable.
 *
 * @param migrationId the migration
 * @param userId the user, as stored
 * @param steps what happened, the first line first; empty where nothing has. Times may go back, where one node's clock is behind
 *     another's
 */
public record UserStory(String migrationId, String userId, List<Step> steps) {

    /**
     * One thing that happened.
     *
     * @param at when
     * @param attempt in which attempt
     * @param what of which kind it is
     * @param words told in a sentence or two
     */
    public record Step(Instant at, int attempt, What what, String words) {}

    /** Kinds of steps. */
    public enum What {
        /** An operator allowed a new attempt. */
        REOPENED,
        /** What the user had, what was decided, why and by whom. */
        MIGRATED,
        /** The user was rolled back. */
        ROLLED_BACK,
        /** Entries of the credit history. */
        ENTERED,
        /** Operations that came late entered the credit history. */
        CAUGHT_UP,
        /** The journal was made to follow the user's row. */
        RECONCILED,
        /** The attempt failed. */
        FAILED,
        /** Where the user stands. */
        STANDS
    }

    /** Copies the list. */
    public UserStory {
        steps = List.copyOf(steps);
    }

    static UserStory of(Migration migration, Evidence user) {
        List<Step> steps = new ArrayList<>();
        List<Evidence.Entries> entered = new ArrayList<>(user.entries());
        entered.sort(Comparator.comparing(Evidence.Entries::attempt).thenComparing(Evidence.Entries::kind));
        AuditedLine last = null;
        Reasons reasons = new Reasons(migration);
        for (StoredRow row : user.lines()) {
            try {
                AuditedLine line = AuditedLine.of(migration, row);
                steps.add(new Step(line.at(), line.attempt(), what(line), words(line, reasons)));
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

    /** The steps as lines of text, each with its time. */
    public String text() {
        StringBuilder text = new StringBuilder("User " + userId + " in migration " + migrationId + "\n");
        for (Step step : steps) {
            text.append(step.at())
                    .append("  attempt ")
                    .append(step.attempt())
                    .append("  ")
                    .append(step.words())
                    .append('\n');
        }
        return steps.isEmpty() ? text.append("Nothing has happened.\n").toString() : text.toString();
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

    private static String words(AuditedLine line, Reasons reasons) {
        String by = " by " + line.actor() + " (" + line.trigger() + ")";
        String why = line.reason() == null ? "" : ": " + line.reason();
        return switch (line.kind()) {
            case MIGRATED -> moved(line, "migrated to ") + by + because(reasons.render(line));
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
}
