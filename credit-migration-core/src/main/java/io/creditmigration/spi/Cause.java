package io.creditmigration.spi;

import io.creditmigration.Actor;
import java.time.Instant;

/**
 * The actor, reason and time of a change to a run or to the rollout. Stored with the change.
 *
 * @param actor who
 * @param reason why, at most 500 characters
 * @param at when; microseconds
 */
public record Cause(Actor actor, String reason, Instant at) {}
