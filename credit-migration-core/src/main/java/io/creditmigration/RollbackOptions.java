package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Whom {@link MigrationService#rollbackAll} takes back, how it goes, and who watches. Immutable.
 *
 * <pre>{@code
 * RollbackOptions.defaults()                                        // everyone who is migrated; who has paid is listed
 * RollbackOptions.defaults().withRun(run.id()).withPaidCredits(PaidCredits.KEEP)
 * }</pre>
 *
 * @param scope the users that it covers
 * @param userIds the users of a listed scope, sorted; empty otherwise
 * @param settings how fast it may go, kept with the run; the failure rate is that of users whom the store refuses to take
 *     back, and what may be granted does not matter
 * @param health what the host says of itself while the run goes on
 * @param listener is told the figures so far after each page, on the worker's thread, and at the end; one call at a time
 * @param inFlight what is done where the halt could not wait for all migrations in flight
 */
public record RollbackOptions(
        RunScope scope,
        List<String> userIds,
        RunSettings settings,
        HealthSignal health,
        Consumer<MigrationRun> listener,
        InFlight inFlight) {

    private static final RollbackOptions DEFAULTS = new RollbackOptions(
            RunScope.migrated(),
            List.of(),
            RunSettings.defaults(),
            () -> Health.GO,
            RunOptions.NOBODY,
            InFlight.REFUSE);

    /** Refuses a scope of users to be migrated. */
    public RollbackOptions {
        if (!Arguments.require("scope", scope).isRollback()) {
            throw new InvalidValueException("scope", scope.name(), "one of users who are migrated");
        }
        Arguments.require("users of the list", userIds);
        Arguments.require("settings", settings);
        Arguments.require("health", health);
        Arguments.require("listener", listener);
        Arguments.require("in flight", inFlight);
    }

    /** Everyone who is migrated, but for those who have paid; with {@link RunSettings#defaults()}. */
    public static RollbackOptions defaults() {
        return DEFAULTS;
    }

    /** The same for the users whom this run has migrated. */
    public RollbackOptions withRun(String runId) {
        return withScope(RunScope.migratedByRun(runId));
    }

    /** The same for the users whom the runs of this stage have migrated, 1 to 100 %. */
    public RollbackOptions withStage(int percent) {
        return withScope(RunScope.migratedInStage(percent));
    }

    /** The same for the users who were migrated, by whatever trigger, from this instant on and before that one. */
    public RollbackOptions withMigratedBetween(Instant from, Instant to) {
        return withScope(RunScope.migratedBetween(from, to));
    }

    /** The same for these users, at most 100,000. */
    public RollbackOptions withUsers(Collection<String> ids) {
        TreeSet<String> sorted = RunOptions.listed(ids);
        return new RollbackOptions(
                RunScope.migratedAndListed(sorted).withPaid(scope.paid()),
                List.copyOf(sorted),
                settings,
                health,
                listener,
                inFlight);
    }

    /** The same, doing this about paid credits. */
    public RollbackOptions withPaidCredits(PaidCredits paid) {
        return new RollbackOptions(scope.withPaid(paid), userIds, settings, health, listener, inFlight);
    }

    /** The same with these settings. */
    public RollbackOptions withSettings(RunSettings newSettings) {
        return new RollbackOptions(scope, userIds, newSettings, health, listener, inFlight);
    }

    /** The same with this many users per transaction. */
    public RollbackOptions withPageSize(int users) {
        return withSettings(settings.withPageSize(users));
    }

    /** The same with this many workers in each process. */
    public RollbackOptions withThreads(int workers) {
        return withSettings(settings.withThreads(workers));
    }

    /** The same, no faster than this; 0 is no limit. */
    public RollbackOptions withUsersPerSecond(int users) {
        return withSettings(settings.withUsersPerSecond(users));
    }

    /** The same, listening to this signal. */
    public RollbackOptions withHealth(HealthSignal signal) {
        return new RollbackOptions(scope, userIds, settings, signal, listener, inFlight);
    }

    /** The same with this listener. */
    public RollbackOptions withListener(Consumer<MigrationRun> newListener) {
        return new RollbackOptions(scope, userIds, settings, health, newListener, inFlight);
    }

    /** The same, doing this where the halt could not wait for all migrations in flight. */
    public RollbackOptions withInFlight(InFlight newInFlight) {
        return new RollbackOptions(scope, userIds, settings, health, listener, newInFlight);
    }

    private RollbackOptions withScope(RunScope newScope) {
        return new RollbackOptions(newScope.withPaid(scope.paid()), List.of(), settings, health, listener, inFlight);
    }
}
