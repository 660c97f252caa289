package io.creditmigration.testkit.simulation;

import io.creditmigration.MigrationStatus;
import io.creditmigration.testkit.SeedUser;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One user as the model has it. */
final class Person {

    /** Where the user stands in one migration. */
    static final class Track {

        MigrationStatus status = MigrationStatus.PENDING;
        int attempt = 1;
        int linesSeen;

        /** What the latest attempt began and ended with. */
        @Nullable
        BigDecimal oldCredits;

        BigDecimal newCredits = BigDecimal.ZERO;
        BigDecimal oldRate = BigDecimal.ZERO;

        /** Of the latest grant, and what became of the credits since. */
        BigDecimal granted = BigDecimal.ZERO;

        BigDecimal bought = BigDecimal.ZERO;
        BigDecimal spent = BigDecimal.ZERO;
        boolean moved;

        /** Free credits of all attempts that were not withdrawn. */
        BigDecimal kept = BigDecimal.ZERO;

        /** How many grants and reversals were of nothing. */
        int nothing;

        /** Free credits that were consumed in attempts that are over. */
        BigDecimal consumed = BigDecimal.ZERO;

        /** When the user was migrated last, and the line that says so; 0 where the lines since name none. */
        Instant migratedAt = Instant.MIN;

        int figuresLine;

        /** The places of the user's operations that are in the history. */
        final Set<Integer> copied = new HashSet<>();

        boolean settled;
        boolean unsettledInThisStep;

        /** When the user stopped being one whom a node may remember as migrated; null if never. */
        @Nullable
        Instant unsettledAt;

        /** Since which look at the tables a run of everybody, or of users without credits, would migrate the user. */
        long dueSince = Long.MAX_VALUE;

        long dueAtZeroSince = Long.MAX_VALUE;

        /** Since which look an operation from before the migration is not in the history. */
        long lateSince = Long.MAX_VALUE;

        boolean completed() {
            return status == MigrationStatus.COMPLETED;
        }
    }

    final SeedUser seed;
    final List<Track> tracks = new ArrayList<>();
    final Deque<BigDecimal> holds = new ArrayDeque<>();
    final List<Instant> operations;

    @Nullable
    BigDecimal credits;

    /** The money's worth of one credit. */
    BigDecimal rate;

    boolean deleted;
    boolean mayFail;

    /** The numbers of all lines of the journal that were seen. */
    final Set<Integer> numbers = new HashSet<>();

    Person(SeedUser seed, int migrations, BigDecimal rate) {
        this.seed = seed;
        this.credits = seed.credits() == null ? null : seed.credits().amount();
        this.rate = rate;
        this.operations = new ArrayList<>(seed.operations());
        for (int i = 0; i < migrations; i++) {
            tracks.add(new Track());
        }
    }

    String id() {
        return seed.userId();
    }

    Track in(int migration) {
        return tracks.get(migration);
    }

    BigDecimal creditsOrZero() {
        return credits == null ? BigDecimal.ZERO : credits;
    }

    /** Takes over into the history what was done before the user was migrated; answers how many operations are new in it. */
    int copyOperations(Track track) {
        int before = track.copied.size();
        for (int place = 0; place < operations.size(); place++) {
            if (operations.get(place).isBefore(track.migratedAt)) {
                track.copied.add(place);
            }
        }
        return track.copied.size() - before;
    }

    /** Whether an operation from before the migration is not in the history. */
    boolean hasLateOperations(Track track) {
        return track.completed()
                && IntStream.range(0, operations.size())
                        .anyMatch(place ->
                                operations.get(place).isBefore(track.migratedAt) && !track.copied.contains(place));
    }

    /** Whether a migration that follows this one is completed. */
    boolean isSuperseded(int migration) {
        return tracks.subList(migration + 1, tracks.size()).stream().anyMatch(Track::completed);
    }

    boolean isMigrated() {
        return tracks.stream().anyMatch(Track::completed);
    }
}
