package io.creditmigration;

import java.time.Duration;

/**
 * How long commits took in this process: percentiles of a histogram whose buckets are a sixteenth of their value wide, each
 * answered with the upper end of its bucket, so at most 6.25 % more than it was. Immutable.
 *
 * @param commits how many were measured
 * @param p50 half of them took at most this long
 * @param p95 95 of 100 took at most this long
 * @param p99 99 of 100 took at most this long
 * @param max none took longer; exact
 */
public record Latency(long commits, Duration p50, Duration p95, Duration p99, Duration max) {}
