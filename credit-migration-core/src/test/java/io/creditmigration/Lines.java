package io.creditmigration;

import static io.creditmigration.Fixture.NOW;

import io.creditmigration.JournalLine.Figures;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.JournalLine.Standing;
import org.jspecify.annotations.Nullable;

/** Ann's lines of the journal, as a store would have kept them. */
public final class Lines {

    private Lines() {}

    /** Where Ann stands after it, with nothing consumed and nothing copied. */
    public static Standing standing(MigrationStatus status, int attempt, int figuresLine) {
        return new Standing(status, attempt, Credits.ZERO, 0, figuresLine);
    }

    /** What an operator wrote, in the journal of the migration. */
    public static JournalLine line(
            String migrationId, int number, Kind kind, Standing standing, @Nullable Figures figures) {
        return new JournalLine(
                migrationId,
                "ann",
                number,
                kind,
                Trigger.OPERATOR,
                Trigger.OPERATOR.automatic(),
                NOW,
                standing,
                figures,
                null,
                kind == Kind.FAILED ? "no idea" : null);
    }

    /** Balances of an act that grants nothing. */
    public static Figures figures(
            @Nullable Credits oldCredits,
            @Nullable Credits newCredits,
            @Nullable CreditRate oldRate,
            @Nullable CreditRate newRate) {
        return new Figures(oldCredits, newCredits, oldRate, newRate, Credits.ZERO, null, null);
    }

    /** Migrated from 1,000 to 2,500 by the line of this number, in the first attempt. */
    public static JournalLine converted(int number, String old, String converted) {
        return line(
                "rate-2500",
                number,
                Kind.MIGRATED,
                standing(MigrationStatus.COMPLETED, 1, number),
                new Figures(
                        Credits.of(old),
                        Credits.of(converted),
                        Fixture.AT_1000,
                        Fixture.AT_2500,
                        Credits.ZERO,
                        null,
                        States.HOST_STATE));
    }

    /** Granted by the line of this number, in the first attempt, to nobody's account. */
    public static JournalLine granted(int number, String granted) {
        return line(
                "to-credits",
                number,
                Kind.MIGRATED,
                standing(MigrationStatus.COMPLETED, 1, number),
                new Figures(
                        null,
                        Credits.of(granted),
                        null,
                        null,
                        Credits.of(granted),
                        new Usage(15, 30, 0, 15),
                        States.HOST_STATE));
    }
}
