package io.creditmigration;

import io.creditmigration.MigrationLogEntry.Kind;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.LogLine;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one user in one migration, from log, record and entries, in the order of time: what they had, what was
 * decided and why, what was written, and by whom. For operators: it quotes reasons and error messages. Immutable.
 *
 * @param migrationId the migration
 * @param userId the user, as stored
 * @param steps what happened, the earliest first; empty where nothing has
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

    /** Kinds of steps, in the order in which they are told when they are of one moment. */
    public enum What {
        /** An operator allowed a new attempt. */
        REOPENED,
        /** What the user had, what was decided, why and by whom. */
        MIGRATED,
        /** The user was taken back. */
        ROLLED_BACK,
        /** Entries of the credit history. */
        ENTERED,
        /** The attempt failed. */
        FAILED,
        /** Where the user stands. */
        STANDS
    }

    /** Orders the steps. */
    public UserStory {
        steps = steps.stream()
                .sorted(Comparator.comparing(Step::at)
                        .thenComparing(Step::attempt)
                        .thenComparing(Step::what))
                .toList();
    }

    static UserStory of(Migration migration, Evidence user) {
        List<Step> steps = new ArrayList<>();
        for (LogLine line : user.log()) {
            What what = line.is(Kind.MIGRATED)
                    ? What.MIGRATED
                    : line.is(Kind.ROLLED_BACK) ? What.ROLLED_BACK : What.REOPENED;
            steps.add(new Step(line.at(), line.attempt(), what, words(line)));
        }
        for (Evidence.Entries entered : user.entries()) {
            // Operations are older than the migration that entered them, and belong to it.
            Instant at = entered.kind() == Evidence.Kind.OPERATION ? migratedAt(user, entered) : entered.lastAt();
            steps.add(new Step(at, entered.attempt(), What.ENTERED, words(entered)));
        }
        Evidence.Recorded record = user.record();
        if (record != null) {
            boolean failed = record.status() == MigrationStatus.FAILED;
            steps.add(new Step(
                    record.changedAt(), record.attempt(), failed ? What.FAILED : What.STANDS, words(record, user)));
        }
        return new UserStory(migration.id(), user.userId(), steps);
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

    private static Instant migratedAt(Evidence user, Evidence.Entries entered) {
        return user.log().stream()
                .filter(line -> line.is(Kind.MIGRATED) && line.attempt() == entered.attempt())
                .map(LogLine::at)
                .findFirst()
                .orElse(entered.lastAt());
    }

    private static String words(LogLine line) {
        String by = " by " + line.actorKind() + " " + line.actor() + ": " + line.reason();
        if (line.is(Kind.REOPENED)) {
            return "Reopened for attempt " + line.attempt() + by;
        }
        String residual = line.residual().signum() == 0 ? "" : ", leaving over " + plain(line.residual());
        return "Had " + credits(line.oldCredits(), line.oldRate()) + "; "
                + (line.is(Kind.MIGRATED) ? "migrated to " : "rolled back to ")
                + credits(line.newCredits(), line.newRate()) + residual + by;
    }

    private static String words(Evidence.Entries entered) {
        return switch (entered.kind()) {
            case OPERATION ->
                entered.count() + " operations entered into the history at "
                        + plain(entered.amount()) + " credits, made from " + entered.firstAt() + " to "
                        + entered.lastAt();
            case GRANT -> "Entered a grant of " + plain(entered.amount()) + " credits";
            case REVERSAL -> "Entered a reversal of " + plain(entered.amount()) + " credits";
        };
    }

    private static String words(Evidence.Recorded record, Evidence user) {
        String history = record.historicalOperations() == 0
                ? ""
                : ", " + record.historicalOperations() + " operations in the history";
        String since = record.status() + " since then, attempt " + record.attempt();
        Evidence.Holding holding = user.holding();
        String now = holding == null
                ? "; the host does not have the user any more"
                : "; has " + credits(holding.balance(), null) + " now"
                        + (Boolean.FALSE.equals(holding.active()) ? ", on an inactive account" : "");
        return switch (record.status()) {
            case FAILED -> "Failed, and works on under the old regime: " + record.error() + now;
            case COMPLETED -> since + ", " + plain(record.granted()) + " credits granted" + history + now;
            default -> since + history + now;
        };
    }

    private static String credits(@Nullable BigDecimal credits, @Nullable BigDecimal rate) {
        return (credits == null ? "no balance" : plain(credits) + " credits")
                + (rate == null ? "" : " at " + plain(rate));
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}
