package io.creditmigration;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that was done to a run or to the rollout, and by whom.
 *
 * @param at when; microseconds
 * @param runId the run; null for what concerns the whole migration
 * @param what what was done, such as {@code PAUSED} or {@code ROLLOUT 25 %}
 * @param actor who did it; a limit that tripped is automatic
 * @param reason why, in words
 */
public record RunEvent(Instant at, @Nullable String runId, String what, Actor actor, String reason) {}
