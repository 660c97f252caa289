package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Scope, settings, stages and listeners of a run. Immutable.
 *
 * @param scope the users that it covers
 * @param userIds the users of a listed scope, sorted; empty otherwise
 * @param settings how fast and how far; kept with the run
 * @param stages the percentages at which the rollout stands still and is looked at; empty for a run over everyone whom the
 *     rollout admits now
 * @param health what the host's own health, asked while the run goes on
 * @param listener is told the figures so far after each page, on the worker's thread, and at the end; one call at a time.
 *     Costs a small query per page
 * @param actor who wants the run; kept with it, and with the rollout that its stages raise
 * @param reason why; empty where no one has said
 */
public record RunOptions(
        RunScope scope,
        List<String> userIds,
        RunSettings settings,
        Stages stages,
        HealthSignal health,
        Consumer<MigrationRun> listener,
        Actor actor,
        String reason) {

    /** Ignores progress. */
    static final Consumer<MigrationRun> NOBODY = run -> {};

    private static final int LISTED_USERS_MAX = 100_000;
    private static final int REASON_LENGTH_MAX = 500;
    private static final RunOptions DEFAULTS = new RunOptions(
            RunScope.everyone(),
            List.of(),
            RunSettings.defaults(),
            Stages.NONE,
            () -> Health.GO,
            NOBODY,
            Actor.automatic("run"),
            "");

    /** Refuses the scope of a rollback. */
    public RunOptions {
        if (Arguments.require("scope", scope).isRollback()) {
            throw new InvalidValueException(
                    "scope", scope.name(), "one of users to be migrated; rollbackAll(…) for others");
        }
        Arguments.require("users of the list", userIds);
        Arguments.require("settings", settings);
        Arguments.require("stages", stages);
        Arguments.require("health", health);
        Arguments.require("listener", listener);
        Arguments.require("actor", actor);
        Arguments.require("reason", reason);
    }

    /** Everyone but exempt users, with {@link RunSettings#defaults()}. */
    public static RunOptions defaults() {
        return DEFAULTS;
    }

    /** The same for others. */
    public RunOptions withScope(RunScope newScope) {
        if (Arguments.require("scope", newScope).kind() == RunScope.Kind.LISTED) {
            throw new InvalidValueException("scope", newScope.name(), "withUsers(…) for the users of a list");
        }
        return new RunOptions(newScope, List.of(), settings, stages, health, listener, actor, reason);
    }

    /** The same, leaving users with credits alone. */
    public RunOptions withZeroCreditsOnly() {
        return withScope(scope.includeExempt() ? RunScope.zeroCreditsOnly().withExempt() : RunScope.zeroCreditsOnly());
    }

    /** The same for these users, at most 100,000. */
    public RunOptions withUsers(Collection<String> ids) {
        TreeSet<String> sorted = listed(ids);
        RunScope listed = RunScope.listed(sorted);
        return new RunOptions(
                scope.includeExempt() ? listed.withExempt() : listed,
                List.copyOf(sorted),
                settings,
                stages,
                health,
                listener,
                actor,
                reason);
    }

    /** The same, including exempt users. */
    public RunOptions withExempt() {
        return new RunOptions(scope.withExempt(), userIds, settings, stages, health, listener, actor, reason);
    }

    /** The same with these settings. */
    public RunOptions withSettings(RunSettings newSettings) {
        return new RunOptions(scope, userIds, newSettings, stages, health, listener, actor, reason);
    }

    /** The same with this many users per transaction. */
    public RunOptions withPageSize(int users) {
        return withSettings(settings.withPageSize(users));
    }

    /** The same with this many workers in each process. */
    public RunOptions withThreads(int workers) {
        return withSettings(settings.withThreads(workers));
    }

    /** The same, no faster than this; 0 is no limit. */
    public RunOptions withUsersPerSecond(int users) {
        return withSettings(settings.withUsersPerSecond(users));
    }

    /** The same, pausing when a larger share has failed: {@code new BigDecimal("0.01")} is one in a hundred; null is no limit. */
    public RunOptions withFailureRateMax(@Nullable BigDecimal share) {
        return withSettings(settings.withFailureRateMax(share));
    }

    /** The same, pausing when more has been granted; null is no limit. */
    public RunOptions withGrantedMax(@Nullable Credits credits) {
        return withSettings(settings.withGrantedMax(credits));
    }

    /** The same in stages. */
    public RunOptions withStages(Stages newStages) {
        return new RunOptions(scope, userIds, settings, newStages, health, listener, actor, reason);
    }

    /** The same, listening to this signal. */
    public RunOptions withHealth(HealthSignal signal) {
        return new RunOptions(scope, userIds, settings, stages, signal, listener, actor, reason);
    }

    /** The same with this listener. */
    public RunOptions withListener(Consumer<MigrationRun> newListener) {
        return new RunOptions(scope, userIds, settings, stages, health, newListener, actor, reason);
    }

    /**
     * The same in the name of this actor, and for this reason. A run that is there already keeps those that it was opened with.
     *
     * @param newReason why: 1 to 500 characters
     */
    public RunOptions withReason(Actor newActor, String newReason) {
        Arguments.requireText("reason", newReason, REASON_LENGTH_MAX);
        return new RunOptions(scope, userIds, settings, stages, health, listener, newActor, newReason);
    }

    /** The reason that was given, or these words where none was. */
    String reasonOr(String otherwise) {
        return reason.isEmpty() ? otherwise : reason;
    }

    /** The users of a list, each once. */
    static TreeSet<String> listed(Collection<String> ids) {
        TreeSet<String> sorted = new TreeSet<>();
        Arguments.require("users of the list", ids).forEach(id -> sorted.add(Arguments.requireUserId(id)));
        if (sorted.isEmpty() || sorted.size() > LISTED_USERS_MAX) {
            throw new InvalidValueException("users of the list", sorted.size(), "1 to " + LISTED_USERS_MAX);
        }
        return sorted;
    }
}
