package io.creditmigration.testkit.simulation;

import io.creditmigration.MigrationStatus;
import io.creditmigration.testkit.SeedUser;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One user as the model has it. */
final class Person {

    /** Where the user stands in one migration. */
    static final class Track {

        MigrationStatus status = MigrationStatus.PENDING;
        boolean recorded;
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

        boolean settled;
        boolean unsettledInThisStep;

        /** When the user stopped being one whom a node may remember as migrated; null if never. */
        @Nullable
        Instant unsettledAt;

        /** Since which look at the tables a run of everybody, or of users without credits, would migrate the user. */
        long dueSince = Long.MAX_VALUE;

        long dueAtZeroSince = Long.MAX_VALUE;

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

    /** Whether a migration that follows this one is completed. */
    boolean isSuperseded(int migration) {
        return tracks.subList(migration + 1, tracks.size()).stream().anyMatch(Track::completed);
    }

    boolean isMigrated() {
        return tracks.stream().anyMatch(Track::completed);
    }
}
