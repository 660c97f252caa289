package io.creditmigration.spi;

import io.creditmigration.Actor;
import java.time.Instant;

/**
 * Who does something to a run or to the rollout, why and when: kept with what was done.
 *
 * @param actor who
 * @param reason why, at most 500 characters
 * @param at when; microseconds
 */
public record Cause(Actor actor, String reason, Instant at) {}
