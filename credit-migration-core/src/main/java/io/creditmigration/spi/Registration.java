package io.creditmigration.spi;

import io.creditmigration.Rollout;
import io.creditmigration.Schedule;
import org.jspecify.annotations.Nullable;

/**
 * How a migration stands in the chain of its population, read together with a user.
 *
 * @param place where it stands
 * @param schedule the stored instants; null where nothing is registered
 * @param rollout who may migrate; {@link Rollout#EVERYBODY} where nothing is registered
 */
public record Registration(Place place, @Nullable Schedule schedule, Rollout rollout) {

    /** Nothing is stored under the migration's id. */
    public static final Registration NONE = new Registration(Place.UNREGISTERED, null, Rollout.EVERYBODY);

    /** Where a migration can stand. */
    public enum Place {
        /** Nothing is stored under its id. Whoever is about to write registers it first. */
        UNREGISTERED,
        /** Registered, and neither ended nor withdrawn. Its {@link Schedule#beginsAt} may be still to come. */
        CURRENT,
        /** Its successor has begun, by the clock of the store. */
        ENDED,
        /** An operator has withdrawn it; its id is spent. */
        WITHDRAWN
    }

    /** The same for everybody, whatever the rollout says. */
    public Registration forEverybody() {
        return new Registration(place, schedule, Rollout.EVERYBODY);
    }
}
