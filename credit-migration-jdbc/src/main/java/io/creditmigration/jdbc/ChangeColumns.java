package io.creditmigration.jdbc;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.JournalLine.Figures;
import io.creditmigration.Migration;
import io.creditmigration.spi.UserChange;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The columns that a change gives the journal, named once for all ways of writing them. What the column's NULL says is left
 * NULL.
 */
final class ChangeColumns {

    /** A change of a migration. */
    record Change(Migration migration, UserChange change) {

        JournalLine line() {
            return change.line();
        }

        @Nullable
        Figures figures() {
            return change.line().figures();
        }

        @Nullable
        CreditRate definedOldRate() {
            return definedRate(line().kind() == JournalLine.Kind.ROLLED_BACK);
        }

        @Nullable
        CreditRate definedNewRate() {
            return definedRate(line().kind() != JournalLine.Kind.ROLLED_BACK);
        }

        private @Nullable CreditRate definedRate(boolean isNew) {
            return migration
                    .conversion()
                    .map(conversion -> isNew ? conversion.newRate() : conversion.oldRate())
                    .orElse(null);
        }
    }

    /** One column: its name in statements, its type on PostgreSQL, and its value for a change. */
    record Input(String name, String type, Function<Change, @Nullable Object> value) {}

    /** Of every line, but for what the store counts and for the numbers of migration and run. */
    static final List<Input> JOURNAL = List.of(
            new Input("user_id", "text", change -> change.line().userId()),
            new Input("line", "int4", change -> change.line().number()),
            new Input("at", "timestamptz", change -> change.line().at()),
            new Input("attempt", "int2", change -> change.line().attempt()),
            new Input("kind", "text", change -> Codes.of(change.line().kind())),
            new Input("status", "text", change -> Codes.of(change.line().status())),
            new Input("cause", "text", change -> Codes.of(change.line().trigger())),
            new Input("old_credits", "numeric", change -> amount(change.line().oldCredits())),
            new Input("new_credits", "numeric", change -> amount(change.line().newCredits())),
            new Input("host_state", "text", ChangeColumns::hostState),
            new Input("figures_line", "int4", ChangeColumns::figuresLine),
            new Input("granted", "numeric", ChangeColumns::granted),
            new Input(
                    "consumed",
                    "numeric",
                    change -> positive(change.line().standing().consumed())),
            new Input(
                    "copied_before", "int8", change -> change.line().standing().copied()),
            new Input("operations", "int8", ChangeColumns::operations),
            new Input("days", "int2", ChangeColumns::days),
            new Input("old_rate", "numeric", change -> unlike(change.line().oldRate(), change.definedOldRate())),
            new Input("new_rate", "numeric", change -> unlike(change.line().newRate(), change.definedNewRate())),
            new Input(
                    "actor_kind",
                    "text",
                    change -> isAutomatic(change)
                            ? null
                            : Codes.of(change.line().actor().kind())),
            new Input(
                    "actor",
                    "text",
                    change -> isAutomatic(change) ? null : change.line().actor().name()),
            new Input("reason", "text", change -> change.line().reason()),
            new Input("error", "text", change -> change.line().error()));

    private ChangeColumns() {}

    static @Nullable BigDecimal amount(@Nullable Credits credits) {
        return credits == null ? null : credits.amount();
    }

    static @Nullable BigDecimal rate(@Nullable CreditRate rate) {
        return rate == null ? null : rate.perCredit();
    }

    private static boolean isAutomatic(Change change) {
        return change.line().actor().equals(change.line().trigger().automatic());
    }

    private static @Nullable Object hostState(Change change) {
        return change.figures() == null ? null : change.figures().hostState();
    }

    private static @Nullable Object figuresLine(Change change) {
        int line = change.line().standing().figuresLine();
        return line == 0 || line == change.line().number() ? null : line;
    }

    private static @Nullable Object granted(Change change) {
        return change.figures() == null ? null : positive(change.figures().granted());
    }

    private static @Nullable Object operations(Change change) {
        return change.figures() == null || change.figures().usage() == null
                ? null
                : change.figures().usage().operations();
    }

    private static @Nullable Object days(Change change) {
        return change.figures() == null || change.figures().usage() == null
                ? null
                : change.figures().usage().days();
    }

    private static @Nullable BigDecimal positive(Credits credits) {
        return credits.signum() == 0 ? null : credits.amount();
    }

    private static @Nullable BigDecimal unlike(@Nullable CreditRate rate, @Nullable CreditRate defined) {
        return rate == null || rate.equals(defined) ? null : rate.perCredit();
    }
}
