package io.creditmigration.testkit;

import io.creditmigration.ChainResult;
import io.creditmigration.DefinitionConflictException;
import io.creditmigration.Migration;
import io.creditmigration.Rollout;
import io.creditmigration.Schedule;
import io.creditmigration.spi.Registration;
import io.creditmigration.spi.Registration.Place;
import io.creditmigration.spi.StoredDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The definitions that the store in memory has, and the places that they have taken in the chain. */
final class ChainBook {

    private final Map<String, StoredDefinition> definitions = new TreeMap<>();

    /** Taken places, each by one migration. */
    private final Map<String, String> places = new TreeMap<>();

    private final Supplier<Instant> now;

    /** Whether rows name the rate of their balance, without which a flag tells two units apart and no more. */
    private final BooleanSupplier rates;

    ChainBook(Supplier<Instant> now, BooleanSupplier rates) {
        this.now = now;
        this.rates = rates;
    }

    Collection<StoredDefinition> all() {
        return definitions.values();
    }

    @Nullable
    StoredDefinition find(String migrationId) {
        return definitions.get(migrationId);
    }

    boolean has(Migration migration) {
        return definitions.containsKey(migration.id());
    }

    Registration registration(Migration migration, Rollout rollout) {
        StoredDefinition definition = definitions.get(migration.id());
        if (definition == null) {
            return Registration.NONE;
        }
        Place place = definition.withdrawn()
                ? Place.WITHDRAWN
                : definitions.values().stream().anyMatch(other -> ends(other, definition))
                        ? Place.ENDED
                        : Place.CURRENT;
        return new Registration(place, definition.schedule(), rollout);
    }

    boolean hasBegun(Migration migration) {
        StoredDefinition definition = definitions.get(migration.id());
        return definition != null && hasCome(definition.schedule().beginsAt());
    }

    private boolean ends(StoredDefinition other, StoredDefinition definition) {
        return !other.withdrawn()
                && definition.id().equals(other.follows())
                && hasCome(other.schedule().beginsAt());
    }

    private boolean hasCome(Instant instant) {
        return !now.get().isBefore(instant);
    }

    /** Answers whether it was new. */
    boolean register(Migration migration) {
        StoredDefinition stored = definitions.get(migration.id());
        if (stored != null) {
            stored.check(migration);
            return false;
        }
        String place = StoredDefinition.placeOf(migration, "", rates.getAsBoolean(), definitions.values());
        String taken = places.putIfAbsent(place, migration.id());
        if (taken != null) {
            throw DefinitionConflictException.place(
                    migration.id(), taken, "migration '" + taken + "' has its place; follow that one");
        }
        definitions.put(migration.id(), StoredDefinition.of(migration, ""));
        return true;
    }

    /** For the tests of this module, which register past the places. */
    void put(StoredDefinition definition) {
        definitions.put(definition.id(), definition);
    }

    ChainResult postpone(Migration migration, Duration by) {
        StoredDefinition stored = definitions.get(migration.id());
        if (stored == null) {
            return ChainResult.of(ChainResult.Status.NOT_REGISTERED);
        }
        if (stored.withdrawn()) {
            return ChainResult.of(ChainResult.Status.WITHDRAWN_BEFORE);
        }
        if (hasCome(stored.schedule().beginsAt())) {
            return new ChainResult(
                    ChainResult.Status.BEGUN, "it began at " + stored.schedule().beginsAt());
        }
        replace(stored, stored.schedule().postponed(by, now.get()), false);
        return ChainResult.of(ChainResult.Status.DONE);
    }

    /** Takes it out of the chain, unless somebody follows it; what stands in the way among users, the caller has asked. */
    ChainResult withdraw(Migration migration) {
        StoredDefinition stored = definitions.get(migration.id());
        if (stored == null) {
            return ChainResult.of(ChainResult.Status.NOT_REGISTERED);
        }
        if (stored.withdrawn()) {
            return ChainResult.of(ChainResult.Status.WITHDRAWN_BEFORE);
        }
        for (StoredDefinition other : definitions.values()) {
            if (!other.withdrawn()
                    && (stored.id().equals(other.follows()) || stored.id().equals(other.beside()))) {
                return new ChainResult(ChainResult.Status.FOLLOWED, "migration '" + other.id() + "' names it");
            }
        }
        replace(stored, stored.schedule(), true);
        places.values().remove(stored.id());
        return ChainResult.of(ChainResult.Status.DONE);
    }

    private void replace(StoredDefinition stored, Schedule schedule, boolean withdrawn) {
        definitions.put(
                stored.id(),
                new StoredDefinition(
                        stored.id(),
                        stored.fingerprint(),
                        schedule,
                        stored.follows(),
                        stored.beside(),
                        stored.rows(),
                        stored.oldRates(),
                        stored.newRate(),
                        withdrawn));
    }
}
