package io.creditmigration.testkit;

import io.creditmigration.Actor;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.JournalLine.Figures;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.JournalLine.Standing;
import io.creditmigration.Migration;
import io.creditmigration.MigrationRun;
import io.creditmigration.RateConversion;
import io.creditmigration.Tally;
import io.creditmigration.spi.JournalColumn;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.StoredRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the store in memory keeps, as the rows that a seal covers: in the form that {@link StoredRow} says, without what is NULL
 * by {@link JournalColumn}.
 */
final class StoredRows {

    private StoredRows() {}

    static StoredRow row(StoredDefinition definition) {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("id", definition.id());
        columns.put("fingerprint", definition.fingerprint());
        columns.put("cut_off", StoredRow.text(definition.schedule().cutOff()));
        columns.put("newcomers_from", StoredRow.text(definition.schedule().newcomersFrom()));
        columns.put("begins_at", StoredRow.text(definition.schedule().beginsAt()));
        put(columns, "follows", definition.follows());
        put(columns, "beside", definition.beside());
        put(columns, "old_rates", rates(definition.oldRates()));
        put(columns, "new_rate", text(definition.newRate()));
        return new StoredRow(new StoredRow.Key(StoredRow.Kind.DEFINITION, definition.id(), 0), columns);
    }

    static StoredRow row(MigrationRun run) {
        Tally tally = run.tally();
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("scope", run.scope().name());
        put(columns, "stage", run.stage() == null ? null : run.stage().toString());
        columns.put("users", String.valueOf(run.progress().users()));
        columns.put("opened_by_kind", run.openedBy().kind().name());
        columns.put("opened_by", run.openedBy().name());
        columns.put("opened_for", run.openedFor());
        columns.put("started_at", StoredRow.text(run.progress().startedAt()));
        columns.put("outcomes", StoredRow.outcomes(tally));
        columns.put("credits_before", StoredRow.text(tally.creditsBefore()));
        columns.put("credits_after", StoredRow.text(tally.creditsAfter()));
        columns.put("granted", StoredRow.text(tally.granted()));
        columns.put("withdrawn", StoredRow.text(tally.withdrawn()));
        columns.put("residual", StoredRow.text(tally.residual()));
        return new StoredRow(new StoredRow.Key(StoredRow.Kind.RUN, run.id(), 0), columns);
    }

    static StoredRow row(Migration migration, StoredLine stored) {
        JournalLine line = stored.line();
        Standing standing = line.standing();
        Figures figures = line.figures();
        Map<String, String> columns = new LinkedHashMap<>();
        put(columns, JournalColumn.AT, StoredRow.text(line.at()));
        put(columns, JournalColumn.RUN, stored.runId());
        put(columns, JournalColumn.ATTEMPT, String.valueOf(standing.attempt()));
        put(columns, JournalColumn.KIND, line.kind().name());
        put(columns, JournalColumn.STATUS, standing.status().name());
        put(columns, JournalColumn.CAUSE, line.trigger().name());
        put(columns, JournalColumn.OLD_CREDITS, text(line.oldCredits()));
        put(columns, JournalColumn.NEW_CREDITS, text(line.newCredits()));
        put(columns, JournalColumn.HOST_STATE, figures == null ? null : figures.hostState());
        int usualFigures = line.kind() == Kind.MIGRATED ? line.number() : 0;
        put(columns, JournalColumn.FIGURES_LINE, unless(usualFigures, standing.figuresLine()));
        put(columns, JournalColumn.GRANTED, figures == null ? null : unlessZero(figures.granted()));
        put(columns, JournalColumn.CONSUMED, unlessZero(standing.consumed()));
        put(columns, JournalColumn.COPIED, unless(0, standing.copied()));
        if (figures != null && figures.usage() != null) {
            put(
                    columns,
                    JournalColumn.OPERATIONS,
                    String.valueOf(figures.usage().operations()));
            put(columns, JournalColumn.DAYS, String.valueOf(figures.usage().days()));
        }
        CreditRate from = migration.conversion().map(RateConversion::oldRate).orElse(null);
        CreditRate to = migration.conversion().map(RateConversion::newRate).orElse(null);
        boolean back = line.kind() == Kind.ROLLED_BACK;
        put(columns, JournalColumn.OLD_RATE, unless(text(back ? to : from), text(line.oldRate())));
        put(columns, JournalColumn.NEW_RATE, unless(text(back ? from : to), text(line.newRate())));
        if (!line.actor().equals(line.trigger().automatic())) {
            Actor actor = line.actor();
            put(columns, JournalColumn.ACTOR_KIND, actor.kind().name());
            put(columns, JournalColumn.ACTOR, actor.name());
        }
        put(columns, JournalColumn.REASON, line.reason());
        put(columns, JournalColumn.ERROR, line.error());
        return new StoredRow(new StoredRow.Key(StoredRow.Kind.LINE, line.userId(), line.number()), columns);
    }

    /** With spaces between them; null for none. */
    private static @Nullable String rates(List<CreditRate> rates) {
        return rates.isEmpty()
                ? null
                : rates.stream().map(rate -> StoredRow.text(rate.perCredit())).collect(Collectors.joining(" "));
    }

    private static void put(Map<String, String> columns, JournalColumn column, @Nullable String value) {
        put(columns, column.columnName(), value);
    }

    private static void put(Map<String, String> columns, String column, @Nullable String value) {
        if (value != null) {
            columns.put(column, value);
        }
    }

    /** Null where the value is what NULL stands for. */
    private static @Nullable String unless(@Nullable String usual, @Nullable String value) {
        return value == null || value.equals(usual) ? null : value;
    }

    private static @Nullable String unless(long usual, long value) {
        return unless(String.valueOf(usual), String.valueOf(value));
    }

    private static @Nullable String unlessZero(Credits credits) {
        return unless(text(Credits.ZERO), text(credits));
    }

    private static @Nullable String text(@Nullable Credits credits) {
        return credits == null ? null : StoredRow.text(credits.amount());
    }

    private static @Nullable String text(@Nullable CreditRate rate) {
        return rate == null ? null : StoredRow.text(rate.perCredit());
    }
}
