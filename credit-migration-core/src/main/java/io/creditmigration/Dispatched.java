package io.creditmigration;

/**
 * What became of one batch of notices.
 *
 * @param leased how many were due and taken
 * @param sent how many were delivered
 * @param postponed how many failed and will be tried again
 * @param dead how many were given up
 */
public record Dispatched(int leased, int sent, int postponed, int dead) {}
