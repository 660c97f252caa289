package io.creditmigration;

import io.creditmigration.MigrationResult.Status;
import io.creditmigration.internal.Arguments;
import io.creditmigration.internal.Sha256;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run would do now, found out without writing anything. For approval, and then for
 * {@link MigrationService#run(MigrationPlan, BigDecimal, RunOptions)}. What is approved is the {@link Population}, so a plan
 * stays valid while its migration goes on. All of it is plain values, so it can be kept as a file.
 *
 * @param scope the users that it covers
 * @param tally the outcomes that the users would have now
 * @param toConfirm how many users have to confirm first; they are among the HAS_CREDITS
 * @param creditsToConfirm the credits that those have
 * @param largestChanges the users whose balance would change most, the largest change first
 * @param warnings what to look at before anything else
 * @param definition {@link Migration#fingerprint()}
 * @param mapping what the store reads and writes, in words
 * @param population the users of the scope as they were before the migration: what is approved
 */
public record MigrationPlan(
        RunScope scope,
        Tally tally,
        long toConfirm,
        BigDecimal creditsToConfirm,
        List<Change> largestChanges,
        List<String> warnings,
        String definition,
        String mapping,
        Population population) {

    /**
     * One user's balance.
     *
     * @param userId the user, as stored
     * @param oldCredits the balance before; null where there is none
     * @param newCredits the balance after
     */
    public record Change(String userId, @Nullable Credits oldCredits, Credits newCredits) {}

    /**
     * The users of a scope as they were before this migration reached any of them, and what it does to them when the rollout
     * admits everyone. It stays the same while the rollout is raised and runs go on: a user whom this migration has migrated
     * counts with the balance that the user had before. Users that the migration does not concern, newcomers and those whom
     * the host itself has migrated, are left out.
     *
     * @param tally what the migration does to them
     * @param toConfirm how many of them have to confirm first; they are among the HAS_CREDITS
     * @param creditsToConfirm the credits that those had
     * @param digest SHA-256, in hexadecimal, over each user's balance and what is decided about it, in key order
     */
    public record Population(Tally tally, long toConfirm, BigDecimal creditsToConfirm, String digest) {}

    /** Copies the lists. */
    public MigrationPlan {
        largestChanges = List.copyOf(largestChanges);
        warnings = List.copyOf(warnings);
    }

    /** Definition, mapping, scope and population in one: SHA-256 in hexadecimal. Equal plans do the same to
     * the same users. */
    public String fingerprint() {
        return new Sha256()
                .add(definition)
                .add(mapping)
                .add(scope.name())
                .add(population.digest())
                .hex();
    }

    /** How this plan, made now, differs from one that was approved. */
    public Drift driftFrom(MigrationPlan approved) {
        return Drift.between(Arguments.require("approved plan", approved), this);
    }

    /** Users by expected outcome now, in the order of {@link MigrationResult.Status}. */
    public Map<Status, Long> outcomes() {
        return tally.outcomes();
    }

    /** How many users would come to this. */
    public long count(Status status) {
        return tally.count(status);
    }

    /** How many users there are. */
    public long users() {
        return tally.users();
    }
}
