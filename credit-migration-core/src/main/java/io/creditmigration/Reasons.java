package io.creditmigration;

import io.creditmigration.JournalLine.Figures;
import org.jspecify.annotations.Nullable;

/**
 * The words that say why a user got what the journal has. A built-in policy gives them again from the figures of the line, so
 * they are not kept; any other reason is.
 */
final class Reasons {

    private final Migration migration;

    Reasons(Migration migration) {
        this.migration = migration;
    }

    /** What is to be kept of this reason: null where the figures give it again. */
    @Nullable
    String kept(Figures figures, Credits consumed, String reason) {
        return reason.equals(rendered(figures, consumed)) ? null : reason;
    }

    /** The line with its reason in words, where it has one. */
    JournalLine render(JournalLine line) {
        Figures figures = line.figures();
        String rendered = line.kind() != JournalLine.Kind.MIGRATED || line.reason() != null || figures == null
                ? null
                : rendered(figures, line.standing().consumed());
        return rendered == null ? line : line.withReason(rendered);
    }

    /** The reason with what was deducted from a grant. */
    static String lessConsumed(String reason, Credits consumed) {
        String less = ", less " + consumed + " consumed in earlier attempts";
        return Decider.cut(reason, Allocation.REASON_LENGTH_MAX - less.length()) + less;
    }

    /** The policy's reason, then what the person said who confirmed; the latter is kept whole. */
    static String withWords(String reason, @Nullable String words) {
        if (words == null) {
            return reason;
        }
        int room = Allocation.REASON_LENGTH_MAX - words.length() - 2;
        return room <= 0 ? words : Decider.cut(reason, room) + "; " + words;
    }

    /** The same for a line as it is stored. */
    @Nullable
    String render(AuditedLine line) {
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
            return rendered(figures, Credits.of(line.consumed()));
        } catch (InvalidValueException e) {
            return null;
        }
    }

    /** Null where the policy is not built in, or cannot say it from these figures. */
    private @Nullable String rendered(Figures figures, Credits consumed) {
        CreditPolicy policy = migration.policy();
        if (!(policy instanceof RateConversion || policy instanceof UsageTiers)) {
            return null;
        }
        UserSnapshot user = UserSnapshot.of("-")
                .withCredits(figures.oldCredits())
                .withRate(figures.oldRate())
                .withUsage(figures.usage() == null ? Usage.NONE : figures.usage());
        try {
            String reason = policy.allocate(user).reason();
            return consumed.signum() == 0 || policy instanceof RateConversion ? reason : lessConsumed(reason, consumed);
        } catch (InvalidValueException | ArithmeticException e) {
            return null;
        }
    }
}
