package io.creditmigration.engine;

import io.creditmigration.Allocation;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import io.creditmigration.JournalLine;
import io.creditmigration.JournalLine.Figures;
import io.creditmigration.Migration;
import io.creditmigration.RateConversion;
import io.creditmigration.Usage;
import io.creditmigration.UsageTiers;
import io.creditmigration.UserSnapshot;
import io.creditmigration.internal.Texts;
import org.jspecify.annotations.Nullable;

/**
 * The reasons for what users got. The reason of a built-in policy follows from the figures of a line, so it is not stored; any
 * other reason is.
 */
public final class Reasons {

    private final Migration migration;

    /** The reasons of this migration's policy. */
    public Reasons(Migration migration) {
        this.migration = migration;
    }

    /** The reason if it has to be stored; null if it follows from the figures. */
    public @Nullable String toStore(Figures figures, Credits consumed, String reason) {
        return reason.equals(rendered(figures, consumed)) ? null : reason;
    }

    /** The line with its reason, if it has one. */
    public JournalLine render(JournalLine line) {
        Figures figures = line.figures();
        String rendered = line.kind() != JournalLine.Kind.MIGRATED || line.reason() != null || figures == null
                ? null
                : rendered(figures, line.standing().consumed());
        return rendered == null ? line : with(line, rendered);
    }

    /** The reason with what was deducted from a grant. */
    public static String lessConsumed(String reason, Credits consumed) {
        String less = ", less " + consumed + " consumed in earlier attempts";
        return Texts.truncate(reason, Allocation.REASON_LENGTH_MAX - less.length()) + less;
    }

    /** The policy's reason, then what the person said who confirmed; the latter is kept whole. */
    public static String withWords(String reason, @Nullable String words) {
        if (words == null) {
            return reason;
        }
        int room = Allocation.REASON_LENGTH_MAX - words.length() - 2;
        return room <= 0 ? words : Texts.truncate(reason, room) + "; " + words;
    }

    private static JournalLine with(JournalLine line, String reason) {
        return new JournalLine(
                line.migrationId(),
                line.userId(),
                line.number(),
                line.kind(),
                line.trigger(),
                line.actor(),
                line.at(),
                line.standing(),
                line.figures(),
                reason,
                line.error());
    }

    /** The built-in policy's reason for these figures; null if the policy is not built in, or cannot tell from them. */
    public @Nullable String rendered(Figures figures, Credits consumed) {
        try {
            if (migration.policy() instanceof RateConversion conversion) {
                Credits old = figures.oldCredits();
                CreditRate from = figures.oldRate();
                return old == null || from == null ? null : conversion.reason(old, from);
            }
            if (migration.policy() instanceof UsageTiers tiers) {
                Usage usage = figures.usage() == null ? Usage.NONE : figures.usage();
                String reason =
                        tiers.allocate(UserSnapshot.of("-").withUsage(usage)).reason();
                return consumed.signum() == 0 ? reason : lessConsumed(reason, consumed);
            }
            return null;
        } catch (InvalidValueException | ArithmeticException e) {
            return null;
        }
    }
}
