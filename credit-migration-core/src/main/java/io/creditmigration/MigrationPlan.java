package io.creditmigration;

import io.creditmigration.MigrationResult.Status;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run would do now, found out without writing anything. To be approved by somebody, and handed to
 * {@link MigrationService#run(MigrationPlan, BigDecimal, RunOptions)}. All of it is plain values, so it can be kept as a file.
 *
 * @param scope whom it is for
 * @param tally what would become of the users
 * @param toConfirm how many users have to confirm first; they are among the HAS_CREDITS
 * @param creditsToConfirm the credits that those have
 * @param largestChanges the users whose balance would change most, the largest change first
 * @param warnings what somebody should look at first
 * @param definition {@link Migration#fingerprint()}
 * @param mapping what the store reads and writes, in words
 * @param population SHA-256, in hexadecimal, over what was read and decided of each user in key order
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
        String population) {

    /**
     * One user's balance.
     *
     * @param userId the user, as stored
     * @param oldCredits the balance before; null where there is none
     * @param newCredits the balance after
     */
    public record Change(String userId, @Nullable Credits oldCredits, Credits newCredits) {}

    /** Copies the lists. */
    public MigrationPlan {
        largestChanges = List.copyOf(largestChanges);
        warnings = List.copyOf(warnings);
    }

    /** Definition, mapping, scope and population in one: SHA-256 in hexadecimal. Equal plans do the same to the same users. */
    public String fingerprint() {
        return new Sha256()
                .add(definition)
                .add(mapping)
                .add(scope.name())
                .add(population)
                .hex();
    }

    /** Users by what would become of them, in the order of {@link MigrationResult.Status}. */
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
